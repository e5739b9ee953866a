"""A second factor: set up with an app, asked for, replaced by a recovery code, demanded of a role."""

import base64
import contextlib
import hashlib
import hmac
import secrets
import struct
import time

from browser import DESKTOP, PASSWORD, check_accessibility, person, picture, url
from client import Client
from playwright.sync_api import expect
from suite import equal, test, until

account = {"email": f"{secrets.token_hex(6)}@example.test", "password": "two locks on one door"}


def step():
    return int(time.time()) // 30


def code(secret, at):
    """The six digits of a step, as an app shows them (RFC 6238, RFC 4226)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", at), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start:start + 4], 'big') & 0x7fffffff) % 1_000_000:06}"


def fresh_code(holder):
    """One that has not been used. The clock of an app may be a step ahead: nobody waits for half a minute here, unless the
    two codes that count now are both used."""
    at = max(step(), holder.get("used", 0) + 1)
    until("the next code", lambda: at <= step() + 1, seconds=40)
    holder["used"] = at
    return code(holder["secret"], at)


def set_up(page, holder):
    """On the page of security, from the password to the recovery codes."""
    page.get_by_label("Your password").fill(holder["password"])
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("img", name="QR code for the app")).to_be_visible()
    holder["secret"] = page.locator("#secret").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill("000000" if code(holder["secret"], step()) != "000000" else "111111")
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("alert")).to_contain_text("There is a problem")
    # The app has the secret, and the page shows it to nobody who comes by later.
    expect(page.get_by_role("heading", name="Type what your app shows")).to_be_visible()
    expect(page.locator("#secret")).to_have_count(0)
    picture(page, "second-factor-code")
    page.get_by_label("Code", exact=True).fill(fresh_code(holder))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("heading", level=1, name="Your recovery codes")).to_be_visible()
    holder["recovery"] = page.locator("#recovery-codes li").all_inner_texts()
    equal(len(set(holder["recovery"])), 10)


def first_step(page, holder):
    page.goto(url("/sign-in"))
    page.get_by_label("Email address").fill(holder["email"])
    page.get_by_label("Password", exact=True).fill(holder["password"])
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def second_step(page, typed):
    page.get_by_label("Code", exact=True).fill(typed)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def sign_out(page):
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Sign in")).to_be_visible()


@test("somebody sets up a second factor on a phone, and signs in with a code, not with a wrong or a used one", seconds=240)
def with_code():
    Client().post("/api/v1/users", {
        "name": "Toby Two", "email": account["email"], "password": account["password"]}).expect(201)
    with person() as page:
        first_step(page, account)
        page.wait_for_url("**/me")
        page.get_by_role("main").get_by_role("link", name="Security").click()
        picture(page, "security-off")
        page.get_by_label("Your password").fill("not the one")
        page.get_by_role("button", name="Set it up").click()
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        set_up(page, account)
        check_accessibility(page, "recovery codes")
        picture(page, "security-recovery-codes")
        page.get_by_role("link", name="I have kept them").click()
        expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
        check_accessibility(page, "security with a second factor")
        picture(page, "security-on")
        sign_out(page)

        first_step(page, account)
        expect(page.get_by_role("heading", level=1, name="One more step")).to_be_visible()
        check_accessibility(page, "the second step of signing in")
        picture(page, "second-step")
        # The password alone opens nothing.
        assert page.request.get(url("/me")).url.endswith("/sign-in?next=%2Fme"), "the password alone opened the account"
        used = code(account["secret"], account["used"])
        second_step(page, used)
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        expect(page.get_by_label("Code", exact=True)).to_have_value("")
        second_step(page, "12345x")
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        second_step(page, fresh_code(account))
        page.wait_for_url("**/me")
        sign_out(page)


@test("a recovery code opens the account once, and what is left is counted", seconds=240)
def with_recovery_code():
    with person() as page:
        first_step(page, account)
        # As somebody copies it from paper.
        second_step(page, account["recovery"][0].lower().replace("-", " "))
        page.wait_for_url("**/me")
        page.goto(url("/me/security"))
        expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()
        sign_out(page)
        first_step(page, account)
        second_step(page, account["recovery"][0])
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        second_step(page, account["recovery"][1])
        page.wait_for_url("**/me")
        page.goto(url("/me/security"))
        page.locator("summary", has_text="New recovery codes").click()
        page.locator("details[open]").get_by_label("Your password").fill(account["password"])
        page.get_by_role("button", name="Make new codes").click()
        renewed = page.locator("#recovery-codes li").all_inner_texts()
        assert len(renewed) == 10 and not set(renewed) & set(account["recovery"])
        sign_out(page)
        first_step(page, account)
        second_step(page, account["recovery"][2])
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        account["recovery"] = renewed
        second_step(page, renewed.pop())
        page.wait_for_url("**/me")


def switch_off(page, password):
    """On the page of security; the part is unfolded, or is already."""
    page.goto(url("/me/security"))
    page.locator("summary", has_text="Switch it off").click()
    page.locator("details[open]").get_by_label("Your password").fill(password)
    page.get_by_role("button", name="Switch it off").click()


@test("it is switched off by the password, and the password alone signs in again", seconds=120)
def switched_off():
    with person() as page:
        first_step(page, account)
        second_step(page, account["recovery"].pop())
        page.wait_for_url("**/me")
        switch_off(page, "not the one")
        # Of the two forms that ask for the password, the one that was sent is open, and the summary leads there.
        page.get_by_role("alert").get_by_role("link").click()
        field = page.locator("details[open]").get_by_label("Your password")
        expect(field).to_be_focused()
        check_accessibility(page, "a wrong password where a second factor is switched off")
        field.fill(account["password"])
        page.get_by_role("button", name="Switch it off").click()
        expect(page.get_by_text("The second factor is switched off.")).to_be_visible()
        sign_out(page)
        first_step(page, account)
        page.wait_for_url("**/me")


@contextlib.contextmanager
def demanded(role):
    """While an administrator asks a second factor of a role."""
    with person(DESKTOP, role="administrator") as admin:
        admin.goto(url("/admin/settings"))
        admin.get_by_label(role, exact=True).check()
        admin.get_by_role("button", name="Save").click()
        expect(admin.get_by_text("Saved.")).to_be_visible()
        picture(admin, "settings")
        try:
            yield
        finally:
            admin.goto(url("/admin/settings"))
            admin.get_by_label(role, exact=True).uncheck()
            admin.get_by_role("button", name="Save").click()
            expect(admin.get_by_text("Saved.")).to_be_visible()


@test("of whom a second factor is demanded is led to set it up, and does no work before", seconds=240)
def enforced():
    viewer = {"email": "viewer@demo.test", "password": PASSWORD}
    reference = Client().get("/api/v1/requests", limit=1).expect(200).json()["items"][0]["reference"]
    with demanded("Viewer"), person(DESKTOP) as page:
        first_step(page, viewer)
        page.wait_for_url("**/me/security")
        expect(page.get_by_text("Your township asks for a second factor")).to_be_visible()
        check_accessibility(page, "the demand of a second factor")
        picture(page, "security-demanded")
        for path in ("/staff", "/staff/dashboard", f"/staff/requests/{reference}"):
            page.goto(url(path))
            expect(page.get_by_role("heading", name="Triage")).to_have_count(0)
            expect(page.get_by_role("link", name="Set it up").or_(page.get_by_role("button", name="Set it up"))).to_be_visible()
        page.goto(url("/me/security"))
        set_up(page, viewer)
        page.get_by_role("link", name="I have kept them").click()
        page.goto(url("/staff"))
        expect(page.get_by_role("heading", level=1, name="Triage")).to_be_visible()
        # And away again, for whoever signs in as a viewer after this.
        switch_off(page, PASSWORD)
        expect(page.get_by_text("The second factor is switched off.")).to_be_visible()
