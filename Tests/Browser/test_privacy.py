"""What should not stand on public pages: pointed out before it is written, reported by anybody, hidden by staff."""

import re

from browser import DESKTOP, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from steps import HERE, photo, receipt, report
from suite import test


@test("a telephone number is pointed out while the report is written, and keeps nobody from sending", seconds=300)
def pointed_out():
    with person(location=HERE) as page:
        def look():
            page.get_by_label("Description").fill("Call me at 617-555-0199, I saw ABC 1234 do it.")
            found = page.locator("#pointed-out")
            expect(found).to_contain_text("617-555-0199")
            expect(found).to_contain_text("ABC 1234")
            expect(found).to_contain_text("Looks like a number plate")
            check_accessibility(page, "the report form with what was pointed out")
            picture(page, "pointed-out")
            page.get_by_label("Description").fill("I saw it happen at 12-14 Main Street on 2026-11-21.")
            expect(found).to_be_empty()
            page.get_by_label("Description").fill("Call me at 617-555-0199.")
            expect(found).to_contain_text("617-555-0199")
        report(page, "A number in the description", before_sending=look)
        receipt(page)


@test("without a script the form comes back once with what was found, and is sent by a second press", seconds=300)
def pointed_out_without_scripts():
    with person(scripts=False) as page:
        page.goto(url("/report"))
        page.get_by_label("I do not know the place").check()
        page.get_by_role("radio", name="Street light out").check()
        page.get_by_label("Title").fill("Write to lamp@example.com")
        page.get_by_label("Without my name").check()
        page.get_by_role("button", name="Send report").click()
        expect(page.locator("#asked-back")).to_contain_text("not sent yet")
        expect(page.locator("#pointed-out")).to_contain_text("lamp@example.com")
        expect(page.get_by_label("Title")).to_have_value("Write to lamp@example.com")
        check_accessibility(page, "the report form asked back")
        page.get_by_role("button", name="Send report").click()
        receipt(page)


@test("a stranger reports a photo as abuse, staff hide it, and show it again", seconds=300)
def abuse():
    title = "A photo with a face on it"
    with person(location=HERE) as page:
        report(page, title, files=[photo()])
        reference, _ = receipt(page)
        expect(page.locator("main img[src*=thumbnail]")).to_be_visible(timeout=30_000)
    with person() as stranger:
        stranger.goto(url(f"/requests/{reference}"))
        stranger.get_by_role("link", name="Report this photo as abuse").click()
        stranger.get_by_role("button", name="Send to staff").click()
        expect(stranger.get_by_role("alert")).to_contain_text("There is a problem")
        stranger.get_by_label("It tells who somebody is").check()
        stranger.get_by_label(re.compile("In your own words")).fill("That is my face.")
        check_accessibility(stranger, "pointing out abuse")
        picture(stranger, "abuse-form")
        stranger.get_by_role("button", name="Send to staff").click()
        expect(stranger.get_by_role("status").first).to_contain_text("Staff will look at it")
        check_accessibility(stranger, "a request with links to point out abuse")
        with person(DESKTOP, role="agent") as agent:
            agent.goto(url("/staff"))
            agent.get_by_role("banner").get_by_role("link", name=re.compile("Moderation")).click()
            item = agent.get_by_role("listitem").filter(has_text="That is my face.")
            item.get_by_role("button", name="Hide it").click()
            expect(agent.get_by_role("alert")).to_contain_text("Why is missing")
            item = agent.get_by_role("listitem").filter(has_text="That is my face.")
            item.get_by_label("Why").fill("A face")
            check_accessibility(agent, "the moderators' page")
            picture(agent, "moderation")
            item.get_by_role("button", name="Hide it").click()
            expect(agent.get_by_role("status").first).to_contain_text("Decided")
            stranger.reload()
            expect(stranger.locator("main img[src*=thumbnail]")).to_have_count(0)
            assert not Client().get(f"/api/v1/requests/{reference}").expect(200).json()["attachments"]
            item = agent.get_by_role("listitem").filter(has_text="That is my face.")
            item.get_by_role("button", name="Show it again").click()
            expect(agent.get_by_role("status").first).to_contain_text("Everybody can see it again")
            stranger.reload()
            expect(stranger.locator("main img[src*=thumbnail]")).to_have_count(1)
    with person(role="agent") as agent:
        agent.goto(url("/staff/moderation"))
        check_accessibility(agent, "the moderators' page on a phone")
        picture(agent, "moderation-phone")
