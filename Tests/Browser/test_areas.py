"""Areas: drawn on the map, moved by keyboard, brought in from a file; and templates."""

import json
import re

from browser import DESKTOP, PHONE, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from suite import equal, test


def corners(page):
    return json.loads(page.get_by_label("Boundary").input_value())["coordinates"][0]


@test("an area is drawn on the map, moved by a key, and deleted after a question", seconds=180)
def draw():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin/areas"))
        page.get_by_role("link", name="Draw an area").click()
        page.get_by_label("Layer").fill("playgrounds")
        page.get_by_label("Name", exact=True).fill("By the river")
        page.get_by_role("button", name="Draw the boundary").click()
        box = page.locator("#area-map").bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for right, down in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            page.mouse.click(middle[0] + right * 90, middle[1] + down * 90)
        page.keyboard.press("Enter")
        expect(page.locator(".corner")).to_have_count(4)
        equal(len(corners(page)), 5)
        check_accessibility(page, "an area that was drawn")
        picture(page, "area-drawn")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        feature = Client().get("/api/v1/areas/playgrounds:by-the-river").expect(200).json()
        equal(feature["properties"]["name"], "By the river")
        before = corners_of_multi(page)
        corner = page.get_by_role("button", name="Corner 1 of 4")
        corner.focus()
        page.keyboard.press("ArrowUp")
        after = corners(page)
        assert after[0][1] > before[0][1], "the corner moved north"
        page.get_by_role("button", name="Corner 4 of 4").focus()
        page.keyboard.press("Delete")
        expect(page.locator(".corner")).to_have_count(3)
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        changed = Client().get("/api/v1/areas/playgrounds:by-the-river").expect(200).json()["properties"]["version"]
        assert changed != feature["properties"]["version"], "another version"
        page.get_by_role("button", name="Delete the area").click()
        expect(page.get_by_role("heading", name="Delete By the river?")).to_be_visible()
        page.get_by_role("button", name="Delete the area").click()
        expect(page.get_by_text("The area has been deleted.")).to_be_visible()


def corners_of_multi(page):
    return json.loads(page.get_by_label("Boundary").input_value())["coordinates"][0][0]


@test("a layer is brought in from a file on a phone without scripts, after a look at what it would do", seconds=120)
def bring_in():
    ring = [[-71.1, 42.3], [-71.0, 42.3], [-71.0, 42.4], [-71.1, 42.4], [-71.1, 42.3]]
    feature = {"type": "Feature", "properties": {"title": "Quarter 1"},
               "geometry": {"type": "Polygon", "coordinates": [ring]}}
    content = json.dumps({"type": "FeatureCollection", "features": [feature]}).encode()
    file = {"name": "quarters.geojson", "mimeType": "application/geo+json", "buffer": content}
    with person(PHONE, role="administrator", scripts=False) as page:
        page.goto(url("/admin/areas"))
        for button, told in (("Look what it would do", "Nothing has been changed yet"), ("Import", "Imported.")):
            page.get_by_label("GeoJSON file").set_input_files([file])
            page.get_by_label("Layer", exact=True).fill("quarters")
            page.get_by_label("Property that holds the name").fill("title")
            page.get_by_role("button", name=button, exact=True).click()
            expect(page.get_by_text(re.compile(told))).to_be_visible()
        expect(page.get_by_role("link", name="Quarter 1")).to_be_visible()
        picture(page, "areas-phone")
        page.get_by_role("link", name="Quarter 1").click()
        expect(page.get_by_label("Boundary")).to_have_value(re.compile("MultiPolygon"))


@test("a template is made, stands beside the comment field, is removed and comes back", seconds=120)
def templates():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin/templates"))
        page.get_by_role("link", name="Add a template").click()
        page.get_by_label("Name", exact=True).fill("We are on our way")
        page.get_by_label("For").select_option("public")
        page.get_by_label("Text").fill("A crew is on its way for {reference}.")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        check_accessibility(page, "a template")
        page.get_by_role("button", name="Remove this template").click()
        expect(page.get_by_text("The template has been removed.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("link", name="We are on our way")).to_be_visible()
        picture(page, "templates")
