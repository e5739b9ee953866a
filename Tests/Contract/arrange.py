"""Fills the township over its own API, so that calls find something, and writes schemathesis' configuration."""

import base64
import hmac
import json
import pathlib
import struct
import sys
import time
import zlib

import requests

from organize import Organizer, organize

base, work = sys.argv[1], pathlib.Path(sys.argv[2])
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + b"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def png(width=64, height=48):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = b"".join(b"\0" + bytes((x, y, 128)[i] for x in range(width) for i in range(3)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def ready(call, what, limit=60):
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        try:
            if result := call():
                return result
        except requests.ConnectionError:
            pass
        time.sleep(0.1)
    sys.exit(f"{what} took longer than {limit} seconds")


def report(title, file=None, **fields):
    body = {
        "title": title,
        "category": "street-light",
        "location": {"latitude": 42.36, "longitude": -71.06, "accuracy": 8.5},
        **fields,
    }
    if file is None:
        answer = requests.post(f"{base}/api/v1/requests", json=body)
    else:
        answer = requests.post(
            f"{base}/api/v1/requests",
            files={"request": (None, json.dumps(body)), "files": ("photo.png", file)},
        )
    answer.raise_for_status()
    return answer.json()


ready(lambda: requests.get(f"{base}/healthz").ok, "the server's start")
form = {"grant_type": "password", "username": "agent@example.test", "password": "contract-password"}
token = requests.post(f"{base}/api/v1/token", data=form).json()["access_token"]
staff = {"Authorization": f"Bearer {token}"}
answer = requests.post(f"{base}/api/v1/token", data={**form, "username": "administrator@example.test"})
administrator = {"Authorization": f"Bearer {answer.json()['access_token']}"}
answer = requests.post(f"{base}/api/v1/token", data={**form, "username": "operator@example.test"})
operator = {"Authorization": f"Bearer {answer.json()['access_token']}"}

templates = []
for name in ("Kept", "Removed"):
    template = {"name": name, "body": "About {title}.", "visibility": "public"}
    answer = requests.post(f"{base}/api/v1/templates", json=template, headers=administrator)
    answer.raise_for_status()
    templates.append(answer.json()["id"])
path = f"{base}/api/v1/templates"
requests.patch(f"{path}/{templates[0]}", json={"name": "Changed"}, headers=administrator).raise_for_status()
requests.delete(f"{path}/{templates.pop()}", headers=administrator).raise_for_status()

reports = [
    report("Broken lamp", png(), contact={"name": "Ada", "email": "ada@example.test"}, attributes={"pole": "7a"}),
    report("Malware", EICAR, anonymous=True),
    report("No lamp", b"neither picture nor document", location=None, priority="high"),
    report("Hole", category="pothole", address="1 City Hall Square"),
]
for request in reports[:2]:
    path = f"{base}/api/v1/requests/{request['reference']}"
    for visibility in ("public", "internal", "private"):
        answer = requests.post(f"{path}/comments", json={"body": "Seen.", "visibility": visibility}, headers=staff)
        answer.raise_for_status()
    for call in ("assignment", "undo", "assignment"):
        requests.post(f"{path}/{call}", json={"department": "roads"}, headers=staff).raise_for_status()

path = f"{base}/api/v1/requests/{reports[2]['reference']}"
requests.patch(path, json={"priority": "low"}, headers=staff).raise_for_status()
for status in ({"status": "in_progress"}, {"status": "completed", "note": "A new lamp."}):
    requests.post(f"{path}/status", json=status, headers=staff).raise_for_status()
reporter = {"Tracking-Code": reports[2]["tracking_code"]}
requests.post(f"{path}/confirm", json={"resolved": True}, headers=reporter).raise_for_status()
requests.post(f"{path}/follow", headers=staff, json={}).raise_for_status()
requests.delete(f"{path}/follow", headers=staff).raise_for_status()
requests.post(f"{path}/presence", headers=staff).raise_for_status()
requests.delete(f"{path}/presence", headers=staff).raise_for_status()

path = f"{base}/api/v1/requests/{report('Broken lamp again')['reference']}/duplicates"
survivor = {"of": reports[0]["reference"]}
requests.get(f"{path}/preview", params=survivor, headers=staff).raise_for_status()
requests.post(path, json=survivor, headers=staff).raise_for_status()
requests.delete(path, headers=staff).raise_for_status()

path = f"{base}/api/v1/settings"
requests.get(path, headers=administrator).raise_for_status()
requests.patch(path, json={"emergency_number": "112"}, headers=administrator).raise_for_status()
path = f"{base}/api/v1/categories/pothole"
requests.patch(path, json={"notice": "Is it on a road?"}, headers=administrator).raise_for_status()
calendar = {"name": "Office", "hours": {"monday": ["09:00-17:00"]}, "holidays": ["01-01"]}
path = f"{base}/api/v1/calendars"
requests.post(path, json=calendar, headers=administrator).raise_for_status()
requests.patch(f"{path}/office", json={"name": "The office"}, headers=administrator).raise_for_status()
path = f"{base}/api/v1/settings/deadlines"
requests.get(path, headers=administrator).raise_for_status()
requests.patch(path, json={"warning_percent": 75}, headers=administrator).raise_for_status()

