"""The whole story of a report in the demo township, from the sidewalk to its end, as each side sees it."""

import random

from client import Client, judged
from samples import EICAR, jpeg
from suite import equal, test, until

story = {}
citizen, staff = Client(), Client()
# Words that occur nowhere else, so that a search finds this run's report alone.
WORD = "xylo" + "".join(random.choices("bcdfghjklm", k=8))
SECRET = "quar" + "".join(random.choices("bcdfghjklm", k=8))


@test("somebody without an account reports with a photo and a file that carries malware")
def report():
    files = [("lamp.jpg", jpeg()), ("bill.pdf", EICAR)]
    story["report"] = receipt = citizen.report(f"Lamp {WORD} flickers", files, anonymous=True)
    equal(receipt["status"], "submitted")
    equal([file["state"] for file in receipt["attachments"]], ["quarantined"] * 2)
    assert receipt["tracking_code"] and receipt["expected_by"]


@test("a file is not served before it is judged; then the photo is, and the other never")
def files():
    receipt = story["report"]
    code = {"Tracking-Code": receipt["tracking_code"]}
    photo, bad = [file["id"] for file in receipt["attachments"]]
    early = citizen.get(f"/api/v1/attachments/{photo}/content", headers=code)
    assert early.status in (200, 409), early.status
    states = {file["id"]: file for file in judged(citizen, receipt["tracking_code"])}
    equal(states[photo]["state"], "clean", states)
    equal((states[photo]["width"], states[photo]["height"]), (640, 480))
    equal(states[bad]["state"], "infected", states)
    assert "signature" not in states[bad], "the signature's name is for staff"
    for path in ("content", "thumbnail"):
        answer = citizen.get(f"/api/v1/attachments/{photo}/{path}").expect(200)
        equal(answer.headers["Content-Type"], "image/jpeg")
        equal(answer.headers["X-Content-Type-Options"], "nosniff")
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.body.startswith(b"\xff\xd8") and b"taken at home" not in answer.body
        citizen.get(f"/api/v1/attachments/{bad}/{path}", headers=code).problem(410, "infected")
        equal(citizen.get(f"/api/v1/attachments/{bad}/{path}").status, 410)


@test("the public sees the report without what the reporter alone may see")
def public():
    shown = citizen.get(f"/api/v1/requests/{story['report']['reference']}").expect(200).json()
    assert "tracking_code" not in shown and "anonymous" not in shown
    equal([file["state"] for file in shown["attachments"]], ["clean"])


@test("staff find it by radius, box, ward, words, and a misspelt word, and see it on the map")
def find():
    staff.sign_in("agent")
    place, reference = story["report"]["location"], story["report"]["reference"]
    latitude, longitude = place["latitude"], place["longitude"]
    area = next(area for area in story["report"]["areas"] if area.startswith("wards:"))
    box = f"{longitude - 0.001},{latitude - 0.001},{longitude + 0.001},{latitude + 0.001}"
    misspelt = WORD[:6] + WORD[7:]
    for query in (
        {"near": f"{latitude},{longitude}", "radius": 50}, {"bbox": box}, {"area": area}, {"q": WORD},
        {"q": misspelt}, {"q": f"lamp {WORD}", "area": area, "status": "submitted"},
    ):
        for caller in (citizen, staff):
            found = [item["reference"] for item in caller.pages(**query)]
            assert reference in found, f"{query}: not among {len(found)}"
    equal(staff.pages(q=WORD, status="completed"), [])
    pins = staff.get("/api/v1/map", bbox=box, zoom=18).expect(200).json()["features"]
    assert reference in [pin["properties"].get("reference") for pin in pins], pins


@test("staff open, assign and comment on it; nothing internal reaches anybody outside")
def work():
    reference, code = story["report"]["reference"], story["report"]["tracking_code"]
    path = f"/api/v1/requests/{reference}"
    opened = staff.post(path + "/opened").expect(200).json()
    equal(opened["status"], "under_review")
    crew = Client().take_token("crew")
    number = crew.get("/api/v1/me").expect(200).json()["id"]
    version = {"If-Match": f'"{opened["version"]}"'}
    equal(staff.post(path + "/assignment", {"assignee": number}, headers=version).expect(200).json()["status"], "assigned")
    staff.post(path + "/assignment", {"assignee": number}, headers=version).problem(412, "version_mismatch")
    staff.post(path + "/comments", {"body": f"Ask {SECRET} first.", "visibility": "internal"}).expect(201)
    staff.post(path + "/comments", {"body": "An electrician comes tomorrow.", "visibility": "public"}).expect(201)
    assert SECRET in staff.get(path + "/comments").expect(200).body.decode()
    outside = [path, path + "/comments", path + "/history", f"/api/v1/track/{code}", f"/api/v1/requests?q={SECRET}"]
    stranger = Client().take_token("citizen")
    for caller in (citizen, stranger):
        for address in outside:
            answer = caller.get(address).expect(200).body.decode()
            assert SECRET not in answer, address
    equal(citizen.get("/api/v1/requests", q=SECRET).json()["items"], [])
    equal([item["reference"] for item in staff.pages(q=SECRET)], [reference])
    assert "electrician" in citizen.get(path + "/comments").body.decode()


@test("the one it is assigned to completes it, with a note, and nobody else of the crew may")
def complete():
    path = f"/api/v1/requests/{story['report']['reference']}/status"
    crew = Client().take_token("crew")
    Client().take_token("crew.water").post(path, {"status": "completed", "note": "Done."}).problem(403, "forbidden")
    Client().take_token("viewer").post(path, {"status": "completed", "note": "Done."}).problem(403, "forbidden")
    crew.post(path, {"status": "completed"}).problem(422, "note_required")
    crew.post(path, {"status": "submitted"}).problem(422, "transition_not_allowed")
    equal(crew.post(path, {"status": "completed", "note": "New bulb."}).expect(200).json()["status"], "completed")


@test("the reporter sees the end, and what they write back reaches staff alone")
def answer():
    reference, code = story["report"]["reference"], story["report"]["tracking_code"]
    seen = citizen.get(f"/api/v1/track/{code}").expect(200).json()
    equal(seen["status"], "completed")
    assert "New bulb." in [entry["note"] for entry in seen["history"]], seen["history"]
    citizen.post(f"/api/v1/track/{code}/messages", {"body": "It shines. Thank you!"}).expect(201)
    path = f"/api/v1/requests/{reference}/comments"
    assert "It shines" in staff.get(path).body.decode()
    assert "It shines" in citizen.get(f"/api/v1/track/{code}").body.decode()
    assert "It shines" not in citizen.get(path).body.decode()


@test("no tracking code, address or name of the story stands in a log")
def logs():
    from instance import instance

    code = story["report"]["tracking_code"]
    for log in (instance.data / "log").iterdir():
        text = log.read_text(errors="replace")
        assert code not in text and SECRET not in text and "lamppost-demo" not in text.replace(
            "password is lamppost-demo", ""), log


@test("a report by an account belongs to it and has no tracking code")
def account():
    caller = Client().take_token("citizen")
    receipt = caller.report("A lamp by an account")
    assert "tracking_code" not in receipt, receipt
    mine = until("the list of one's own", lambda: caller.pages(mine="true"))
    assert receipt["reference"] in [item["reference"] for item in mine]
