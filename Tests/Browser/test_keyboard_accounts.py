"""An account, a report that one follows, and the map with its list: everything without a mouse, and the focus never lost."""

import re
import secrets

from browser import DESKTOP, person, url
from client import Client
from playwright.sync_api import expect
from steps import enter, refused, told, walk_to, write
from suite import equal, test


def main_button(page, name):
    return page.get_by_role("main").get_by_role("button", name=name)


def is_somewhere(page):
    assert page.evaluate("document.activeElement !== document.body"), "the focus is nowhere"


@test("an account by keyboard alone, from registering to its deletion", seconds=240)
def account():
    email, first, second = f"{secrets.token_hex(6)}@example.test", "a lamp in the rain", "another lamp in the snow"
    with person(DESKTOP) as page:
        page.goto(url())
        enter(page, page.get_by_role("banner").get_by_role("link", name="Sign in"))
        page.wait_for_url("**/sign-in")
        enter(page, page.get_by_role("link", name="Register"))
        page.wait_for_url("**/register")
        enter(page, main_button(page, "Make an account"))
        refused(page, "Your name")
        page.keyboard.type("Kay Board")
        write(page, "Email address", email)
        write(page, "Password", first)
        enter(page, page.get_by_role("button", name="Show password"))
        expect(page.get_by_role("button", name="Hide password")).to_be_focused()
        enter(page, main_button(page, "Make an account"))
        page.wait_for_url("**/me?welcome=1")
        told(page, "Welcome, Kay Board.")
        settings(page, email, first, second)
        leave_and_come_back(page, email, second)
        delete(page, second)


def settings(page, email, first, second):
    enter(page, page.get_by_role("link", name="Account settings"))
    page.wait_for_url("**/me/settings")
    write(page, "Your name", " ")
    page.keyboard.press("Enter")
    refused(page, "Your name")
    page.keyboard.press("Control+a")
    page.keyboard.type("Kay Taster")
    page.keyboard.press("Enter")
    told(page, "Your name has been changed.")
    expect(page.get_by_role("banner")).to_contain_text("Kay Taster")
    write(page, "Current password", "not the one")
    write(page, "New password", second)
    page.keyboard.press("Enter")
    refused(page, "Current password")
    page.keyboard.type(first)
    write(page, "New password", second)
    page.keyboard.press("Enter")
    told(page, "Your password has been changed.")
    with person() as other:
        other.goto(url("/sign-in"))
        other.get_by_label("Email address").fill(email)
        other.get_by_label("Password", exact=True).fill(second)
        other.get_by_role("main").get_by_role("button", name="Sign in").click()
        other.wait_for_url("**/me")
        page.reload()
        enter(page, page.locator("#sessions").get_by_role("button"))
        told(page, "It is signed out.")
        other.reload()
        other.wait_for_url("**/sign-in?*")
    with page.expect_download() as download:
        enter(page, page.get_by_role("link", name="Download my data"))
    assert email in download.value.path().read_text()
    expect(page.get_by_role("link", name="Download my data")).to_be_focused()


def leave_and_come_back(page, email, password):
    enter(page, page.get_by_role("banner").get_by_role("button", name="Sign out"))
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()
    # A new page begins at its beginning.
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    enter(page, page.get_by_role("banner").get_by_role("link", name="Sign in"))
    page.wait_for_url("**/sign-in")
    write(page, "Email address", email)
    page.keyboard.press("Enter")
    refused(page, "Password")
    expect(page.get_by_label("Email address")).to_have_value(email)
    page.keyboard.type("not the one")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_focused()
    write(page, "Password", password)
    page.keyboard.press("Enter")
    page.wait_for_url("**/me")


def delete(page, password):
    enter(page, page.get_by_role("link", name="Account settings"))
    page.wait_for_url("**/me/settings")
    enter(page, page.get_by_role("link", name="Delete my account"))
    page.wait_for_url("**/me/delete")
    write(page, "Password", "not the one")
    page.keyboard.press("Enter")
    refused(page, "Password")
    page.keyboard.type(password)
    enter(page, page.get_by_role("button", name="Delete my account for good"))
    expect(page.get_by_role("heading", name="Your account has been deleted")).to_be_visible()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


