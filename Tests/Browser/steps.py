"""What people do on the pages, step by step, as the stories need it."""

import re

from browser import person, tab_to, url
from client import PLACE
from playwright.sync_api import expect
from samples import jpeg

# A street corner of the demo township that nothing else is reported at.
HERE = (PLACE["latitude"], PLACE["longitude"])


def photo(name="lamp.jpg", content=None):
    return {"name": name, "mimeType": "image/jpeg", "buffer": content or jpeg(800, 600)}


def report(page, title, *, files=(), category="Street light out", location=True, with_photos=None,
           before_sending=None, answer=None, at=url):
    """Reports anonymously through the four screens; ends on the reporter's page.

    answer: answers the category's questions.
    at: the address of a path at the township that is told.
    """
    page.goto(at("/report"))
    if location:
        page.get_by_role("button", name="Use my location").click()
        expect(page.get_by_text("Found, to about")).to_be_visible()
    else:
        page.get_by_label("I do not know the place").check()
    following(page, "What is it about?")
    page.get_by_label(re.compile("^Search")).fill(category.split()[:2][-1])
    page.get_by_role("radio", name=category).check(force=True)
    if answer:
        answer(page)
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


def focus_is_seen(page):
    """Whatever has the focus is on the screen and has an outline."""
    seen = page.evaluate("""() => {
        const element = document.activeElement, box = element.getBoundingClientRect(), style = getComputedStyle(element);
        return element !== document.body && box.bottom > 0 && box.top < innerHeight && box.width > 0
            && (style.outlineStyle !== "none" || element.matches("h1, h2, [tabindex='-1']") || style.boxShadow !== "none");
    }""")
    assert seen, page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def press(page, name):
    tab_to(page, page.get_by_role("button", name=name))
    focus_is_seen(page)
    page.keyboard.press("Enter")


def walk_to(page, locator, limit=120):
    """Presses Tab until the element has the focus. At every stop on the way something on the screen has an outline of two
    pixels at least; only between the page's end and its beginning the focus is in the browser's own bars."""
    target = locator.element_handle()
    for _ in range(limit):
        page.keyboard.press("Tab")
        here, fault = page.evaluate("""async target => {
            // What has just become visible is so from the next frame on.
            await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
            const element = document.activeElement, box = element.getBoundingClientRect(), style = getComputedStyle(element);
            const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
            const inside = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
            return [element === target, element === document.body || seen && inside ? null
                : `${seen ? "out of sight" : "no outline"}: ${element.outerHTML.slice(0, 200)}`];
        }""", target)
        assert fault is None, fault
        if here:
            return
    raise AssertionError(f"{limit} times Tab did not lead to {locator}")


def enter(page, locator, key="Enter"):
    walk_to(page, locator)
    page.keyboard.press(key)


def write(page, label, text):
    """Into the field with this label, instead of what stands in it."""
    walk_to(page, page.get_by_label(label, exact=True))
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def told(page, words):
    """What was done is said, and whoever goes on by keyboard goes on from there."""
    expect(page.get_by_role("status").filter(has_text=words)).to_be_focused()


def refused(page, field):
    """The summary of what is wrong has the focus, and its link leads to the field."""
    summary = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(summary).to_be_focused()
    # In the order of the fields, so that one comes to them one after the other.
    assert summary.evaluate("""summary => {
        const fields = [...summary.querySelectorAll("a")].map(link => document.querySelector(link.hash));
        return fields.every((field, index) => index === 0
            || fields[index - 1].compareDocumentPosition(field) & Node.DOCUMENT_POSITION_FOLLOWING);
    }"""), summary.inner_text()
    enter(page, summary.get_by_role("link").first)
    expect(page.get_by_label(field, exact=True)).to_be_focused()
    expect(page.get_by_label(field, exact=True)).to_have_attribute("aria-invalid", "true")


__all__ = [
    "HERE", "enter", "focus_is_seen", "following", "person", "photo", "press", "receipt", "refused", "report", "told",
    "walk_to", "write",
]
