"""What can be reported: an administrator says it, a citizen on a phone is asked it, staff read the answer."""

import re

from browser import DESKTOP, check_accessibility, person, picture, url
from client import PLACE, Client
from playwright.sync_api import expect
from steps import HERE, following, receipt
from suite import equal, test

made = {}


def save(page):
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def choose(page, name):
    """The first two screens of the form, as far as the chosen category."""
    page.goto(url("/report"))
    page.get_by_role("button", name="Use my location").click()
    expect(page.get_by_text("Found, to about")).to_be_visible()
    following(page, "What is it about?")
    page.get_by_label(re.compile("^Search")).fill(name)
    page.get_by_role("radio", name=name).check(force=True)


@test("an administrator makes a category with a group, an icon, a question, a notice and targets", seconds=180)
def make():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin/categories"))
        page.get_by_role("link", name="New category").click()
        # What is wrong is said above, and nothing that was entered is lost.
        page.get_by_label("Group").fill("By the water")
        page.get_by_role("button", name="Add the category").click()
        page.get_by_role("alert").get_by_role("link", name="Name is missing.").click()
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
        expect(page.get_by_label("Group")).to_have_value("By the water")
        page.get_by_label("Name", exact=True).fill("Drifting boat")
        page.get_by_label("Pictograph").fill("🛶")
        page.get_by_label("Other words for it").fill("canoe kayak adrift")
        page.get_by_label(re.compile("^Notice")).fill("Do not swim after it.")
        page.get_by_role("button", name="Add a question").click()
        question = page.get_by_role("group", name="Question 1")
        question.get_by_label("Question", exact=True).fill("What kind of boat is it?")
        question.get_by_label("Kind of answer").select_option(label="One of several")
        question.get_by_label("Must be answered").check()
        page.get_by_label("Urgent: hours until it is done").fill("4")
        page.get_by_role("button", name="Add the category").click()
        # A choice of nothing is no choice: the summary leads to the row of the question.
        page.get_by_role("alert").get_by_role("link", name=re.compile("^Question 1: Answers")).click()
        answers = question.get_by_label("Answers to choose from")
        expect(answers).to_be_focused()
        answers.fill("canoe = A canoe or kayak\nmotor = With a motor")
        page.get_by_role("button", name="Add the category").click()
        expect(page.get_by_role("heading", level=1, name="Drifting boat")).to_be_visible()
        check_accessibility(page, "a category that was made")
        picture(page, "category-made")
        made["slug"] = page.url.split("/")[-1].split("?")[0]
        expect(page.get_by_label("Urgent: hours until it is done")).to_have_value("4")
        page.goto(url("/admin/categories"))
        group = page.get_by_role("region", name="By the water").get_by_role("row").filter(has_text="Drifting boat")
        expect(group).to_contain_text("🛶")
        expect(group.get_by_role("cell", name="Taken")).to_be_visible()


@test("a citizen reports by it on a phone and must answer its question; the staff page shows the answer", seconds=180)
def asked():
    with person(location=HERE, role="citizen") as page:
        choose(page, "Drifting boat")
        expect(page.get_by_role("heading", level=3, name="By the water")).to_be_visible()
        expect(page.get_by_text("Do not swim after it.")).to_be_visible()
        page.get_by_role("button", name="Continue").click()
        # Not to be passed without an answer.
        expect(page.get_by_role("alert").get_by_text("What kind of boat is it?")).to_be_visible()
        page.get_by_label("With a motor").check()
        check_accessibility(page, "a category with a question")
        picture(page, "category-asked")
        following(page, "Photos")
        page.get_by_role("button", name="Continue").click()
        expect(page.locator("main h2:visible").first).to_have_text("Details")
        page.get_by_label("Title").fill("A boat without anybody")
        page.get_by_role("button", name="Send report").click()
        page.wait_for_url(re.compile(r"/(requests|track)/"))
        expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
        made["reference"] = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b", page.locator("main").inner_text())[0]
    with person(DESKTOP, role="agent") as page:
        page.goto(url(f"/staff/requests/{made['reference']}"))
        expect(page.get_by_role("definition").filter(has_text="With a motor")).to_be_visible()
        expect(page.get_by_text("What kind of boat is it?")).to_be_visible()
        picture(page, "category-answered")


@test("a message that stops the form lets nobody report by the category, on the form or past it", seconds=120)
def stopped():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url(f"/admin/categories/{made['slug']}"))
        page.get_by_label(re.compile("^Message that stops the form")).fill("Somebody may be in the water: call 911.")
        save(page)
    with person(location=HERE) as page:
        choose(page, "Drifting boat")
        expect(page.get_by_text("Somebody may be in the water: call 911.").first).to_be_visible()
        check_accessibility(page, "a category that stops the form")
        picture(page, "category-stops")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="Photos")).to_be_hidden()
    # Whoever comes past the form is told the same.
    answer = Client().post(
        "/api/v1/requests", {"title": "A boat", "category": made["slug"], "location": PLACE}).problem(
            422, "category_stopped").json()
    equal([(error["field"], error["code"]) for error in answer["errors"]], [("category", "category_stopped")])
    assert "call 911" in answer["errors"][0]["message"]


@test("a category that is not offered any more vanishes from the form, stays on its reports, and comes back", seconds=120)
def not_offered():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url(f"/admin/categories/{made['slug']}"))
        page.get_by_label(re.compile("^Message that stops the form")).fill("")
        page.get_by_label("Offered to reporters").uncheck()
        save(page)
        expect(page.get_by_text("This category is not offered")).to_be_visible()
        picture(page, "category-not-offered")
        with person(scripts=False) as citizen:
            citizen.goto(url("/report"))
            expect(citizen.get_by_role("radio", name="Drifting boat")).to_have_count(0)
            citizen.goto(url(f"/requests/{made['reference']}"))
            expect(citizen.get_by_role("main")).to_contain_text("Drifting boat")
            page.get_by_label("Offered to reporters").check()
            save(page)
            citizen.goto(url("/report"))
            expect(citizen.get_by_role("radio", name="Drifting boat")).to_have_count(1)
