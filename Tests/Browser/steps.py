"""What people do on the pages, step by step, as the stories need it."""

import re

from browser import person, url
from client import PLACE
from playwright.sync_api import expect
from samples import jpeg

# A street corner of the demo township that nothing else is reported at.
HERE = (PLACE["latitude"], PLACE["longitude"])


def photo(name="lamp.jpg", content=None):
    return {"name": name, "mimeType": "image/jpeg", "buffer": content or jpeg(800, 600)}


def report(page, title, *, files=(), category="Street light out", location=True, with_photos=None,
           before_sending=None):
    """Reports anonymously through the four screens; ends on the reporter's page and returns reference and address."""
    page.goto(url("/report"))
    if location:
        page.get_by_role("button", name="Use my location").click()
        expect(page.get_by_text("Found, to about")).to_be_visible()
    else:
        page.get_by_label("I do not know the place").check()
    following(page, "What is it about?")
    page.get_by_label(re.compile("^Search")).fill(category.split()[1])
    page.get_by_role("radio", name=category).check(force=True)
    following(page, "Photos")
    if files:
        page.locator("#field-files").set_input_files(list(files))
        expect(page.get_by_role("button", name="Remove")).to_have_count(len(files))
    if with_photos:
        with_photos()
    page.get_by_role("button", name="Continue").click()
    heading = page.locator("main h2:visible").first
    expect(heading).to_have_text(re.compile("Details|Is it one of these"))
    if "one of these" in heading.inner_text():
        page.get_by_role("button", name=re.compile("None of these")).click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Without my name").check(force=True)
    if before_sending:
        before_sending()
    page.get_by_role("button", name="Send report").click()


def following(page, title):
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name=title)).to_be_focused()


def receipt(page):
    """On the reporter's page after sending: the reference, and the page's address."""
    page.wait_for_url(re.compile(r"/track/"))
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    return re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.locator("main").inner_text())[0], page.url.split("?")[0]


__all__ = ["HERE", "following", "person", "photo", "receipt", "report"]
