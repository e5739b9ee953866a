"""Requests of the second township go through every transition by the right people, and are refused to the wrong ones."""

import re
import urllib.parse

from browser import DESKTOP, PHONE, check_accessibility, person, picture
from client import Client
from instance import instance
from playwright.sync_api import expect
from riverside import (
    DEPARTMENT, HOST, SLUG, assign, at, change_status, desk, fill_status, later, photo, state, tell, url, works,
)
from suite import equal, test, until

# References, and addresses of the pages by which reporters follow them.
story = {}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@test("walkthrough: a citizen reports without a name, and the rule sends it to the water works", seconds=60)
def reported():
    story["pipe"] = reference, address = tell("Water shoots out of the road")
    assert address.startswith(at("/track/")), address
    with works("Vera") as viewer:
        expect(state(desk(viewer, reference))).to_have_text("Submitted")
    with works("Mona") as manager:
        desk(manager, reference)
        work = manager.locator("#work")
        expect(work.get_by_text(DEPARTMENT).first).to_be_visible()
        expect(work.get_by_text("High priority").first).to_be_visible()
        expect(state(manager)).to_have_text("Under review")
        expect(manager.locator("main")).to_contain_text("Is water in the street?")
        picture(manager, "walk-11-routed")


@test("walkthrough: those without a right are offered no control, and what they post all the same is refused", seconds=90)
def refused():
    reference, address = story["pipe"]
    path = f"/staff/requests/{reference}"
    with works("Vera") as viewer, works("Otto") as stranger:
        for page in (viewer, stranger):
            desk(page, reference)
            expect(page.get_by_role("heading", level=1, name="Water shoots out of the road")).to_be_visible()
            for control in ("Change status", "Assign", "Change priority"):
                expect(page.locator("summary", has_text=control)).to_have_count(0)
            attempts(page, path, 403)
        picture(viewer, "walk-12-viewer")
    with person(PHONE) as citizen:
        citizen.goto(address)
        expect(citizen.get_by_text("Change status")).to_have_count(0)
        attempts(citizen, path, 401)
        citizen.goto(at(path))
        expect(citizen.get_by_role("heading", name="Sign in")).to_be_visible()
    # Staff of the first township are strangers here, whatever cookie they bring, and the request is none of theirs.
    with person(DESKTOP, role="manager") as foreign:
        foreign.goto(url("/staff"))
        equal(foreign.goto(url(path)).status, 404)
        attempts(foreign, path, 404, host="localhost")
        brought = {"Cookie": cookie_of(foreign)}
    equal(Client(host=HOST).get(path, headers=brought).status, 303)
    Client(host=HOST).get("/api/v1/me", headers=brought).problem(401, "unauthenticated")
    with works("Mona") as manager:
        expect(state(desk(manager, reference))).to_have_text("Under review")
        assign(manager, to="Carl Crew", department=DEPARTMENT)
        expect(state(manager)).to_have_text("Assigned")


def attempts(page, path, status, host=HOST):
    """What the page does not offer, posted with its own session and token; and the same by the API."""
    tokens = page.locator("input[name=csrf_token]")
    token = tokens.first.get_attribute("value") if tokens.count() else ""
    cookies = {"Cookie": cookie_of(page)} if cookie_of(page) else {}
    caller = Client(host=host)
    forms = {"action": "status", "status": "in_progress"}, {"action": "take"}, {"action": "priority", "priority": "low"}
    for form in forms:
        body = urllib.parse.urlencode({**form, "csrf_token": token, "version": "1", "seen": "0"}).encode()
        answer = caller.call("POST", path, body=body, headers={**cookies, **FORM})
        equal(answer.status, status, form)
    api = path.replace("/staff/", "/api/v1/") + "/status"
    answer = caller.post(api, {"status": "in_progress"}, headers={**cookies, "X-CSRF-Token": token})
    equal(answer.status, status)


def cookie_of(page):
    return "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies(page.url))


