"""The people of the town hall: invited, at work, sent away."""

import re
import time

from browser import DESKTOP, PHONE, person, picture, url
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
        expect(admin.get_by_text("Saved.")).to_be_visible()

        crew.get_by_role("link", name="Dashboard").click()
        expect(crew.get_by_text("an administrator has ended your access")).to_be_visible()
        picture(crew, "ended")
