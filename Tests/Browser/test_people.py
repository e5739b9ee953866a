"""The people of the town hall: invited, at work, sent away."""

import re
import time

from browser import DESKTOP, PHONE, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from suite import test


@test("an invited crew member chooses a password, sees only what they may, and is told when their access ends", seconds=180)
def invitation():
    address = f"cleo-{time.time_ns()}@example.test"
    with person(DESKTOP, role="administrator") as admin, person(PHONE) as crew:
        admin.goto(url("/admin/people"))
        picture(admin, "people")
        admin.get_by_role("link", name="Invitations").click()
        admin.get_by_label("Email address").fill(address)
        admin.get_by_label("Name", exact=True).fill("Cleo Crew")
        admin.get_by_label("Role").select_option("crew")
        picture(admin, "invitations")
        admin.get_by_role("button", name="Invite", exact=True).click()
        expect(admin.get_by_text("Cleo Crew is invited.")).to_be_visible()
        link = admin.locator("#invitation-link").inner_text()

        crew.goto(url(link[link.index("/invite/"):]))
        expect(crew.get_by_role("heading", name=re.compile("^Work with us"))).to_be_visible()
        picture(crew, "invite")
        crew.get_by_label("Password", exact=True).fill("four lamps in the rain")
        crew.get_by_role("button", name="Accept").click()
        expect(crew.get_by_role("heading", name="Triage")).to_be_visible()
        expect(crew.get_by_role("link", name="Administration")).to_have_count(0)
        crew.goto(url("/admin/people"))
        expect(crew.get_by_role("heading", name="You may not do this")).to_be_visible()
        crew.goto(url("/staff"))

        admin.goto(url("/admin/people?q=" + address))
        admin.get_by_role("link", name="Cleo Crew").click()
        picture(admin, "person")
        admin.get_by_label(re.compile("^Deactivated")).check()
        admin.get_by_role("button", name="Save").click()
        expect(admin.get_by_text("is deactivated: signed out everywhere.")).to_be_visible()

        crew.get_by_role("link", name="Dashboard").click()
        expect(crew.get_by_text("an administrator has ended your access")).to_be_visible()
        picture(crew, "ended")


@test("whoever has lost their password gets back in by a link that an administrator makes; a limit is said expressly", seconds=180)
def restoring():
    address = f"dora-{time.time_ns()}@example.test"
    Client().post("/api/v1/users", {"name": "Dora Lost", "email": address, "password": "four lamps in the rain"}).expect(201)
    with person(PHONE, role="administrator") as admin, person(DESKTOP) as dora:
        admin.goto(url("/admin/people?role=citizen&q=" + address))
        admin.get_by_role("link", name="Dora Lost").click()
        check_accessibility(admin, "a person's page")
        picture(admin, "person-phone")
        admin.get_by_role("button", name="Make a link to a new password").click()
        expect(admin.get_by_text("By this link Dora Lost chooses a new password.")).to_be_visible()
        check_accessibility(admin, "the link to a new password")
        picture(admin, "reset-link")
        link = admin.locator("#reset-link").inner_text()
        dora.goto(url(link[link.index("/reset-password/"):]))
        dora.get_by_label("New password", exact=True).fill("a heron by the old bridge")
        dora.get_by_role("button", name="Save password").click()
        expect(dora.get_by_text("Your password has been changed.")).to_be_visible()

        admin.get_by_label("Role").select_option("viewer")
        admin.get_by_text("Limits", exact=True).click()
        choice = admin.get_by_role("group", name="Choice of categories")
        choice.get_by_label("Only those that are checked").check()
        admin.get_by_role("button", name="Save").click()
        admin.get_by_role("alert").get_by_role("link", name="Choice of categories is missing.").click()
        picture(admin, "person-limits")
        check_accessibility(admin, "a person's page, refused")
        boxes = admin.get_by_role("group", name="Categories", exact=True)
        boxes.get_by_role("checkbox").first.check()
        admin.get_by_role("button", name="Save").click()
        expect(admin.get_by_text("Saved.")).to_be_visible()
        expect(choice.get_by_label("Only those that are checked")).to_be_checked()
