"""The public map and list: its state in the address, and very many reports."""

import csv
import functools
import json
import random
import re
import statistics

# Areas are drawn on maps, and rules go by them.
import test_areas
import test_rules
from browser import DESKTOP, PHONE, check_accessibility, person, picture, tab_to, url
from client import PLACE, Client
from instance import instance
from playwright.sync_api import expect
from suite import equal, test, until

MANY = 100_000
__all__ = ["test_areas", "test_rules"]


@test("the address bar holds what the map and the list show; the back button goes back")
def address():
    with person(DESKTOP) as page:
        page.goto(url("/map"))
        expect(page.locator("#results .result").first).to_be_visible()
        page.get_by_label("Search the reports").fill("pothole")
        page.get_by_role("button", name="Search", exact=True).click()
        page.wait_for_url(re.compile("q=pothole"))
        first = page.locator("#results .result").first
        expect(first).to_contain_text(re.compile("pothole|hole", re.I))
        picture(page, "map-desktop")
        found = page.locator("#results .result").evaluate_all("rows => rows.map(row => row.dataset.reference)")
        page.reload()
        expect(page.get_by_label("Search the reports")).to_have_value("pothole")
        expect(page.locator("#results .result").first).to_have_attribute("data-reference", found[0])
        first.get_by_role("link").first.click()
        page.wait_for_url(re.compile("/requests/"))
        page.go_back()
        expect(page.get_by_label("Search the reports")).to_have_value("pothole")
        expect(page.locator("#results .result").first).to_have_attribute("data-reference", found[0])
    with person(PHONE) as page:
        page.goto(url("/map?q=no-report-has-this-word"))
        expect(page.locator("main")).to_contain_text(re.compile("no report", re.I))
        page.goto(url("/map"))
        page.locator("#show-map").click()
        expect(page.get_by_role("region", name="Map of reports")).to_be_visible()
        picture(page, "map-phone")


@test("triage by keyboard alone: choose, ask for help, open, comment", seconds=120)
def triage_by_keyboard():
    reference = Client().report("A lamp for the keyboard")["reference"]
    with person(DESKTOP, role="agent") as page:
        page.goto(url("/staff"))
        expect(page.locator("#triage[data-ready]")).to_be_visible()
        expect(page.locator(f"#row-{reference}")).to_be_visible()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        check_accessibility(page, "the help of triage")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        for _ in range(10):
            page.keyboard.press("j")
            if page.evaluate("document.activeElement.closest('.row')?.id") == f"row-{reference}":
                break
        page.keyboard.press("x")
        expect(page.locator(f"input[name=references][value='{reference}']")).to_be_checked()
        expect(page.locator("#announcer")).to_contain_text("1")
        page.keyboard.press("c")
        page.wait_for_url(re.compile(f"/staff/requests/{reference}"))
        expect(page.get_by_label("Internal comment")).to_be_focused()
        page.keyboard.type("Written without a mouse.")
        page.keyboard.press("Control+Enter")
        expect(page.locator("#timeline").get_by_text("Written without a mouse.")).to_be_visible()


@functools.cache
def many():
    """A township of its own with very many reports, so that no other test meets them; its address."""
    random.seed(311)
    table, mapping = instance.data / "many.csv", instance.data / "many.json"
    with open(table, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "title", "kind", "lat", "lon", "at"])
        for number in range(MANY):
            place = [PLACE[name] + random.gauss(0, 0.012) for name in ("latitude", "longitude")]
            writer.writerow([number, f"Case {number}", "Street light out", *(f"{part:.5f}" for part in place), "2026-05-01 10:00"])
    mapping.write_text(json.dumps({
        "source": "many", "time_zone": "UTC",
        "fields": {"source_id": "id", "title": "title", "category": "kind", "latitude": "lat", "longitude": "lon", "created_at": "at"},
        "create_categories": {},
    }))
    # Through the same door as any open data.
    instance.lamppost("tenant", "create", "many", "--name", "Many", "--host", "many.localhost")
    said = instance.lamppost("import", "requests", str(table), "--map", str(mapping), "--tenant", "many")
    assert re.search(rf"{MANY} requests added", said), said
    base = url("").replace("localhost", "many.localhost")
    with person(DESKTOP) as page:
        page.goto(base + "/map")
        until("the counts to be folded", lambda: counted(page) >= MANY * 0.99)
    return base


