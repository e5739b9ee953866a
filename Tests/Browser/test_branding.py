"""An administrator gives the township its colours and its logo, and everybody's pages wear them."""

from browser import DESKTOP, PHONE, check_accessibility, person, picture, settled, url
from client import Client
from playwright.sync_api import expect
from suite import test

# A township's dark red, and a yellow that nobody could read on a light page.
MAROON, YELLOW = "#7a0019", "#ffcc33"


def band(page):
    return page.evaluate("getComputedStyle(document.querySelector('header.site')).backgroundColor")


def link(page):
    return page.evaluate("getComputedStyle(document.querySelector('main a:not(.button)')).color")


def plain():
    """Lamppost's own again, for the tests that come after."""
    Client().take_token("administrator").call(
        "PATCH", "/api/v1/settings/branding", {"brand_colour": None, "accent_colour": None}).expect(200)


@test("an administrator chooses colours, sees them before saving, and every page wears them by day and by night",
      seconds=180)
def colours():
    try:
        with person(DESKTOP, role="administrator") as page:
            page.goto(url("/admin"))
            page.get_by_role("link", name="Name, colours and logo").click()
            page.locator("#field-brand_colour").fill("#7a00")
            page.get_by_role("button", name="Save").click()
            page.get_by_role("alert").get_by_role("link").click()
            assert page.evaluate("document.activeElement.id") == "field-brand_colour"
            page.locator("#field-brand_colour").fill(MAROON)
            # The chooser follows the text, and the text the chooser.
            assert page.get_by_label("band above each page: choose by eye").input_value() == MAROON
            page.get_by_label("links and buttons: choose by eye").fill(YELLOW)
            assert page.locator("#field-accent_colour").input_value() == YELLOW
            preview = page.get_by_role("region", name="Preview")
            expect(preview).to_contain_text(f"On light pages the accent {YELLOW} is worn as")
            expect(preview.locator(f"[fill='{MAROON}']")).to_have_count(2)
            check_accessibility(page, "the preview of colours")
            picture(page, "branding-preview")
            assert band(page) != "rgb(122, 0, 25)", "nothing is saved yet"
            page.get_by_role("button", name="Save").click()
            page.locator("#done").wait_for()
            assert band(page) == "rgb(122, 0, 25)"
            check_accessibility(page, "colours that were saved")
            picture(page, "branding")
        for size, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
            for dark in (False, True):
                with person(size, dark=dark) as page:
                    for path in ("/", "/report", "/map", "/sign-in", "/privacy"):
                        page.goto(url(path))
                        settled(page)
                        check_accessibility(page, f"{path} in a township's colours")
                        assert band(page) == "rgb(122, 0, 25)", path
                        picture(page, f"branding-{path.strip('/') or 'home'}-{name}-{'dark' if dark else 'light'}")
                    page.goto(url("/"))
                    # By night the yellow can be read as it is; by day it was darkened.
                    assert (link(page) == "rgb(255, 204, 51)") == dark, link(page)
    finally:
        plain()
    with person(PHONE) as page:
        page.goto(url("/"))
        assert band(page) == "rgb(18, 35, 63)"


@test("without scripts the colours are chosen all the same, and the preview is a button", seconds=60)
def without_scripts():
    with person(PHONE, role="administrator", scripts=False) as page:
        page.goto(url("/admin/branding"))
        page.locator("#field-brand_colour").fill("#ffe600")
        page.get_by_role("button", name="Show the preview").click()
        assert page.locator("#preview [fill='#ffe600']").count() >= 2
        picture(page, "branding-without-scripts")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
    assert b'content="#12233f"' in Client().get("/").body, "nothing is saved by looking"
