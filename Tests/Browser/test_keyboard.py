"""Everything without a mouse."""

import re

from browser import DESKTOP, PASSWORD, person, picture, tab_to, url
from client import Client
from playwright.sync_api import expect
from steps import focus_is_seen, press, receipt
from suite import test


@test("a report by keyboard alone, without a map", seconds=180)
def report_by_keyboard():
    with person(DESKTOP) as page:
        page.goto(url("/report"))
        street = page.get_by_label("Street, address or corner")
        tab_to(page, street)
        focus_is_seen(page)
        page.keyboard.type("Church Street")
        page.keyboard.press("Enter")
        first = page.locator("#places input[type=radio]").first
        expect(first).to_be_visible()
        tab_to(page, first)
        page.keyboard.press("Space")
        press(page, "Continue")
        expect(page.get_by_role("heading", name="What is it about?")).to_be_focused()
        tab_to(page, page.get_by_label(re.compile("^Search")))
        page.keyboard.type("lamp")
        tab_to(page, page.locator("input[name=category]:visible").first)
        wanted = page.get_by_role("radio", name="Street light out")
        while not wanted.is_checked():
            page.keyboard.press("ArrowDown")
        press(page, "Continue")
        expect(page.get_by_role("heading", name="Photos")).to_be_focused()
        press(page, "Continue")
        heading = page.locator("main h2:visible").first
        expect(heading).to_have_text(re.compile("Details|one of these"))
        if "one of these" in heading.inner_text():
            press(page, re.compile("None of these"))
        expect(page.get_by_role("heading", name="Details")).to_be_focused()
        picture(page, "keyboard-details")
        tab_to(page, page.get_by_label("Title"))
        page.keyboard.type("Reported by keyboard")
        tab_to(page, page.locator("input[name=who]").first)
        page.keyboard.press("ArrowDown")
        expect(page.get_by_label("Without my name")).to_be_checked()
        press(page, "Send report")
        receipt(page)
        picture(page, "keyboard-sent")


@test("signing in, a status with its reason, and a message to staff: by keyboard alone", seconds=120)
def work_by_keyboard():
    receipt_of = Client().report("A lamp without a mouse")
    reference, code = receipt_of["reference"], receipt_of["tracking_code"]
    with person(DESKTOP) as page:
        page.goto(url("/sign-in"))
        tab_to(page, page.get_by_label("Email address"))
        page.keyboard.type("agent@demo.test")
        tab_to(page, page.get_by_label("Password", exact=True))
        focus_is_seen(page)
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("/staff"))
        page.goto(url(f"/staff/requests/{reference}"))
        expect(page.locator("#keys")).to_be_visible()
        page.keyboard.press("s")
        expect(page.get_by_label("New status")).to_be_focused()
        focus_is_seen(page)
        page.keyboard.type("On hold")
        tab_to(page, page.get_by_label("Reason"))
        page.keyboard.type("Which pole is it?")
        press(page, "Change status")
        expect(page.locator("main .badge").first).to_contain_text("On hold")
        # Nothing is lost: whoever did this can go on from where they were.
        assert page.evaluate("document.activeElement !== document.body"), "the focus is nowhere"
    with person(DESKTOP) as page:
        page.goto(url(f"/track/{code}"))
        tab_to(page, page.get_by_label("Your answer"))
        focus_is_seen(page)
        page.keyboard.type("The one at the school.")
        press(page, "Send answer")
        expect(page.get_by_text("The one at the school.").first).to_be_visible()
