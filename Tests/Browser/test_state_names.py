"""A township calls the states of its requests by its own words, and does without some."""

import contextlib

from browser import DESKTOP, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from steps import HERE
from suite import equal, test

CALLED = "Being mended by us"


@contextlib.contextmanager
def township_words():
    """Own words for work in progress, and nothing on hold, for as long as the test needs them."""
    admin = Client.direct().take_token("administrator")
    before = admin.get("/api/v1/workflow").expect(200).json()

    def change(*statuses):
        admin.call("PATCH", "/api/v1/workflow", {"statuses": list(statuses)}).expect(200)

    change({"status": "in_progress", "names": {"en": CALLED}}, {"status": "on_hold", "active": False})
    try:
        yield
    finally:
        change({"status": "in_progress", "names": {}}, {"status": "on_hold", "active": True})
    equal(admin.get("/api/v1/workflow").expect(200).json()["statuses"], before["statuses"])


@test("a renamed state is called so on the map, in lists, filters, menus and to the reporter; one that is off is not offered",
      seconds=180)
def renamed():
    place = {"latitude": HERE[0] - .004, "longitude": HERE[1] - .004}
    body = {"title": "Lamp with a new word", "category": "street-light-out", "location": place, "anonymous": True}
    reference = Client.direct().post("/api/v1/requests", body).expect(201).json()["reference"]
    agent_calls = Client.direct().take_token("agent")
    agent_calls.post(f"/api/v1/requests/{reference}/status", {"status": "in_progress"}).expect(200)
    around = ",".join(str(place[name] + side) for side in (-.001, .001) for name in ("longitude", "latitude"))
    with township_words():
        with person(DESKTOP) as citizen:
            # Other processes hear of it within some seconds.
            expect_soon(citizen, f"/requests/{reference}", CALLED)
            citizen.goto(url(f"/map?bbox={around}&zoom=17"))
            pin = citizen.locator(".leaflet-marker-icon[aria-label*='Lamp with a new word']")
            expect(pin).to_have_attribute("aria-label", f"Lamp with a new word: {CALLED}")
            expect(citizen.locator("#results")).to_contain_text(CALLED)
            words = citizen.locator("#field-status option").all_text_contents()
            equal([word for word in words if CALLED in word], [f"With a team, {CALLED}"])
            equal([word for word in words if word in ("Waiting", "Being worked on")], [])
            check_accessibility(citizen, "the map with a township's own words")
            picture(citizen, "own-words-map")
        with person(DESKTOP, role="agent") as agent:
            agent.goto(url("/staff?q=%22new+word%22"))
            expect(agent.locator(f"#row-{reference}")).to_contain_text(CALLED)
            options = agent.locator("#filter-status option").all_text_contents()
            equal((CALLED in options, "On hold" in options, "In progress" in options), (True, False, False))
            agent.locator(f"#row-{reference} input").check()
            agent.locator("#bulk-open-status").click()
            dialog = agent.locator("#bulk-dialog")
            options = dialog.locator("select[name=status] option").all_text_contents()
            equal((CALLED in options, "On hold" in options), (True, False))
            assert "On hold" not in dialog.inner_text()
            picture(agent, "own-words-bulk")
            agent.goto(url(f"/staff/requests/{reference}"))
            expect(agent.locator("main")).to_contain_text(CALLED)
            assert "In progress" not in agent.locator("main").inner_text()


def expect_soon(page, path, text):
    for _ in range(20):
        page.goto(url(path))
        if text in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
    expect(page.locator("main")).to_contain_text(text)
