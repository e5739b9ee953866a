"""Two reports of the same lamp, made one and taken apart again."""

import re

from browser import DESKTOP, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from steps import HERE, photo, receipt, report
from suite import equal, test


@test("an agent merges two reports of the same lamp, the duplicate leads to the other, and takes it back", seconds=240)
def merging():
    title = "The lamp by the gate is dark"
    with person(location=HERE) as first:
        report(first, title)
        survivor, _ = receipt(first)
    with person(location=HERE) as second:
        report(second, title + " again", files=[photo()])
        duplicate, address = receipt(second)
        expect(second.locator("main img[src*=thumbnail]")).to_be_visible(timeout=30_000)
        with person(DESKTOP, role="agent") as agent:
            agent.goto(url(f"/staff/requests/{duplicate}"))
            agent.get_by_label("Merge into the report with this reference").fill(survivor)
            agent.get_by_role("button", name="Show what will move").click()
            expect(agent.get_by_role("heading", name="Merge two reports")).to_be_visible()
            expect(agent.locator("#moves")).to_contain_text("1 photo or document")
            check_accessibility(agent, "the preview of a merge")
            picture(agent, "merge-preview")
            agent.get_by_role("button", name=f"Merge into {survivor}").click()
            agent.wait_for_url(f"**/staff/requests/{duplicate}*")
            expect(agent.locator("#forwarding")).to_contain_text(survivor)
            check_accessibility(agent, "a duplicate for staff")
            picture(agent, "merge-duplicate")
            second.goto(address)
            expect(second.locator("#forwarding a")).to_have_attribute("href", f"/requests/{survivor}")
            check_accessibility(second, "a duplicate for its reporter")
            picture(second, "merge-forwarding")
            second.locator("#forwarding a").click()
            expect(second.get_by_text(re.compile("1 other person has this problem")).first).to_be_visible()
            expect(second.locator("main img[src*=thumbnail]")).to_be_visible()
            agent.goto(url(f"/staff/requests/{duplicate}"))
            agent.get_by_role("button", name="Take the merge back").click()
            expect(agent.locator("#forwarding")).to_have_count(0)
        second.goto(address)
        expect(second.locator("#forwarding")).to_have_count(0)
        expect(second.locator("main img[src*=thumbnail]")).to_be_visible()
    for reference, photos in ((duplicate, 1), (survivor, 0)):
        request = Client().get(f"/api/v1/requests/{reference}").expect(200).json()
        equal(len(request["attachments"]), photos)
        equal(request["supporters"], 0)
        equal(request["duplicate_of"], None)


def reported(titles):
    """Reports of one street corner, in the order of their titles."""
    place = {"latitude": HERE[0] + .002, "longitude": HERE[1] + .002}
    bodies = [{"title": title, "category": "street-light-out", "location": place, "anonymous": True} for title in titles]
    return [Client.direct().post("/api/v1/requests", body).expect(201).json()["reference"] for body in bodies]


def duplicate_of(reference):
    return Client().get(f"/api/v1/requests/{reference}").expect(200).json()["duplicate_of"]


def chosen_by_keys(agent, references):
    agent.goto(url("/staff?q=zebra+crossing"))
    expect(agent.locator("#queue-list > .row")).to_have_count(len(references))
    expect(agent.locator("#triage[data-ready]")).to_be_visible()
    agent.keyboard.press("j")
    for _ in references:
        agent.keyboard.press("x")
        agent.keyboard.press("j")
    expect(agent.locator("#bulk-count")).to_have_text(f"{len(references)} selected")


@test("by the keyboard three chosen reports become duplicates of one of them, what changed meanwhile stays, and undo", seconds=240)
def many():
    first, second, third = references = reported(["Dark zebra crossing", "Zebra crossing unlit", "No light, zebra crossing"])
    with person(DESKTOP, role="agent") as agent:
        chosen_by_keys(agent, references)
        agent.keyboard.press("d")
        expect(agent.get_by_role("heading", name="Mark them as duplicates")).to_be_visible()
        expect(agent.locator("#bulk-apply")).to_be_disabled()
        agent.get_by_label("The report that goes on").fill("nonsense")
        expect(agent.locator("#bulk-preview")).to_contain_text("There is no such report.")
        agent.get_by_label("One of the selected goes on").select_option(second)
        expect(agent.locator("#bulk-preview")).to_contain_text("2 will change")
        expect(agent.locator("#bulk-preview")).to_contain_text("They become duplicates of Zebra crossing unlit.")
        check_accessibility(agent, "many duplicates, previewed")
        picture(agent, "merge-many")
        # Somebody else works on one of them between the preview and the doing.
        colleague = Client.direct().take_token("manager")
        colleague.call("PATCH", f"/api/v1/requests/{third}", {"priority": "urgent"}).expect(200)
        agent.locator("#bulk-apply").click()
        toast = agent.locator(".toast")
        expect(toast).to_contain_text("1 changed")
        expect(toast).to_contain_text("somebody has changed them since")
        equal((duplicate_of(first), duplicate_of(third)), (second, None))
        toast.get_by_role("button", name="Undo").click()
        expect(toast).to_contain_text("Undone: 1")
        equal(duplicate_of(first), None)
    with person(role="agent") as agent:
        agent.goto(url("/staff?q=zebra+crossing"))
        expect(agent.locator("#triage[data-ready]")).to_be_visible()
        if not agent.locator("#queue-panel").is_visible():
            agent.get_by_role("button", name="List", exact=True).click()
        agent.get_by_role("button", name="Select everything the list finds").click()
        agent.locator("#bulk-open-duplicate").click()
        agent.get_by_label("The report that goes on").fill(second)
        expect(agent.locator("#bulk-preview")).to_contain_text("2 will change")
        picture(agent, "merge-many-phone")
        agent.locator("#bulk-apply").click()
        expect(agent.locator(".toast")).to_contain_text("2 changed")
    equal([duplicate_of(each) for each in references], [second, None, second])
