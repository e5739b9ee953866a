"""Every page by axe, signed out and as each role, at both widths, in light and dark."""

from browser import DESKTOP, PHONE, check_accessibility, person, picture, settled, url
from client import Client
from suite import test

PUBLIC = ["/", "/report", "/map", "/map?q=nothing-has-this-word", "/sign-in", "/register", "/find", "/track", "/privacy",
          "/accessibility", "/emergency", "/offline", "/api", "/nowhere", "/forgot-password", "/reset-password/nothing"]
SIGNED_IN = ["/me", "/me/settings", "/me/security", "/me/delete", "/report", "/sign-out"]
STAFF = ["/staff", "/staff/dashboard", "/staff/mentions", "/staff/compliance", "/staff/moderation"]
ADMINISTRATION = ["/admin", "/admin/settings", "/admin/branding", "/admin/categories", "/admin/categories/street-light-out",
                  "/admin/calendars", "/admin/calendars/new", "/admin/deadlines"]
KEEPING = ["/admin/people", "/admin/departments", "/admin/invitations", "/admin/rules", "/admin/rules/new", "/admin/areas",
           "/admin/areas/new", "/admin/templates", "/admin/workflow", "/admin/categories/new", "/admin/retention",
           "/admin/configuration", "/staff/data-requests"]
OPERATION = ["/operator", "/operator/new"]
AUDIT = ["/staff/audit", "/staff/audit?kind=invited", "/staff/audit?from=soon"]
ROLES = ["citizen", "viewer", "agent", "crew", "manager", "administrator", "operator"]


def some_request():
    return Client().get("/api/v1/requests", limit=1).expect(200).json()["items"][0]["reference"]


def look_at(page, paths, who):
    for path in paths:
        page.goto(url(path))
        settled(page)
        check_accessibility(page, f"{path} as {who}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path} as {who} is {wide} px wider than the window"


for size, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
    for dark in (False, True):
        @test(f"a stranger's pages by axe, {name}, {'dark' if dark else 'light'}", seconds=120)
        def stranger(size=size, dark=dark):
            with person(size, dark=dark) as page:
                look_at(page, [*PUBLIC, f"/requests/{some_request()}"], "a stranger")

    for role in ROLES:
        @test(f"the pages of a {role} by axe, {name}", seconds=120)
        def signed_in(size=size, role=role):
            paths = SIGNED_IN + ([*STAFF, f"/staff/requests/{some_request()}"] if role != "citizen" else [])
            if role in ("manager", "administrator", "operator"):
                paths = paths + AUDIT
            if role in ("administrator", "operator"):
                paths = paths + ADMINISTRATION
            with person(size, dark=role == "crew", role=role) as page:
                look_at(page, paths, role)


for size, name, dark in ((PHONE, "phone", True), (DESKTOP, "desktop", False), (PHONE, "phone", False)):
    @test(f"what administrators and operators keep by axe, {name}, {'dark' if dark else 'light'}", seconds=180)
    def keeping(size=size, dark=dark, name=name):
        for role, paths in (("administrator", KEEPING), ("operator", OPERATION)):
            with person(size, dark=dark, role=role) as page:
                for path in paths:
                    assert page.goto(url(path)).status == 200, path
                    if not dark:
                        picture(page, f"{path.strip('/').replace('/', '-')}-{name}")
                look_at(page, paths, role)


@test("on a phone the lists of the town hall are read without moving them sideways, and stay tables for a screen reader", seconds=120)
def lists_on_a_phone():
    with person(PHONE, role="operator") as page:
        for path in ("/admin/people", "/admin/departments", "/admin/calendars", "/admin/categories", "/admin/templates",
                     "/staff/audit", "/operator"):
            page.goto(url(path))
            hidden = page.evaluate(
                "Math.max(...[...document.querySelectorAll('.scroll')].map(part => part.scrollWidth - part.clientWidth))")
            assert hidden <= 0, f"{path} hides {hidden} px of a table"
            # As the browser itself tells assistive technology.
            tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
            roles = {node["role"]["value"] for node in tree if not node["ignored"]}
            assert {"table", "row", "columnheader", "cell"} <= roles, f"{path}: {sorted(roles)}"


@test("without scripts every page still says what it has to say", seconds=120)
def without_scripts():
    with person(scripts=False) as page:
        for path in [*PUBLIC, f"/requests/{some_request()}"]:
            page.goto(url(path))
            assert page.get_by_role("heading", level=1).count() == 1, path
            assert page.get_by_role("main").inner_text().strip(), path