def counted(page):
    features = page.evaluate("fetch('/api/v1/map?bbox=-73,42,-72,43&zoom=9').then(answer => answer.json())")["features"]
    return sum(feature["properties"].get("count", 1) for feature in features)


@test("100,000 reports in view are a few hundred marks, however far one looks", seconds=300)
def very_many():
    base = many()
    with person(DESKTOP) as page:
        page.goto(base + "/map")
        marks = page.locator(".leaflet-marker-icon")
        expect(marks.first).to_be_visible()
        for _ in range(5):
            assert marks.count() <= 500, marks.count()
            page.get_by_role("button", name="Zoom in", exact=True).click()
            page.wait_for_load_state("networkidle")
        picture(page, "map-many")


class Traffic:
    """What a page asks for of the map and its list, and what comes."""

    def __init__(self, page):
        self.page, self.asked, self.open = page, [], set()
        page.on("request", self.begin)
        page.on("requestfinished", lambda request: self.open.discard(request))
        page.on("requestfailed", lambda request: self.open.discard(request))

    def begin(self, request):
        self.open.add(request)
        if re.search(r"/api/v1/map\?|/map/list\?", request.url):
            self.asked.append(request)

    def settle(self):
        """Until a moment longer than the page's own pause has passed without a question."""
        quiet = 0
        while quiet < 5:
            self.page.wait_for_timeout(100)
            quiet = 0 if self.open else quiet + 1


@test("walking over the map of 100,000 reports asks once a step, for little, and leaves the page as light as it was", seconds=300)
def walk():
    base = many()
    with person(DESKTOP) as page:
        page.add_init_script("""window.tasks = [];
            new PerformanceObserver(list => tasks.push(...list.getEntries().map(entry => entry.duration)))
                .observe({ type: "longtask" });""")
        page.goto(base + "/map")
        expect(page.locator(".leaflet-marker-icon").first).to_be_visible()
        traffic = Traffic(page)
        traffic.settle()
        box = page.locator("#map").bounding_box()
        middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.evaluate("tasks.length = 0")
        answers, most = [], 0
        for step in range(20):
            before = len(traffic.asked)
            if step % 4 == 3:
                page.get_by_role("button", name="Zoom in" if step % 8 == 3 else "Zoom out", exact=True).click()
            else:
                drag(page, middle, (-250, 120) if step % 2 else (200, -100))
            traffic.settle()
            asked = traffic.asked[before:]
            for path in ("/api/v1/map?", "/map/list?"):
                questions = [request for request in asked if path in request.url]
                assert 1 <= len(questions) <= 2, f"step {step}: {[request.url for request in questions]}"
            answers += [request for request in asked if request.response() and not request.failure]
            elements = page.evaluate("document.querySelectorAll('*').length")
            most = max(most, elements)
            assert elements < 5000, f"step {step}: {elements} elements"
        sizes = [len(request.response().body()) for request in answers]
        assert max(sizes) < 100_000, sizes
        times = [request.timing["responseEnd"] - request.timing["requestStart"] for request in answers if "/api/" in request.url]
        longest = f"longest task {max(tasks):.0f} ms" if (tasks := page.evaluate("tasks")) else "no task of 50 ms"
        # A browser that does not count tasks would have told the same.
        page.evaluate("setTimeout(() => { const end = performance.now() + 120; while (performance.now() < end); })")
        until("the browser to count a long task", lambda: max(page.evaluate("tasks"), default=0) >= 100)
        print(f"    20 steps over {MANY:,} reports: {longest}; a map answer takes {statistics.median(times):.0f} ms (median), "
              f"has at most {max(sizes) / 1000:.0f} KB; the page has at most {most} elements")


def drag(page, start, way):
    """By hand, in as many small moves as a hand makes."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(start[0] + way[0], start[1] + way[1], steps=20)
    page.mouse.up()
