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
