"""Chromium, driven by Playwright: people with windows of their own, pictures of what they see, and axe."""

import contextlib
import functools
import os
import urllib.parse

from axe_playwright_python.sync_playwright import Axe
from instance import CHECKOUT, instance
from playwright.sync_api import expect, sync_playwright

PASSWORD = "lamppost-demo"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
SCREENSHOTS = CHECKOUT / "var" / "screenshots"
# Everything that axe knows of WCAG up to 2.2 AA, and what it calls good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]
# A page of ours that takes longer than this has gone wrong; pages of the debug build under load are slow.
expect.set_options(timeout=15_000)


class Driver:
    playwright = browser = None


def driver():
    """Playwright, started at first use."""
    if Driver.playwright is None:
        Driver.playwright = sync_playwright().start()
    return Driver.playwright


def chromium():
    """One browser for all tests, started at first use."""
    if Driver.browser is None:
        Driver.browser = driver().chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS)
    return Driver.browser


def close():
    if Driver.browser is not None:
        Driver.browser.close()
    if Driver.playwright is not None:
        Driver.playwright.stop()
    Driver.playwright = Driver.browser = None


def url(path="/"):
    return f"http://localhost:{instance.http_port}{path}"


@contextlib.contextmanager
def person(size=None, dark=False, scripts=True, location=None, role=None, language="en-US", **options):
    """Somebody's window: a page of a browser profile of its own. Whatever its console or its policy complains of fails the
    test at the end.

    location: latitude and longitude that the device gives.
    role: of the demo's accounts; signed in by the page.
    """
    context = chromium().new_context(
        viewport=size or PHONE, color_scheme="dark" if dark else "light", java_script_enabled=scripts, locale=language,
        has_touch=(size or PHONE) == PHONE, reduced_motion="reduce",
        permissions=["geolocation", "clipboard-write"] if location else [],
        geolocation=dict(zip(("latitude", "longitude"), location)) if location else None, **options)
    page = context.new_page()
    page.set_default_timeout(15_000)
    complaints = []
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}") if is_complaint(message) else None)
    try:
        if role:
            sign_in(page, role)
        yield page
        assert not complaints, complaints
    except Exception:
        picture(page, "failed")
        raise
    finally:
        context.close()


def is_complaint(message):
    """An error of a script or of the policy. A call that was refused, or a connection that is away, is for the test."""
    return message.type == "error" and "Failed to load resource" not in message.text and "net::ERR" not in message.text


def sign_in(page, role, base=None):
    page.goto((base or url("")) + "/sign-in")
    page.get_by_label("Email address").fill(f"{role}@demo.test")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def picture(page, name):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(Exception):
        page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=name != "failed" and page.viewport_size["width"] < 600)


@functools.cache
def axe():
    return Axe()


def drawn(page):
    """Until the browser has laid out and drawn what there is."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def settled(page):
    """Until the page's scripts have done what they do by themselves. Pages of staff hold a stream of events, which never
    comes to rest: the triage says itself when it is ready."""
    path = urllib.parse.urlsplit(page.url).path
    page.wait_for_load_state("load" if path.startswith("/staff") else "networkidle")
    if path == "/staff":
        page.locator("#triage[data-ready]").wait_for()
    drawn(page)


def check_accessibility(page, what):
    """No violation of WCAG 2.2 AA."""
    told = []
    for rule in axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}}).response["violations"]:
        targets = [node["target"] for node in rule["nodes"] if not is_essential(rule, node)]
        if targets:
            told.append(f"{rule['id']}: {rule['help']}: {targets[:4]}")
    assert not told, f"{what}: {told}"
    said = page.locator("body").inner_text()
    assert 'class="' not in said and "<input" not in said, f"{what} shows markup as text"


def is_essential(rule, node):
    """Pins stand where their requests are, however near to each other: the criterion of target sizes names pins on maps as
    its example of what is essential, and the list beside the map has a large target for each."""
    if rule["id"] != "target-size":
        return False
    # A pin that the map's edge cuts off still counts as a neighbour of what stands beside the map.
    neighbours = [other["html"] for check in node["any"] for other in check["relatedNodes"]]
    return "leaflet-marker-icon" in node["html"] or any("leaflet-marker-icon" in html for html in neighbours)


def tab_to(page, locator, limit=80):
    """Presses Tab until the element has the focus, as somebody without a mouse does."""
    target = locator.element_handle()
    for _ in range(limit):
        page.keyboard.press("Tab")
        if page.evaluate("element => document.activeElement === element", target):
            return
    raise AssertionError(f"{limit} times Tab did not lead to {locator}")
