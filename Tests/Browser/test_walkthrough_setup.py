"""A township from nothing, through the pages alone: the operator makes it, its administrator sets it up, staff come in.

What happens in it then stands in test_walkthrough_workflow.py and test_walkthrough_deadline.py.
"""

import json
import re

from browser import DESKTOP, PHONE, check_accessibility, person, picture
from playwright.sync_api import expect
from riverside import (
    CATEGORY, DEPARTMENT, HERE, HOST, NAME, SLUG, STAFF, Windows, accept, at, mail, mail_address, saved, url, works,
)
from suite import test

ADA = "Ada"


class Links:
    """What was shown once."""

    administrator = None
    staff = {}


@test("walkthrough: the operator makes a second township by its page and asks its first administrator", seconds=120)
def operator():
    with person(DESKTOP, role="operator") as page:
        page.goto(url())
        page.get_by_role("link", name="Townships").first.click()
        page.get_by_role("link", name="New township").click()
        page.get_by_label("Name", exact=True).fill(NAME)
        page.get_by_label("Short name").fill(SLUG)
        page.get_by_label("Hosts").fill(HOST)
        page.get_by_label("Language of its pages").select_option("en")
        page.get_by_label("Time zone").fill("America/New_York")
        west, east, south, north = HERE[1] - .1, HERE[1] + .1, HERE[0] - .1, HERE[0] + .1
        page.get_by_label("Boundary as a box").fill(f"{west:.2f},{south:.2f},{east:.2f},{north:.2f}")
        page.get_by_label("Administrator’s name").fill("Ada Mayor")
        page.get_by_label("Administrator’s email address").fill("ada")
        check_accessibility(page, "the form of a new township")
        picture(page, "walk-1-new-township")
        page.get_by_role("button", name="Make the township").click()
        page.get_by_role("alert").get_by_role("link").first.click()
        expect(page.get_by_label("Administrator’s email address")).to_be_focused()
        page.get_by_label("Administrator’s email address").fill(mail_address(ADA))
        page.get_by_role("button", name="Make the township").click()
        expect(page.get_by_text("Ada Mayor is invited.")).to_be_visible()
        Links.administrator = page.locator("#invitation-link").inner_text()
        assert Links.administrator.startswith(at("/invite/")), Links.administrator
        check_accessibility(page, "a new township with its invitation")
        picture(page, "walk-2-made")
        page.get_by_role("link", name="Townships").first.click()
        expect(page.locator("#townships").get_by_role("link", name=NAME)).to_be_visible()
    assert at("/invite/") in mail(mail_address(ADA), "Lamppost is ready for Riverside")


@test("walkthrough: the administrator comes in by the link, which opens nothing elsewhere and nothing twice", seconds=60)
def administrator():
    with person(DESKTOP) as page:
        assert page.goto(url(Links.administrator[Links.administrator.index("/invite/"):])).status == 404
        picture(page, "walk-3-invitation")
        accept(page, Links.administrator)
        picture(page, "walk-4-empty-triage")
        Windows.kept[ADA] = page.context.storage_state()
    with person(PHONE) as page:
        assert page.goto(Links.administrator).status == 404
        expect(page.get_by_role("heading", name="This link is not good any more")).to_be_visible()


@test("walkthrough: settings, a department, a calendar with a holiday, closing by silence", seconds=120)
def basics():
    with works(ADA) as page:
        page.goto(at("/staff"))
        page.get_by_role("link", name="Administration").first.click()
        picture(page, "walk-5-administration")
        page.get_by_role("link", name="Township settings").click()
        page.get_by_label("Emergency number").fill("112")
        page.get_by_label("Contact email address").fill("hall@riverside.test")
        page.get_by_role("button", name="Save").click()
        saved(page)
        picture(page, "walk-6-settings")

        page.goto(at("/admin"))
        page.get_by_role("link", name="Departments").click()
        page.get_by_label("Name of the department").fill(DEPARTMENT)
        page.get_by_role("button", name="Add").click()
        saved(page)

        page.goto(at("/admin"))
        page.get_by_role("link", name="Calendars").click()
        page.get_by_role("link", name="New calendar").click()
        page.get_by_label("Name").fill("Town hall")
        page.get_by_label("Friday").fill("09:00-12:00")
        page.get_by_label("Days off").fill("2027-07-05\n12-25")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("heading", level=1, name="Town hall")).to_be_visible()

        page.goto(at("/admin"))
        page.get_by_role("link", name="Statuses and closing").click()
        page.get_by_label("Days until a completed request is closed").fill("14")
        page.get_by_role("button", name="Save").click()
        saved(page)


