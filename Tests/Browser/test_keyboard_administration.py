"""What an administrator keeps, everything without a mouse: people, departments, settings, categories, rules, areas."""

import re
import time

from browser import DESKTOP, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from steps import enter, refused, told, walk_to, write
from suite import test


def button(page, name):
    return page.get_by_role("main").get_by_role("button", name=name, exact=True)


def choose(page, radio):
    """By arrow keys, from the group's first."""
    walk_to(page, page.locator(f"input[name='{radio.get_attribute('name')}']:checked"))
    for _ in range(9):
        if radio.is_checked():
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError("no arrow leads there")


@test("a department is made, named, peopled, switched off and brought back, by keyboard alone", seconds=240)
def department():
    name = f"Bridges {time.time_ns() % 100_000}"
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin"))
        enter(page, page.get_by_role("main").get_by_role("link", name="Departments"))
        page.wait_for_url("**/admin/departments")
        enter(page, button(page, "Add"))
        refused(page, "Name of the department")
        page.keyboard.type("Roads")
        page.keyboard.press("Enter")
        # There is one that is known by this word already.
        refused(page, "Name of the department")
        expect(page.get_by_label("Name of the department")).to_have_value("Roads")
        check_accessibility(page, "departments, refused")
        page.keyboard.press("Control+a")
        page.keyboard.type(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
        told(page, "Saved.")
        # Nobody chosen is nobody added.
        enter(page, button(page, "Add to the department"))
        refused(page, "Member")
        page.keyboard.type("Lena Fischer")
        enter(page, button(page, "Add to the department"))
        told(page, "Saved.")
        expect(page.locator("#members")).to_contain_text("Lena Fischer")
        enter(page, page.get_by_role("button", name="Remove Lena Fischer"))
        told(page, "Saved.")
        expect(page.get_by_text("Nobody belongs to it yet.")).to_be_visible()
        write(page, "Name of the department", " ")
        page.keyboard.press("Enter")
        refused(page, "Name of the department")
        page.keyboard.press("Control+a")
        page.keyboard.type(name + " and tunnels")
        choose(page, page.get_by_label(re.compile("^Not active")))
        enter(page, button(page, "Save"))
        told(page, "Saved.")
        expect(page.get_by_role("heading", level=1, name=name + " and tunnels")).to_be_visible()
        picture(page, "department-off")
        enter(page, page.get_by_role("main").get_by_role("link", name="Departments"))
        row = page.get_by_role("row").filter(has_text=name)
        expect(row.get_by_role("cell", name="Not active")).to_be_visible()
        # Offered for nothing.
        page.goto(url("/admin/invitations"))
        expect(page.get_by_label("Department").get_by_role("option", name=name)).to_have_count(0)
        page.goto(url("/admin/departments"))
        enter(page, row.get_by_role("link", name=name))
        page.get_by_role("heading", level=1, name=name).wait_for()
        choose(page, page.get_by_label("Active", exact=True))
        enter(page, button(page, "Save"))
        told(page, "Saved.")
        page.goto(url("/admin/invitations"))
        expect(page.get_by_label("Department").get_by_role("option", name=name)).to_have_count(1)
        # Not in the way of those who look for a department after this.
        Client().take_token("administrator").call(
            "PATCH", f"/api/v1/departments/{slug(name)}", {"active": False}).expect(200)


def slug(name):
    return name.lower().replace(" ", "-")


@test("the township's settings are changed by keyboard alone, and wrong ones come back with what was entered", seconds=120)
def settings():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin"))
        enter(page, page.get_by_role("link", name="Township settings"))
        page.wait_for_url("**/admin/settings")
        before = page.get_by_label("Emergency number").input_value()
        write(page, "Emergency number", "")
        page.keyboard.press("Delete")
        write(page, "Contact email address (optional)", "not an address")
        page.keyboard.press("Enter")
        refused(page, "Emergency number")
        page.keyboard.type("112")
        expect(page.get_by_label("Contact email address (optional)")).to_have_value("not an address")
        check_accessibility(page, "settings, refused")
        page.keyboard.press("Enter")
        refused(page, "Contact email address (optional)")
        page.keyboard.press("Control+a")
        page.keyboard.type("hall@demo.test")
        page.keyboard.press("Enter")
        told(page, "Saved.")
        expect(page.get_by_role("contentinfo")).to_contain_text("Call 112.")
        write(page, "Contact email address (optional)", "")
        page.keyboard.press("Delete")
        write(page, "Emergency number", before)
        page.keyboard.press("Enter")
        told(page, "Saved.")
        expect(page.get_by_role("contentinfo")).to_contain_text(f"Call {before}.")


@test("somebody is invited, found, given another role and sent away, by keyboard alone", seconds=240)
def people():
    address, name = f"kit-{time.time_ns()}@example.test", "Kit Keys"
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin/people"))
        enter(page, page.get_by_role("main").get_by_role("link", name="Invitations"))
        page.wait_for_url("**/admin/invitations")
        enter(page, button(page, "Invite"))
        refused(page, "Email address")
        page.keyboard.type(address)
        write(page, "Name", name)
        walk_to(page, page.get_by_label("Role"))
        page.keyboard.type("Crew")
        page.keyboard.press("Tab")
        enter(page, button(page, "Invite"))
        told(page, "Kit Keys is invited.")
        link = page.locator("#invitation-link").inner_text()
        with person() as invited:
            invited.goto(url(link[link.index("/invite/"):]))
            write(invited, "Password", "many keys and no mouse")
            invited.keyboard.press("Enter")
            expect(invited.get_by_role("heading", level=1, name="Triage")).to_be_visible()
            page.goto(url("/admin/people"))
            write(page, "Name or email address", address)
            page.keyboard.press("Enter")
            page.wait_for_url("**q=**")
            enter(page, page.get_by_role("link", name=name))
            page.get_by_role("heading", level=1, name=name).wait_for()
            write(page, "Name", " ")
            page.keyboard.press("Enter")
            refused(page, "Name")
            page.keyboard.press("Control+a")
            page.keyboard.type("Kit Keyboard")
            walk_to(page, page.get_by_label("Role"))
            page.keyboard.type("Viewer")
            enter(page, button(page, "Save"))
            told(page, "Saved.")
            expect(page.locator("dl.facts.card")).to_contain_text("Viewer")
            choose(page, page.get_by_label(re.compile("^Deactivated")))
            enter(page, button(page, "Save"))
            told(page, "is deactivated: signed out everywhere.")
            invited.goto(url("/staff"))
            expect(invited.get_by_role("heading", level=1, name="Sign in")).to_be_visible()


@test("categories and rules change places by keyboard, and the button keeps the focus", seconds=240)
def order():
    admin = Client().take_token("administrator")
    made = [admin.post("/api/v1/rules", {"name": name, "active": False}).expect(201).json() for name in ("Keys one", "Keys two")]
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin/rules"))
        up = page.get_by_role("button", name="Move “Keys two” up")
        enter(page, up)
        expect(page.get_by_role("status").filter(has_text="The order has been changed.")).to_be_visible()
        names = [name for name in page.locator("#rules h2").all_inner_texts() if "Keys" in name]
        assert names[0].endswith("Keys two"), names
        # Where it stands at the end, its other button has the focus.
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused in ("Move “Keys two” up", "Move “Keys two” down"), focused
        page.keyboard.press("Tab")
        enter(page, page.get_by_role("link", name="Keys two"))
        enter(page, page.get_by_role("button", name="Remove this rule"))
        told(page, "The rule has been removed.")
        enter(page, page.get_by_role("button", name="Undo"))
        told(page, "The rule is back.")
        expect(page.get_by_role("link", name="Keys two")).to_be_visible()

        page.goto(url("/admin/categories"))
        first = page.locator("#categories section").first.get_by_role("row")
        name = first.nth(1).get_by_role("link").inner_text().split(" ", 1)[1]
        for direction, place in (("down", 2), ("up", 1)):
            enter(page, page.get_by_role("button", name=f"Move {name} {direction}", exact=True))
            expect(first.nth(place)).to_contain_text(name)
            assert name in page.evaluate("document.activeElement.textContent"), "the focus is elsewhere"
    for rule in made:
        admin.call("DELETE", f"/api/v1/rules/{rule['id']}")


@test("a list of areas is opened, and an area renamed and refused, by keyboard alone", seconds=120)
def areas():
    with person(DESKTOP, role="administrator") as page:
        page.goto(url("/admin"))
        enter(page, page.get_by_role("main").get_by_role("link", name="Areas"))
        page.wait_for_url("**/admin/areas")
        # An import without a file is refused at its field.
        enter(page, button(page, "Look what it would do"))
        refused(page, "GeoJSON file")
        page.goto(url("/admin/areas"))
        enter(page, page.get_by_role("link", name="wards"))
        page.wait_for_url("**layer=wards**")
        enter(page, page.locator("#areas").get_by_role("link").first)
        name = page.get_by_label("Name", exact=True)
        before = name.input_value()
        write(page, "Name", " ")
        page.keyboard.press("Enter")
        refused(page, "Name")
        page.keyboard.press("Control+a")
        page.keyboard.type(before + " by keys")
        page.keyboard.press("Enter")
        told(page, "Saved.")
        write(page, "Name", before)
        page.keyboard.press("Enter")
        told(page, "Saved.")
        expect(page.get_by_role("heading", level=1, name=before)).to_be_visible()
