"""Mails as a mail program reads them: a local instance keeps them as files."""

import random
import re

from client import PLACE, Client, category
from mails import link, wait_for_mails
from suite import equal, test

guest, staff = Client(), Client()
ADDRESS = "guest-" + "".join(random.choices("bcdfghjklm", k=8)) + "@example.test"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
story = {}


@test("who leaves an address is mailed a receipt, in their language, with a link that opens the report")
def receipt():
    value = {"title": "Déchets", "category": category(), "location": PLACE, "contact": {"email": ADDRESS}}
    story["report"] = report = guest.post(
        "/api/v1/requests", value, headers={"Accept-Language": "fr"}).expect(201).json()
    mail = wait_for_mails(ADDRESS, 1)[0]
    text = mail.get_content()
    assert report["reference"] in mail["Subject"] and report["reference"] in text
    equal((mail["Auto-Submitted"], mail["Content-Language"]), ("auto-generated", "fr"))
    path = link(mail, "/track/")
    assert report["tracking_code"] not in path
    assert report["reference"] in guest.get(path).expect(200).body.decode()


@test("an update by staff is mailed, an internal comment is not")
def update():
    staff.sign_in("agent")
    path = f"/api/v1/requests/{story['report']['reference']}/comments"
    staff.post(path, {"body": "zugzwang among us", "visibility": "internal"}).expect(201)
    staff.post(path, {"body": "Nous réparons demain — à 9 h", "visibility": "public"}).expect(201)
    texts = [mail.get_content() for mail in wait_for_mails(ADDRESS, 2)]
    assert "Nous réparons demain — à 9 h" in texts[1], texts[1]
    assert not any("zugzwang" in text for text in texts)


@test("a guest follows by the button behind the link of a mail, and stops there too")
def follow():
    address = "follower-" + ADDRESS
    guest.post(f"/api/v1/requests/{story['report']['reference']}/follow", {"email": address}).expect(200)
    path = link(wait_for_mails(address, 1)[0], "/follow/")
    guest.get(path).expect(200)
    guest.post(path, body=b"action=confirm", headers=FORM).expect(200)
    guest.post(path, body=b"action=stop", headers=FORM).expect(200)
    guest.get(path).expect(404)


@test("a lost link comes again by mail")
def lost():
    guest.post("/track", body=f"contact={ADDRESS}".encode(), headers=FORM).expect(200)
    links = re.findall(r"http://[^/]+(/track/\w+)", wait_for_mails(ADDRESS, 3)[2].get_content())
    equal(len(links), 1)
    guest.get(links[0]).expect(200)
