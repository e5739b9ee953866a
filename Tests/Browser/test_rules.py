"""Routing without code: a rule is made by its page, and the next report goes where it says."""

import re

from browser import DESKTOP, PHONE, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from steps import HERE, receipt, report
from suite import equal, test


@test("an administrator makes a rule, tries it, and the next report goes where it says", seconds=180)
def rule_by_page():
    with person(DESKTOP, role="administrator") as admin:
        admin.goto(url("/admin"))
        admin.get_by_role("link", name="Routing rules").click()
        admin.get_by_role("link", name="Add a rule").click()
        admin.get_by_role("button", name="Save").click()
        summary = admin.get_by_role("alert")
        expect(summary.get_by_role("link", name="Name is missing.")).to_be_visible()
        admin.get_by_label("Name", exact=True).fill("Lamps that hang")
        admin.get_by_text(re.compile("^Categories")).first.click()
        admin.get_by_label("Street light out").check()
        admin.get_by_label("Words in title or description").fill("hangs loose, dangling")
        department = admin.get_by_label("Department").locator("option").nth(1).inner_text()
        admin.get_by_label("Department").select_option(index=1)
        admin.locator("[name='then.priority']").select_option("urgent")
        admin.get_by_label("Tags").fill("danger, height")
        admin.get_by_role("button", name="Try it").click()
        expect(admin.get_by_role("heading", name="What it would have done")).to_be_visible()
        expect(admin.get_by_text(re.compile("It would have held for [0-9,]+ of the latest [0-9,]+ reports"))).to_be_visible()
        expect(admin.get_by_label("Tags")).to_have_value("danger, height")
        check_accessibility(admin, "a rule that was tried")
        picture(admin, "rule-tried")
        admin.get_by_role("button", name="Save").click()
        expect(admin.get_by_text("Saved.")).to_be_visible()
        with person(location=HERE) as reporter:
            report(reporter, "The lamp hangs loose")
            reference, _ = receipt(reporter)
        admin.goto(url(f"/staff/requests/{reference}"))
        work = admin.locator("#work")
        expect(work.get_by_text(department).first).to_be_visible()
        expect(work.get_by_text("Urgent").first).to_be_visible()
        expect(work.get_by_role("link", name="danger")).to_be_visible()
        expect(admin.get_by_text("Routed by rules")).to_be_visible()
        picture(admin, "rule-routed")
        work.get_by_role("link", name="height").click()
        expect(admin.get_by_role("link", name="The lamp hangs loose")).to_be_visible()


@test("rules change places by button and by dragging, on a phone and at a desk, and a removed one comes back", seconds=180)
def order():
    admin = Client().take_token("administrator")
    for name in ("First in line", "Second in line"):
        admin.post("/api/v1/rules", {"name": name, "active": False}).expect(201)

    def places(page):
        names = page.locator("#rules h2").all_inner_texts()
        return [names.index(next(n for n in names if which in n)) for which in ("First in line", "Second in line")]

    with person(PHONE, role="administrator", scripts=False) as page:
        page.goto(url("/admin/rules"))
        page.get_by_role("button", name="Move “Second in line” up").click()
        first, second = places(page)
        assert second < first, "the button moved it"
        picture(page, "rules-phone")
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin/rules"))
        first, second = places(page)
        grip = page.locator(".rule").nth(second).locator(".grip")
        grip.evaluate("grip => grip.closest('.rule').scrollIntoView()")
        target = page.locator(".rule").nth(first).bounding_box()
        start = grip.bounding_box()
        with page.expect_navigation():
            page.mouse.move(start["x"] + 5, start["y"] + 5)
            page.mouse.down()
            page.mouse.move(start["x"] + 5, target["y"] + target["height"] * .9, steps=8)
            page.mouse.up()
        expect(page.get_by_text("The order has been changed.")).to_be_visible()
        first, second = places(page)
        assert first < second, "dragging moved it back"
        check_accessibility(page, "the rules")
        picture(page, "rules")
        page.get_by_role("link", name="Second in line").click()
        page.get_by_role("button", name="Remove this rule").click()
        expect(page.get_by_text("The rule has been removed.")).to_be_visible()
        expect(page.get_by_role("link", name="Second in line")).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("link", name="Second in line")).to_be_visible()
    equal(len([rule for rule in admin.get("/api/v1/rules").expect(200).json()["items"] if "in line" in rule["name"]]), 2)