@test("walkthrough: a category with a question, targets, and a photo of what was done", seconds=60)
def category():
    with works(ADA) as page:
        page.goto(at("/admin"))
        page.get_by_role("link", name="Categories").click()
        page.get_by_role("link", name=re.compile("New category|Add a category")).click()
        page.get_by_label("Name", exact=True).fill(CATEGORY)
        page.get_by_label("Group").fill("Water")
        page.get_by_label("Other words for it").fill("leak flood main")
        page.get_by_role("button", name="Add a question").click()
        page.get_by_label("Question", exact=True).fill("Is water in the street?")
        page.get_by_label("Kind of answer").select_option(label="Yes or no")
        page.get_by_label("Must be answered").check()
        page.get_by_label("Calendar").select_option(label="Town hall")
        page.get_by_label("High priority: hours to an answer").fill("1")
        page.get_by_label("High priority: hours until it is done").fill("8")
        page.get_by_label("Completing it needs a photo of what was done").check()
        page.get_by_label("Offered to reporters").check()
        check_accessibility(page, "a new category")
        page.get_by_role("button", name="Add the category").click()
        saved(page)
        expect(page.get_by_role("heading", level=1, name=CATEGORY)).to_be_visible()
        picture(page, "walk-7-category")


@test("walkthrough: areas from a file, and a rule that sends burst pipes to the water works", seconds=60)
def areas_and_rule():
    def half(name, west, east):
        south, north = HERE[0] - .1, HERE[0] + .1
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}

    middle = HERE[1] - .001
    halves = [half("West bank", HERE[1] - .1, middle), half("East bank", middle, HERE[1] + .1)]
    content = json.dumps({"type": "FeatureCollection", "features": halves}).encode()
    with works(ADA) as page:
        page.goto(at("/admin"))
        page.get_by_role("link", name="Areas").click()
        page.get_by_label("GeoJSON file").set_input_files(
            [{"name": "banks.geojson", "mimeType": "application/geo+json", "buffer": content}])
        page.get_by_label("Layer", exact=True).fill("banks")
        page.get_by_role("button", name="Import", exact=True).click()
        expect(page.get_by_text("Imported.")).to_be_visible()
        expect(page.get_by_role("link", name="East bank")).to_be_visible()

        page.goto(at("/admin"))
        page.get_by_role("link", name="Routing rules").click()
        page.get_by_role("link", name="Add a rule").click()
        page.get_by_label("Name", exact=True).fill("Pipes of the east bank")
        if page.get_by_label(CATEGORY).is_hidden():
            page.get_by_text(re.compile("^Categories")).first.click()
        page.get_by_label(CATEGORY).check()
        page.get_by_label("East bank").check()
        page.get_by_label("Department").select_option(label=DEPARTMENT)
        page.locator("[name='then.priority']").select_option("high")
        page.get_by_role("button", name="Save").click()
        saved(page)
        picture(page, "walk-8-rule")


@test("walkthrough: a manager, an agent, two of the crews and a viewer are invited", seconds=120)
def staff():
    with works(ADA) as page:
        page.goto(at("/admin/people"))
        page.get_by_role("link", name="Invitations").click()
        for name, (surname, role, is_member) in STAFF.items():
            page.get_by_label("Email address").fill(mail_address(name))
            page.get_by_label("Name", exact=True).fill(f"{name} {surname}")
            page.get_by_label("Role").select_option(role)
            if is_member:
                page.get_by_role("combobox", name="Department").select_option(label=DEPARTMENT)
            page.get_by_role("button", name="Invite", exact=True).click()
            expect(page.get_by_text(f"{name} {surname} is invited.")).to_be_visible()
            Links.staff[name] = page.locator("#invitation-link").inner_text()
        picture(page, "walk-9-invitations")


@test("walkthrough: each of them accepts and comes in as what they were asked to be", seconds=120)
def acceptance():
    for name in STAFF:
        with person(DESKTOP) as page:
            accept(page, Links.staff[name])
            Windows.kept[name] = page.context.storage_state()
    with works(ADA) as page:
        page.goto(at("/admin/people"))
        for name, (surname, _, _) in STAFF.items():
            expect(page.get_by_role("link", name=f"{name} {surname}")).to_be_visible()
        picture(page, "walk-10-people")
