"""Everything without a mouse."""

import re

from browser import DESKTOP, person, picture, tab_to, url
from playwright.sync_api import expect
from steps import receipt
from suite import test


def focus_is_seen(page):
    """Whatever has the focus is on the screen and has an outline."""
    seen = page.evaluate("""() => {
        const element = document.activeElement, box = element.getBoundingClientRect(), style = getComputedStyle(element);
        return element !== document.body && box.bottom > 0 && box.top < innerHeight && box.width > 0
            && (style.outlineStyle !== "none" || element.matches("h1, h2, [tabindex='-1']") || style.boxShadow !== "none");
    }""")
    assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


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


def press(page, name):
    tab_to(page, page.get_by_role("button", name=name))
    focus_is_seen(page)
    page.keyboard.press("Enter")