@test("following and supporting a report by keyboard alone, as a guest and with an account", seconds=180)
def following_by_keyboard():
    reference = Client().report("A lamp that many want to have back")["reference"]
    with person(DESKTOP) as page:
        page.goto(url(f"/requests/{reference}"))
        enter(page, page.get_by_role("button", name="Same problem"))
        told(page, "you have this problem too")
        expect(page.locator("#supporters")).to_contain_text("1 other person")
        enter(page, page.get_by_role("button", name="Take it back"))
        expect(page.get_by_role("button", name="Same problem")).to_be_visible()
        write(page, "Your email address", "nobody")
        page.keyboard.press("Enter")
        refused(page, "Your email address")
        page.keyboard.press("Control+a")
        page.keyboard.type("guest@example.test")
        page.keyboard.press("Enter")
        expect(page.get_by_role("main")).to_contain_text(re.compile("guest@example.test|mail", re.I))
    with person(DESKTOP, role="citizen") as page:
        page.goto(url(f"/requests/{reference}"))
        enter(page, page.get_by_role("button", name="Follow", exact=True))
        told(page, "You follow this report now.")
        enter(page, page.get_by_role("button", name="Stop following"))
        told(page, "You do not follow this report any more.")


@test("the map and its list by keyboard alone: search, filter, walk, open, come back", seconds=240)
def map_and_list():
    with person(DESKTOP) as page:
        page.goto(url("/map"))
        expect(page.locator("#results .result").first).to_be_visible()
        search = page.get_by_label("Search the reports")
        write(page, "Search the reports", "lamp")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile("q=lamp"))
        expect(search).to_be_focused()
        enter(page, page.locator("#more-filters > summary"))
        walk_to(page, page.get_by_label("State", exact=True))
        page.keyboard.press("ArrowDown")
        page.wait_for_url(re.compile("status="))
        expect(page.get_by_label("State", exact=True)).to_be_focused()
        settle(page)
        walk_the_list(page)
        walk_the_map(page)


def settle(page):
    """Until map and list show what was asked for; longer than the map waits for another move."""
    page.wait_for_timeout(600)
    expect(page.locator("#map-side:not(.loading)")).to_be_visible()
    expect(page.locator("#results:not([aria-busy])")).to_be_visible()


def walk_the_list(page):
    entries = page.locator("#results .result")
    second = entries.nth(1)
    reference, address = second.get_attribute("data-reference"), page.url
    # To the map and back: the list is made anew for what is in view there.
    enter(page, second.locator(".locate"))
    card = page.get_by_role("region", name="The chosen report")
    expect(card.get_by_role("link").first).to_be_focused()
    page.wait_for_url(re.compile(f"selected={reference}"))
    settle(page)
    expect(card.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    expect(page.locator(f".result[data-reference='{reference}'] .locate")).to_be_focused()
    until_back(page, address)
    settle(page)
    is_somewhere(page)
    expect(entries.nth(1)).to_have_attribute("data-reference", reference)
    # To the request's page and back.
    enter(page, entries.nth(1).get_by_role("link").first)
    page.wait_for_url(re.compile(f"/requests/{reference}"))
    page.go_back()
    page.wait_for_url(address)
    expect(page.get_by_label("Search the reports")).to_have_value("lamp")
    expect(entries.nth(1)).to_have_attribute("data-reference", reference)


def until_back(page, address):
    """Back step by step, as far as the address from which the walk began."""
    for _ in range(6):
        if page.url == address:
            return
        page.go_back()
        settle(page)
    equal(page.url, address)


def walk_the_map(page):
    """Nearer and nearer, until a report stands alone; its card, and back to its pin."""
    marks = "#map .leaflet-marker-icon:not([inert])"
    pin = page.locator(f"{marks}:not([aria-label*='Zoom in'])").first
    for _ in range(8):
        settle(page)
        if pin.count():
            break
        enter(page, page.locator(f"{marks}[aria-label*='Zoom in']").first)
        is_somewhere(page)
    label = pin.get_attribute("aria-label")
    enter(page, pin)
    card = page.get_by_role("region", name="The chosen report")
    expect(card.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    equal(page.evaluate("document.activeElement.getAttribute('aria-label')"), label)
