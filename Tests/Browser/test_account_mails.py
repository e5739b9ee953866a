"""What comes by mail to whoever has an account, and where they are signed in."""

import secrets
import urllib.parse

from browser import DESKTOP, check_accessibility, person, picture, url
from client import Client
from mails import link, wait_for_mails
from playwright.sync_api import expect
from suite import equal, test


def account(name):
    email, password = f"{secrets.token_hex(6)}@example.test", f"the first {secrets.token_hex(6)}"
    Client().post("/api/v1/users", {"name": name, "email": email, "password": password}).expect(201)
    return email, password


def sign_in(page, email, password):
    page.goto(url("/sign-in"))
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def is_signed_out(page):
    page.goto(url("/me"))
    return urllib.parse.urlsplit(page.url).path == "/sign-in"


@test("a forgotten password is replaced by the link of a mail, once, and every browser is signed out", seconds=180)
def forgotten():
    email, old = account("Fay Forgot")
    new = "a lamp that burns again"
    with person(DESKTOP) as elsewhere, person() as page:
        sign_in(elsewhere, email, old)
        elsewhere.wait_for_url("**/me")
        page.goto(url("/sign-in"))
        page.get_by_role("link", name="Forgot your password?").click()
        page.get_by_role("button", name="Send me a link").click()
        expect(page.get_by_role("alert").get_by_role("link", name="Email address is missing.")).to_be_visible()
        # An address without an account is told the same.
        for address in (f"nobody-{email}", email):
            page.goto(url("/forgot-password"))
            page.get_by_label("Email address").fill(address)
            page.get_by_role("button", name="Send me a link").click()
            expect(page.get_by_role("heading", level=1, name="Look into your mail")).to_be_visible()
        check_accessibility(page, "after asking for a new password")
        path = link(wait_for_mails(email, 1)[0], "/reset-password/")
        page.goto(url(path))
        expect(page.get_by_text(email)).to_be_visible()
        page.get_by_label("New password", exact=True).fill("password123")
        page.get_by_role("button", name="Save password").click()
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        check_accessibility(page, "choosing a new password, refused")
        picture(page, "reset-refused")
        page.get_by_label("New password", exact=True).fill(new)
        page.get_by_role("button", name="Save password").click()
        expect(page.get_by_text("Your password has been changed.")).to_be_visible()
        assert is_signed_out(elsewhere), "a browser stays signed in"
        # The link is good once.
        equal(page.goto(url(path)).status, 410)
        expect(page.get_by_role("heading", level=1, name="This link is no longer good")).to_be_visible()
        sign_in(page, email, old)
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        sign_in(page, email, new)
        page.wait_for_url("**/me")
        # The owner hears of it, whoever did it.
        equal(wait_for_mails(email, 2)[1]["Subject"].split(": ")[-1], "Your account was changed")


@test("a new address counts once its mail was answered by a press of a button, and the old one hears of it", seconds=180)
def another_address():
    email, password = account("Ada Address")
    other = f"new-{email}"
    with person() as page:
        sign_in(page, email, password)
        page.wait_for_url("**/me")
        page.goto(url("/me/settings"))
        page.get_by_label("New email address").fill(other)
        page.get_by_label("Your password", exact=True).fill("not the one")
        page.get_by_role("button", name="Change address").click()
        expect(page.get_by_role("alert")).to_contain_text("There is a problem")
        expect(page.get_by_label("New email address")).to_have_value(other)
        page.get_by_label("Your password", exact=True).fill(password)
        page.get_by_role("button", name="Change address").click()
        expect(page.get_by_text("We have sent a mail to the new address.")).to_be_visible()
        path = link(wait_for_mails(other, 1)[0], "/confirm-address/")
        # Programs that look into mails open links too: nothing has changed by that.
        with person() as program:
            program.goto(url(path))
            sign_in(program, other, password)
            expect(program.get_by_role("alert")).to_contain_text("There is a problem")
        page.goto(url(path))
        check_accessibility(page, "confirming a new address")
        picture(page, "confirm-address")
        page.get_by_role("button", name="Yes, this is my address").click()
        expect(page.get_by_text(f"From now on you sign in with {other}.")).to_be_visible()
        equal(wait_for_mails(email, 1)[0]["Subject"].split(": ")[-1], "Your account was changed")
        with person() as again:
            equal(again.goto(url(path)).status, 410)
            sign_in(again, email, password)
            expect(again.get_by_role("alert")).to_contain_text("There is a problem")
            sign_in(again, other, password)
            again.wait_for_url("**/me")


@test("where somebody is signed in is listed, and ended one by one or all but here", seconds=120)
def sessions():
    email, password = account("Mo Many")
    with person(DESKTOP) as desk, person() as phone, person() as tablet:
        for page in (desk, phone, tablet):
            sign_in(page, email, password)
            page.wait_for_url("**/me")
        desk.goto(url("/me/settings"))
        listed = desk.locator("#sessions").get_by_role("listitem")
        expect(listed).to_have_count(3)
        expect(listed.filter(has_text="This browser")).to_have_count(1)
        check_accessibility(desk, "the list of sessions")
        picture(desk, "sessions")
        # This one is left by the button that every page has.
        expect(listed.filter(has_text="This browser").get_by_role("button")).to_have_count(0)
        listed.get_by_role("button", name="Sign out").first.click()
        expect(desk.get_by_text("It is signed out.")).to_be_visible()
        expect(listed).to_have_count(2)
        equal([is_signed_out(page) for page in (phone, tablet)].count(True), 1)
        with person() as fourth:
            sign_in(fourth, email, password)
            fourth.wait_for_url("**/me")
            desk.reload()
            desk.get_by_role("button", name="Sign out everywhere else").click()
            expect(desk.get_by_text("Everywhere else you are signed out.")).to_be_visible()
            expect(listed).to_have_count(1)
            assert all(is_signed_out(page) for page in (phone, tablet, fourth)), "somebody is still signed in"
        assert not is_signed_out(desk), "the browser at hand was signed out too"