@test("walkthrough: the crew starts, asks, goes on by the citizen's answer, and needs a photo to be done", seconds=120)
def worked():
    reference, address = story["pipe"]
    with works("Carl", PHONE) as crew, person(PHONE) as citizen:
        desk(crew, reference)
        change_status(crew, "In progress")
        fill_status(crew, "On hold")
        expect(crew.get_by_role("alert")).to_contain_text("needs a reason")
        fill_status(crew, "On hold", reason="Is it in front of the bakery?")
        expect(state(crew)).to_have_text("On hold")
        picture(crew, "walk-13-on-hold")
        citizen.goto(address)
        expect(citizen.get_by_text("Is it in front of the bakery?").first).to_be_visible()
        citizen.get_by_label("Your answer").fill("No, by the school.")
        citizen.get_by_role("button", name="Send answer").click()
        expect(citizen.get_by_text("No, by the school.").first).to_be_visible()
        picture(citizen, "walk-14-answered")
        desk(crew, reference)
        expect(crew.get_by_text("No, by the school.").first).to_be_visible()
        change_status(crew, "In progress")
        fill_status(crew, "Completed", note="A new joint.")
        expect(crew.get_by_role("alert")).to_contain_text(re.compile("needs? a photo"))
        check_accessibility(crew, "a completion without its photo")
        change_status(crew, "Completed", note="A new joint.", files=[photo("joint.jpg")])
        citizen.goto(address)
        expect(citizen.get_by_role("heading", name="Is it mended?")).to_be_visible()
        expect(citizen.get_by_text("A new joint.").first).to_be_visible()
        shown = lambda: citizen.reload() and citizen.locator("main img[src*=thumbnail]").count()
        until("the photo of what was done", shown, 40)
        picture(citizen, "walk-15-completed")


@test("walkthrough: the citizen disputes it, it is assigned and done again, and confirmed it is closed", seconds=120)
def disputed():
    reference, address = story["pipe"]
    with person(PHONE) as citizen:
        citizen.goto(address)
        citizen.get_by_label("What is still wrong?").fill("It drips again.")
        citizen.get_by_role("button", name="No, it is not").click()
        expect(citizen.locator("main .badge").first).to_have_text("Being looked at")
    with works("Agnes") as agent:
        desk(agent, reference)
        expect(agent.get_by_text("It drips again.").first).to_be_visible()
        assign(agent, to="Carl Crew", department=DEPARTMENT)
        expect(state(agent)).to_have_text("Assigned")
    with works("Carl", PHONE) as crew:
        desk(crew, reference)
        change_status(crew, "In progress")
        change_status(crew, "Completed", note="Now it is tight.", files=[photo("tight.jpg")])
    with person(PHONE) as citizen:
        citizen.goto(address)
        citizen.get_by_role("button", name="Yes, it is mended").click()
        expect(citizen.locator("main .badge.closed").first).to_be_visible()
        picture(citizen, "walk-16-closed")
    with works("Mona") as manager:
        desk(manager, reference)
        picture(manager, "walk-17-history")


@test("walkthrough: a viewer's look counts for nothing, the agent's does, who assigns it and rejects it", seconds=90)
def rejected():
    reference, address = tell("A hole in a private drive", category="Pothole")
    with works("Vera") as viewer:
        expect(state(desk(viewer, reference))).to_have_text("Submitted")
    with works("Agnes") as agent:
        expect(state(desk(agent, reference))).to_have_text("Under review")
        assign(agent, to="Otto Other")
        expect(state(agent)).to_have_text("Assigned")
        fill_status(agent, "Rejected")
        expect(agent.get_by_role("alert")).to_contain_text("needs a reason")
        fill_status(agent, "Rejected", reason="The drive is private: please ask its owner.")
        expect(state(agent)).to_have_text("Rejected")
    with person(PHONE) as citizen:
        citizen.goto(address)
        expect(citizen.get_by_text("The drive is private: please ask its owner.").first).to_be_visible()
        picture(citizen, "walk-18-rejected")


@test("walkthrough: of two reports of the same hole one becomes the duplicate of the other", seconds=90)
def duplicate():
    survivor, _ = story["hole"] = tell("A hole by the school", category="Pothole")
    other, address = tell("Hole at the school gate", category="Pothole")
    with works("Agnes") as agent:
        desk(agent, other)
        agent.get_by_label("Merge into the report with this reference").fill(survivor)
        agent.get_by_role("button", name="Show what will move").click()
        agent.get_by_role("button", name=f"Merge into {survivor}").click()
        expect(state(agent)).to_have_text("Duplicate")
        picture(agent, "walk-19-duplicate")
    with person(PHONE) as citizen:
        citizen.goto(address)
        expect(citizen.locator("#forwarding")).to_contain_text(survivor)


@test("walkthrough: what its reporter says nothing about is closed by silence, on a moved clock", seconds=90)
def silence():
    reference, address = story["hole"]
    with works("Agnes") as agent:
        desk(agent, reference)
        change_status(agent, "Completed", note="Filled.")
        assert "Closed 0" in instance.lamppost("close-silent", "--tenant", SLUG, "--at", later(days=1))
        expect(state(desk(agent, reference))).to_have_text("Completed")
        told = instance.lamppost("close-silent", "--tenant", SLUG, "--at", later(days=60))
        assert re.search("Closed [1-9]", told), told
        expect(state(desk(agent, reference))).to_have_text("Closed")
        picture(agent, "walk-20-silence")
    with person(PHONE) as citizen:
        citizen.goto(address)
        expect(citizen.locator("main .badge.closed").first).to_be_visible()
