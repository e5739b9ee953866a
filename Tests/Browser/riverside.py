"""Riverside, the township that the walkthrough sets up from nothing: its address, its people, and what they do."""

import contextlib
import email
import email.policy
import time

from browser import DESKTOP, person, url
from client import PLACE
from instance import instance
from playwright.sync_api import expect
from steps import photo, receipt, report
from suite import until

NAME, SLUG, HOST = "Riverside", "riverside", "second.localhost"
HERE = (PLACE["latitude"], PLACE["longitude"])
PASSWORD = "four lamps in the rain"
CATEGORY = "Burst pipe"
DEPARTMENT = "Water works"
# Who works there, by first name: surname, role as the page calls it, whether they belong to the department.
STAFF = {
    "Mona": ("Manager", "manager", False), "Agnes": ("Agent", "agent", False), "Carl": ("Crew", "crew", True),
    "Otto": ("Other", "crew", False), "Vera": ("Viewer", "viewer", False),
}


def at(path="/"):
    """An address at the second township."""
    return f"http://{HOST}:{instance.http_port}{path}"


def mail_address(name):
    return f"{name.lower()}@riverside.test"


class Windows:
    """What a browser keeps of each of them once they have accepted: nobody signs in twice."""

    kept = {}


@contextlib.contextmanager
def works(name, size=DESKTOP, **options):
    """The window of somebody who works there, or of the operator."""
    with person(size, storage_state=Windows.kept[name], **options) as page:
        yield page


def accept(page, link):
    """Opens an invitation and chooses a password."""
    page.goto(link)
    expect(page.get_by_role("heading", name=f"Work with us in {NAME}")).to_be_visible()
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("heading", name="Triage", level=1)).to_be_visible()


def saved(page):
    expect(page.locator("#done")).to_be_visible()


def tell(title, *, category=CATEGORY, files=()):
    """A citizen reports without a name, by phone; returns the reference and the address of the page to follow it."""
    with person(location=HERE) as citizen:
        report(citizen, title, category=category, files=files, at=at,
               answer=answer_about_water if category == CATEGORY else None)
        return receipt(citizen)


def answer_about_water(page):
    page.get_by_role("group", name="Is water in the street?").get_by_label("Yes").check(force=True)


def desk(page, reference):
    """Opens the page of a request as staff see it."""
    page.goto(at(f"/staff/requests/{reference}"))
    return page


def state(page):
    """The status on a page of staff."""
    return page.locator(".desk-head .badge").first


def fill_status(page, status, *, reason=None, note=None, files=None):
    """Fills the form of a new status and sends it."""
    form = page.locator("#form-status")
    if not form.is_visible():
        page.get_by_text("Change status").first.click()
    form.get_by_label("New status").select_option(label=status)
    if reason:
        form.get_by_label("Reason").fill(reason)
    if note:
        form.get_by_label("What was done", exact=True).fill(note)
    if files:
        form.get_by_label("Photo of what was done").set_input_files(files)
    form.get_by_role("button", name="Change status").click()


def change_status(page, status, **evidence):
    fill_status(page, status, **evidence)
    expect(state(page)).to_have_text(status)


def assign(page, *, to=None, department=None):
    page.locator("#change-assign summary").click()
    form = page.locator("#form-assign")
    if to:
        # The list says what they are behind their name.
        form.get_by_label("Person").select_option(form.locator("option", has_text=to).get_attribute("value"))
    if department:
        form.get_by_label("Department").select_option(label=department)
    form.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("Assignment changed.").first).to_be_attached()


def mails(to):
    """The texts of the mails to somebody, oldest first."""
    found = []
    for path in sorted((instance.data / "mail").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if to in message["To"]:
            found.append(message["Subject"] + "\n" + message.get_content())
    return found


def mail(to, word, seconds=30):
    """Waits for a mail to somebody that has the word."""
    return until(f"a mail to {to} with {word}", lambda: next((m for m in mails(to) if word in m), None), seconds)


def later(**units):
    """A moment of the moved clock, as the command line takes it."""
    seconds = units.get("hours", 0) * 3600 + units.get("days", 0) * 86400
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


__all__ = [
    "CATEGORY", "DEPARTMENT", "HERE", "HOST", "NAME", "SLUG", "STAFF", "Windows", "accept", "assign", "at", "change_status",
    "desk", "fill_status", "later", "mail", "mail_address", "mails", "photo", "saved", "state", "tell", "url", "works",
]
