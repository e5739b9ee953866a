"""A request of the second township misses its deadline on a moved clock; and the two townships know nothing of each other."""

import re

from browser import DESKTOP, PHONE, check_accessibility, person, picture
from client import Client
from instance import instance
from playwright.sync_api import expect
from riverside import (
    CATEGORY, DEPARTMENT, HOST, NAME, SLUG, STAFF, assign, at, desk, later, mail, mail_address, mails, tell, url, works,
)
from suite import equal, test

TITLE = "The hydrant leaks"
story = {}


@test("walkthrough: a report is due within working hours, by the calendar and the target of its category", seconds=60)
def promised():
    story["late"] = reference, address = tell(TITLE)
    with works("Mona") as manager:
        work = desk(manager, reference).locator("#work")
        expect(work).to_contain_text("Answer due")
        expect(work.get_by_text("No target date")).to_have_count(0)
        expect(manager.locator(".badge.overdue")).to_have_count(0)
        manager.goto(at("/staff?overdue=true"))
        expect(manager.get_by_role("link", name=TITLE)).to_have_count(0)
        expect(manager.get_by_text("No request matches this filter.")).to_be_visible()
    with person(PHONE) as citizen:
        citizen.goto(address)
        picture(citizen, "walk-21-promised")


@test("walkthrough: the clock moves, the deadline is missed, and those who are to hear of it do, once", seconds=90)
def escalated():
    reference, _ = story["late"]
    told = instance.lamppost("deadlines", "--tenant", SLUG, "--at", later(days=21))
    assert re.search("resolution_breach: [1-9]", told), told
    letter = mail(mail_address("Mona"), reference)
    assert TITLE in letter and at("/") in letter, letter
    for name in STAFF:
        if name != "Mona":
            equal([m for m in mails(mail_address(name)) if reference in m and "missed" in m.lower()], [], name)
    count = len(mails(mail_address("Mona")))
    instance.lamppost("deadlines", "--tenant", SLUG, "--at", later(days=22))
    with works("Mona") as manager:
        desk(manager, reference)
        expect(manager.locator("#timeline")).to_contain_text("missed")
        manager.locator("#timeline").scroll_into_view_if_needed()
        picture(manager, "walk-22-escalated")
    equal(len(mails(mail_address("Mona"))), count, "told once")


@test("walkthrough: three weeks later it is overdue in the triage, on its page, in the report of targets", seconds=90)
def overdue():
    reference, _ = story["late"]
    # Three weeks pass: whatever the request knows of time lies as much further back.
    instance.sql(f"""
        UPDATE requests SET created_at = created_at - interval '21 days', respond_by = respond_by - interval '21 days',
               expected_by = expected_by - interval '21 days'
         WHERE tenant_id = (SELECT id FROM tenants WHERE slug = '{SLUG}') AND reference = '{reference.replace("-", "")}'
        """)
    with works("Mona") as manager:
        manager.goto(at("/staff"))
        manager.get_by_role("link", name="Overdue").click()
        row = manager.locator(".row").filter(has_text=TITLE)
        expect(row).to_be_visible()
        expect(row.get_by_text("Overdue").first).to_be_visible()
        expect(manager.locator(".row")).to_have_count(1)
        check_accessibility(manager, "the overdue view")
        picture(manager, "walk-23-overdue")
        desk(manager, reference)
        expect(manager.locator(".desk-head .badge.overdue")).to_be_visible()
        manager.goto(at("/staff/dashboard"))
        manager.get_by_role("link", name="Targets kept").click()
        expect(manager.locator("#figure-overdue")).to_contain_text("1")
        picture(manager, "walk-24-compliance")
        manager.locator("#figure-overdue a").click()
        expect(manager.get_by_role("link", name=TITLE)).to_be_visible()
        # Somebody takes care of it.
        desk(manager, reference)
        assign(manager, to="Carl Crew", department=DEPARTMENT)


@test("walkthrough: nothing of one township shows in the other, to the public and to its staff", seconds=90)
def apart():
    reference, address = story["late"]
    with person(DESKTOP) as citizen, works("Mona") as manager, person(DESKTOP, role="manager") as other:
        for page, path in ((citizen, "/map"), (manager, "/staff")):
            page.goto(at(path))
            expect(page.get_by_role("link", name=TITLE).first).to_be_visible()
            expect(page.get_by_text("Lampworth")).to_have_count(0)
        for page, path in ((citizen, "/map?q=hydrant"), (other, "/staff?q=hydrant")):
            page.goto(url(path))
            expect(page.locator("main")).not_to_contain_text(TITLE)
            expect(page.get_by_text(NAME)).to_have_count(0)
        equal(citizen.goto(url(f"/requests/{reference}")).status, 404)
        equal(citizen.goto(address.replace(HOST, "localhost")).status, 404)
        other.goto(url("/staff?department=water-works"))
        expect(other.locator(".row")).to_have_count(0)
        foreign = Client().report("A lamp of the first township")["reference"]
        equal(manager.goto(at(f"/staff/requests/{foreign}")).status, 404)
        manager.goto(at("/staff?q=lamp"))
        expect(manager.locator(".row")).to_have_count(0)
    first, second = (Client(host=host).get("/api/v1/categories").expect(200).json()["items"] for host in ("localhost", HOST))
    assert CATEGORY in [c["name"] for c in second] and CATEGORY not in [c["name"] for c in first]
    equal(Client().get("/api/v1/areas?layer=banks").expect(200).json()["features"], [])
