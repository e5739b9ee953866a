"""What hands do: drawing a box, dropping photos; and the stillness that some people ask for."""

import base64
import re

from browser import DESKTOP, PHONE, person, url
from client import Client
from playwright.sync_api import expect
from samples import jpeg
from steps import HERE, following
from suite import equal, test

# The longest that anything on the page moves, in seconds: of every element and what styles put before and behind it.
LONGEST = """() => {
  const seconds = (text) => Math.max(0, ...text.split(",").map((part) => parseFloat(part) * (part.includes("ms") ? .001 : 1)));
  const styles = [...document.querySelectorAll("*")].flatMap((element) =>
    [null, "::before", "::after"].map((part) => getComputedStyle(element, part)));
  return Math.max(...styles.map((style) => Math.max(
    seconds(style.transitionDuration), style.animationName === "none" ? 0 : seconds(style.animationDuration),
    style.scrollBehavior === "smooth" ? 1 : 0)));
}"""


@test("a box drawn on the map selects what lies in it, by its button and by Shift alone", seconds=120)
def box():
    client = Client()
    place = {"latitude": HERE[0] + .011, "longitude": HERE[1] + .011}
    body = {"title": "Inside the box", "category": "street-light-out", "location": place, "anonymous": True}
    reference = client.post("/api/v1/requests", body).expect(201).json()["reference"]
    around = ",".join(str(place[name] + side) for side in (-.001, .001) for name in ("longitude", "latitude"))
    for shift in (False, True):
        with person(DESKTOP, role="agent") as page:
            page.goto(url(f"/staff?bbox={around}"))
            chosen = page.locator(f"input[name=references][value='{reference}']")
            expect(chosen).to_be_attached()
            expect(page.locator("#triage[data-ready]")).to_be_visible()
            expect(chosen).not_to_be_checked()
            area = page.locator(".leaflet-container").bounding_box()
            if shift:
                page.keyboard.down("Shift")
            else:
                page.get_by_role("button", name="Draw a box").click()
                expect(page.locator(".leaflet-container.drawing")).to_be_visible()
            page.mouse.move(area["x"] + area["width"] * .3, area["y"] + area["height"] * .3)
            page.mouse.down()
            page.mouse.move(area["x"] + area["width"] * .7, area["y"] + area["height"] * .7, steps=5)
            page.mouse.up()
            if shift:
                page.keyboard.up("Shift")
            expect(chosen).to_be_checked()
            expect(page.get_by_text(re.compile("[0-9]+ selected")).first).to_be_visible()


@test("photos that are dropped are shown, one can be taken away, and the rest is sent", seconds=120)
def dropped():
    with person(DESKTOP) as page:
        page.goto(url("/report"))
        page.get_by_label("I do not know the place").check()
        following(page, "What is it about?")
        page.get_by_label(re.compile("^Search")).fill("light")
        page.get_by_role("radio", name="Street light out").check(force=True)
        following(page, "Photos")
        transfer = page.evaluate_handle("""(content) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const transfer = new DataTransfer();
            for (const name of ["one.jpg", "two.jpg"]) transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
            return transfer;
        }""", base64.b64encode(jpeg(320, 240)).decode())
        page.dispatch_event("#drop", "drop", {"dataTransfer": transfer})
        expect(page.get_by_role("button", name="Remove")).to_have_count(2)
        page.get_by_role("button", name="Remove").first.click()
        expect(page.get_by_role("button", name="Remove")).to_have_count(1)
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("Title").fill("Dropped, not chosen")
        page.get_by_label("Without my name").check(force=True)
        page.get_by_role("button", name="Send report").click()
        page.wait_for_url(re.compile(r"/track/"))
        expect(page.locator("main img[src*=thumbnail]")).to_have_count(1, timeout=30_000)


@test("who asks for less motion gets none, on every page that has any", seconds=120)
def still():
    moving = 0
    for size, role, paths in ((PHONE, None, ("/", "/report", "/map")), (DESKTOP, "manager", ("/staff", "/staff/dashboard"))):
        with person(size, role=role) as page:
            for path in paths:
                page.emulate_media(reduced_motion="reduce")
                page.goto(url(path))
                expect(page.get_by_role("main")).to_be_visible()
                equal(round(page.evaluate(LONGEST), 3), 0, path)
                equal(page.locator(".leaflet-zoom-anim, .leaflet-fade-anim").count(), 0, path)
                # The same look sees motion where it was not asked to be left out.
                page.emulate_media(reduced_motion="no-preference")
                moving += page.evaluate(LONGEST) > .05
    assert moving, "nothing moves anywhere: this looks at nothing"
