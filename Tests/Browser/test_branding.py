"""An administrator gives the township its colours and its logo, and everybody's pages wear them."""

import re
import struct
import zlib

from browser import DESKTOP, PHONE, check_accessibility, person, picture, settled, url
from client import Client
from playwright.sync_api import expect
from samples import EICAR
from suite import test, until

# A township's dark red, and a yellow that nobody could read on a light page.
MAROON, YELLOW = "#7a0019", "#ffcc33"


def band(page):
    return page.evaluate("getComputedStyle(document.querySelector('header.site')).backgroundColor")


def link(page):
    return page.evaluate("getComputedStyle(document.querySelector('main a:not(.button)')).color")


def plain():
    """Lamppost's own again, for the tests that come after."""
    Client().take_token("administrator").call(
        "PATCH", "/api/v1/settings/branding",
        {"brand_colour": None, "accent_colour": None, "logo": None, "shows_name": True}).expect(200)


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


def seal(width=600, height=600):
    """A yellow disc on nothing, as townships have them."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            inside = (x - width / 2) ** 2 / (width / 2) ** 2 + (y - height / 2) ** 2 / (height / 2) ** 2 < 1
            rows += bytes((255, 204, 51, 255) if inside else (0, 0, 0, 0))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    packed = zlib.compress(bytes(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def send(page, name, content):
    page.get_by_label("A new logo").set_input_files({"name": name, "mimeType": "image/png", "buffer": content})
    page.get_by_role("button", name="Send the logo").click()


def brand(page):
    return page.locator("header.site a.brand")


@test("an administrator sends a logo, which is checked first and then stands on everybody's pages; it is taken down and "
      "brought back", seconds=240)
def logo():
    try:
        with person(DESKTOP, role="administrator") as page:
            page.goto(url("/admin/branding"))
            send(page, "virus.png", EICAR)
            notice = page.locator("#logo").get_by_role("status")
            # What becomes of it is told as soon as it is known, without a word of the reader's.
            expect(notice).to_contain_text("virus.png carried malware (", timeout=60_000)
            expect(page.locator("header.site img.logo")).to_have_count(0)
            check_accessibility(page, "a logo that was infected")
            picture(page, "logo-infected")
            send(page, "seal.png", seal())
            expect(page.locator("#logo img.logo")).to_be_visible(timeout=60_000)

            # The process that serves pages hears of it within some seconds of the one that scanned it.
            def worn():
                page.reload()
                return page.locator("header.site img.logo").count() == 1

            until("the logo in the header", worn)
            check_accessibility(page, "a logo that is worn")
            page.locator("#logo").scroll_into_view_if_needed()
            picture(page, "logo")
            # The name is told once, whether the logo holds it or not.
            name = brand(page).inner_text().strip()
            expect(brand(page)).to_have_accessible_name(name)
            page.get_by_label("The name stands beside the logo").uncheck()
            page.get_by_role("button", name="Save").click()
            expect(brand(page)).to_have_text(re.compile(r"^\s*$"))
            expect(brand(page)).to_have_accessible_name(name)
            page.get_by_label("The name stands beside the logo").check()
            page.get_by_role("button", name="Save").click()
            page.locator("#done").wait_for()
        for size, width in ((PHONE, "phone"), (DESKTOP, "desktop")):
            for dark in (False, True):
                with person(size, dark=dark) as page:
                    page.goto(url("/"))
                    settled(page)
                    drawn = page.locator("header.site img.logo")
                    assert drawn.evaluate("image => image.complete && image.naturalWidth > 0")
                    assert drawn.bounding_box()["height"] <= 40
                    check_accessibility(page, "a page with a logo")
                    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                    assert wide <= 0
                    picture(page, f"logo-home-{width}-{'dark' if dark else 'light'}")
        with person(PHONE, role="administrator", scripts=False) as page:
            page.goto(url("/admin/branding"))
            picture(page, "logo-phone")
            page.get_by_role("button", name="Take it down").click()
            expect(page.locator("header.site img.logo")).to_have_count(0)
            page.get_by_role("button", name="Put up seal.png").click()
            expect(page.locator("header.site img.logo")).to_be_visible()
    finally:
        plain()