known = organize(Organizer(base, operator), reports[1]["reference"])

# Somebody comes, changes the password, signs a browser out, and leaves.
person = {"email": "leaving@example.test", "name": "Leaving", "password": "a first password"}
requests.post(f"{base}/api/v1/users", json=person).raise_for_status()


def bearer(password):
    fields = {"grant_type": "password", "username": person["email"], "password": password}
    answer = requests.post(f"{base}/api/v1/token", data=fields)
    answer.raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


change = {"current_password": person["password"], "new_password": "a second password"}
me = f"{base}/api/v1/me"
requests.post(f"{me}/password", json=change, headers=bearer(person["password"])).raise_for_status()
requests.delete(f"{me}/sessions", headers=bearer("a second password")).raise_for_status()
leaving = bearer("a second password")
signing_in = {"email": person["email"], "password": "a second password"}
requests.post(f"{base}/api/v1/session", json=signing_in).raise_for_status()
for session in requests.get(f"{me}/sessions", headers=leaving).json()["items"]:
    requests.delete(f"{me}/sessions/{session['id']}", headers=leaving).raise_for_status()
again = {"password": "a second password"}


def guard():
    """A second factor, switched on."""
    secret = requests.post(f"{me}/totp", json=again, headers=leaving).json()["secret"]
    counter = struct.pack(">Q", int(time.time()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    number = struct.unpack(">I", digest[digest[19] & 15 :][:4])[0] & 0x7FFFFFFF
    requests.post(f"{me}/totp", json={"code": f"{number % 1_000_000:06}"}, headers=leaving).raise_for_status()


guard()
requests.post(f"{me}/totp/recovery-codes", json=again, headers=leaving).raise_for_status()
requests.delete(f"{me}/totp", json=again, headers=leaving).raise_for_status()
guard()
number = requests.get(me, headers=leaving).json()["id"]
requests.delete(f"{base}/api/v1/users/{number}/totp", headers=operator).raise_for_status()
# That has ended every token of theirs.
requests.delete(me, json=again, headers=bearer("a second password")).raise_for_status()

ids = [file["id"] for request in reports for file in request["attachments"]]


def judged():
    states = [requests.get(f"{base}/api/v1/attachments/{id}", headers=staff).json()["state"] for id in ids]
    return states if not {"quarantined", "scanning"} & set(states) else None


states = ready(judged, "the scan")
assert states == ["clean", "infected", "failed"], states


def listed(values):
    return "[" + ", ".join(f'"{value}"' for value in values) + "]"


# Mostly what exists, so that calls get further than 404; the rest is made up.
(work / "schemathesis.toml").write_text(
    f"""
seed = 311
continue-on-failure = true
max-failures = 50
[generation]
deterministic = true
max-examples = 30
no-shrink = true
database = "none"
[phases.coverage]
# Any other is not known to the server at all: 501.
unexpected-methods = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE"]
[dictionaries.addresses]
values = ["agent@example.test"]
[dictionaries.passwords]
values = ["{form["password"]}"]
[dictionaries.references]
values = {listed(request["reference"] for request in reports)}
[dictionaries.codes]
values = {listed(request["tracking_code"] for request in reports)}
[dictionaries.files]
values = {listed(ids)}
[dictionaries.templates]
values = {templates}
[dictionaries.categories]
values = ["street-light", "pothole"]
[dictionaries.calendars]
values = ["office"]
[dictionaries.rules]
values = {known["rules"]}
[dictionaries.departments]
values = {listed(known["departments"])}
[dictionaries.townships]
values = {listed(known["townships"])}
[dictionaries.areas]
values = {listed(known["areas"])}
[parameters]
"path.rule" = {{ dictionary = "rules", probability = 0.9 }}
"path.department" = {{ dictionary = "departments", probability = 0.9 }}
"path.township" = {{ dictionary = "townships", probability = 0.9 }}
"path.area" = {{ dictionary = "areas", probability = 0.9 }}
"path.category" = {{ dictionary = "categories", probability = 0.9 }}
"path.calendar" = {{ dictionary = "calendars", probability = 0.9 }}
"path.reference" = {{ dictionary = "references", probability = 0.9 }}
"path.code" = {{ dictionary = "codes", probability = 0.9 }}
"path.template" = {{ dictionary = "templates", probability = 0.9 }}
"path.id" = {{ dictionary = "files", probability = 0.9 }}
"body.category" = {{ dictionary = "categories", probability = 0.8 }}
"body.email" = {{ dictionary = "addresses", probability = 0.5 }}
"body.username" = {{ dictionary = "addresses", probability = 0.9 }}
"body.password" = {{ dictionary = "passwords", probability = 0.9 }}
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 409, 412, 413, 415, 422]
[checks.positive_data_acceptance]
# Whether a category exists or a place lies inside is not for a schema to say.
enabled = false
"""
)
