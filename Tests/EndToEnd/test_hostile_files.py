"""Files that lie about themselves, explode, or carry something: what becomes of each."""

from client import Client, judged
from samples import EICAR, archive, jpeg, pdf, png, tarball
from suite import equal, test

HIDDEN = b"hidden behind the picture"

# Name, content, and what must become of it.
FILES = [
    ("zip.jpg", archive("a.txt", b"harmless"), ("failed", "unaccepted_type")),
    ("script.jpg", b"#!/bin/sh\nrm -rf /\n", ("failed", "unaccepted_type")),
    ("page.jpg", b"<html><script>alert(1)</script></html>", ("failed", "unaccepted_type")),
    ("drawing.png", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', ("failed", "unaccepted_type")),
    ("bomb.png", png(60_000, 60_000), ("failed", "too_many_pixels")),
    ("eicar.zip", archive("eicar.com", EICAR), ("infected", "infected")),
    ("eicar.tar.gz", tarball("eicar.com", EICAR), ("infected", "infected")),
    ("eicar.pdf", pdf(EICAR), ("infected", "infected")),
    ("nothing.jpg", b"", ("failed", "empty")),
    ("half.jpg", jpeg()[:20_000], ("failed", "broken_image")),
]
MORE = [
    ("polyglot.jpg", jpeg() + archive("a.txt", HIDDEN), ("clean", None)),
    ("carrier.jpg", jpeg() + archive("eicar.com", EICAR), None),
    ("letter.pdf", pdf(), ("clean", None)),
    ("torn.pdf", pdf()[:60], ("failed", "broken_document")),
    ("../../../etc/passwd", jpeg(), ("clean", None)),
    ("a\"b\r\nX: y.jpg".replace('"', "%22").replace("\r\n", "%0D%0A"), jpeg(), ("clean", None)),
]


def send(files, caller):
    receipt = caller.report("Strange files", [(name, content) for name, content, _ in files])
    return receipt, judged(caller, receipt["tracking_code"], 90)


@test("disguised, explosive, broken and infected files end as they should, and none is served", seconds=120)
def disguised():
    caller = Client.direct()
    receipt, states = send(FILES, caller)
    by_id = {state["id"]: state for state in states}
    for (name, _, (state, reason)), sent in zip(FILES, receipt["attachments"]):
        became = by_id[sent["id"]]
        equal((became["state"], became["reason"]), (state, reason), name)
        for path in ("content", "thumbnail"):
            equal(caller.get(f"/api/v1/attachments/{sent['id']}/{path}",
                             headers={"Tracking-Code": receipt["tracking_code"]}).status, 410, name)
    seen = caller.get(f"/api/v1/requests/{receipt['reference']}").expect(200).json()
    equal(seen["attachments"], [], "what the public sees")


@test("a photo with an archive behind it is served without the archive; a PDF never to the public", seconds=120)
def carried():
    caller = Client.direct()
    receipt, states = send(MORE, caller)
    code = {"Tracking-Code": receipt["tracking_code"]}
    by_id = {state["id"]: state for state in states}
    for (name, _, expected), sent in zip(MORE, receipt["attachments"]):
        became = by_id[sent["id"]]
        if expected:
            equal((became["state"], became["reason"]), expected, name)
        if became["state"] != "clean":
            continue
        answer = caller.get(f"/api/v1/attachments/{sent['id']}/content", headers=code).expect(200)
        assert HIDDEN not in answer.body and b"PK\x03\x04" not in answer.body and EICAR not in answer.body, name
        if name == "letter.pdf":
            equal(answer.headers["Content-Type"], "application/pdf")
            assert answer.headers["Content-Disposition"].startswith("attachment")
            caller.get(f"/api/v1/attachments/{sent['id']}/content").problem(404, "not_found")
        else:
            equal(answer.headers["Content-Type"], "image/jpeg", name)


@test("staff read a file's name as it was sent, stripped of every path")
def names():
    caller = Client.direct()
    receipt = caller.report("Names", [("../../etc/cron.d/x.jpg", jpeg()), ("C:\\temp\\y.jpg", jpeg())])
    judged(caller, receipt["tracking_code"])
    staff = Client().take_token("agent")
    files = staff.get(f"/api/v1/requests/{receipt['reference']}").expect(200).json()["attachments"]
    equal([file["file_name"] for file in files], ["x.jpg", "y.jpg"])
