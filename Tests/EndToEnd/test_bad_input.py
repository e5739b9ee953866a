"""What must never be sent, sent: over plain sockets, through Caddy and past it."""

import concurrent.futures
import json
import random
import resource
import time

from client import PLACE, Client, category, form
from instance import instance
from samples import jpeg
from suite import Skipped, equal, test, until
from wire import Wire, doors, head, resident

REPORT = {"title": "A lamp is out", "category": category(), "location": PLACE}
MEGABYTE = bytes(1 << 20)


def still_well():
    """The server takes a report, and is the process it was."""
    Client.direct().report("After bad input")


def opening(boundary="edge", name="big.jpg"):
    """A multipart body up to the first byte of a file."""
    return (
        f'--{boundary}\r\nContent-Disposition: form-data; name="request"\r\n\r\n{json.dumps(REPORT)}\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n').encode()


def upload(*fields):
    return head("POST /api/v1/requests", "Content-Type: multipart/form-data; boundary=edge", *fields)


def chunk(content):
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


@test("200 MB that are announced are refused at once, before a byte of them is sent")
def announced():
    before = instance.quarantined()
    for door, port in doors().items():
        with Wire(port) as wire:
            wire.send(upload("Content-Length: 209715200"))
            equal(wire.status(), 413, door)
    equal(instance.quarantined(), before)


@test("200 MB in chunks are cut off on the way, and neither memory nor disk notice", seconds=120)
def chunked():
    before, process = instance.quarantined(), instance.process("server")
    memory = resident(process)
    for door, port in doors().items():
        with Wire(port) as wire:
            wire.send(upload("Transfer-Encoding: chunked"), chunk(opening()))
            sent = 0
            while sent < 200 and wire.try_to_send(chunk(MEGABYTE)):
                sent += 1
            # The rest may be read and thrown away for politeness' sake; the answer is the same.
            equal(wire.status(), 413, door)
    until("the quarantine to be as before", lambda: instance.quarantined() == before)
    equal(instance.process("server"), process)
    assert resident(process) - memory < 40, f"{memory:.0f} MB grew to {resident(process):.0f} MB"
    still_well()


@test("a client that hangs up in the middle of a file leaves nothing behind")
def hang_up():
    before = instance.quarantined()
    reports = count_reports()
    for port in doors().values():
        for _ in range(5):
            with Wire(port) as wire:
                wire.send(upload("Content-Length: 5000000"), opening(), MEGABYTE)
                until("the file to begin", lambda: instance.quarantined() - before)
            until("nothing of it to be left", lambda: instance.quarantined() == before)
    equal(count_reports(), reports)


def count_reports():
    return instance.sql("SELECT count(*) FROM requests")


@test("a client of one byte a second is cut off, be it in the header or in the body", seconds=75)
def slow():
    cases = {}
    for door, port in doors().items():
        cases[f"header, {door}"] = (port, b"GET /api/v1/categories HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", b"a")
        cases[f"body, {door}"] = (port, upload("Content-Length: 5000000") + opening(), b"a")
    before = instance.quarantined()
    with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
        ends = dict(zip(cases, pool.map(lambda case: drip(*case), cases.values())))
    for case, (status, seconds) in ends.items():
        assert status in (None, 400, 408), f"{case}: {status}"
        # 10 s for a header, 20 s before the pace of a body counts, and room.
        assert seconds < 40, f"{case}: held {seconds:.0f} s"
    until("nothing of it to be left", lambda: instance.quarantined() == before)


def drip(port, beginning, byte):
    """Sends a byte a second (the pace is the test, not a wait) until the other side has had enough."""
    start = time.monotonic()
    with Wire(port, seconds=1) as wire:
        wire.send(beginning)
        while time.monotonic() - start < 60:
            try:
                return wire.status(), time.monotonic() - start
            except TimeoutError:
                if not wire.try_to_send(byte):
                    break
    return None, time.monotonic() - start


@test("a body whose length is said twice is refused, and what follows is no request of its own")
def smuggling():
    body = json.dumps(REPORT).encode()
    json_type = "Content-Type: application/json"
    hidden = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    cases = {
        "length and chunks": (["Content-Length: 4", "Transfer-Encoding: chunked"], b"0\r\n\r\n" + hidden),
        "two lengths": (["Content-Length: 4", f"Content-Length: {len(body)}"], body),
        "two equal lengths": ([f"Content-Length: {len(body)}"] * 2, body),
        "a list of lengths": ([f"Content-Length: {len(body)}, {len(body)}"], body),
        "a signed length": ([f"Content-Length: +{len(body)}"], body),
        "a length below zero": (["Content-Length: -1"], body),
        "chunks twice": (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
        "an unknown coding": (["Transfer-Encoding: chunked, identity"], b"0\r\n\r\n"),
        "a hidden coding": (["Transfer-Encoding: xchunked"], b"0\r\n\r\n"),
        "a chunk without a length": (["Transfer-Encoding: chunked"], b"zz\r\n" + body + b"\r\n0\r\n\r\n"),
    }
    reports = count_reports()
    for case, (fields, content) in cases.items():
        with Wire(doors()["server"]) as wire:
            wire.send(head("POST /api/v1/requests", json_type, *fields), content)
            answer = wire.answer()
        assert answer == b"" or answer.split()[1] in (b"400", b"413", b"501"), f"{case}: {answer[:200]!r}"
        assert b'"status":"ok"' not in answer, case
        # Caddy may make one well-formed request of two equal lengths. It must not pass on what can be read in two ways.
        with Wire(doors()["caddy"]) as wire:
            wire.send(head("POST /api/v1/requests", json_type, *fields), content)
            assert wire.answer()[9:10] in (b"", b"2", b"4", b"5"), case
    assert int(count_reports()[0][0]) - int(reports[0][0]) <= 2, "at most the equal lengths through Caddy"
    still_well()


@test("multipart that is none is refused with 400, and nothing of it is kept")
def multipart():
    whole, kind = form([("request", None, json.dumps(REPORT).encode()), ("files", "a.jpg", jpeg())])
    boundary = kind.split("=")[1]
    cases = {
        "no boundary": (whole, "multipart/form-data"),
        "an empty boundary": (whole, 'multipart/form-data; boundary=""'),
        "a boundary that does not occur": (whole, "multipart/form-data; boundary=elsewhere"),
        "garbage": (bytes(range(256)) * 40, kind),
        "nothing": (b"", kind),
        "cut off in the file": (whole[:-200], kind),
        "cut off before the last dashes": (whole[:-5], kind),
        "no header": (whole.replace(b"Content-Disposition", b"X-Disposition"), kind),
        "no name": (whole.replace(b'; name="files"', b""), kind),
        "a NUL in a name": (whole.replace(b'name="files"', b'name="fi\0les"'), kind),
        "a broken line in a header": (whole.replace(b"form-data; name", b"form-data;\n name"), kind),
        "an endless header": (whole.replace(b"form-data;", b"form-data; x=" + b"y" * 20000 + b";"), kind),
    }
    before, reports = instance.quarantined(), count_reports()
    for case, (body, content_type) in cases.items():
        for port in doors().values():
            headers = {"Content-Type": content_type, "X-Forwarded-For": "10.66.0.1"}
            answer = Client(port).call("POST", "/api/v1/requests", body=body, headers=headers)
            assert answer.status in (400, 413), f"{case}: {answer.status} {answer.body[:300]!r}"
    many = [("request", None, json.dumps(REPORT).encode())] + [("files", f"{n}.jpg", b"x") for n in range(11)]
    body, kind = form(many)
    Client.direct().call("POST", "/api/v1/requests", body=body, headers={"Content-Type": kind}).problem(
        413, "too_many_files")
    Client.direct().call(
        "POST", "/api/v1/requests", body=b"a=b", headers={"Content-Type": "application/x-www-form-urlencoded"}
    ).problem(415, "unsupported_media_type")
    until("nothing of it to be left", lambda: instance.quarantined() == before)
    equal(count_reports(), reports)
    assert boundary


@test("headers that are too large or too many are refused")
def headers():
    cases = {
        "one of 20 KB": ["X-Long: " + "a" * 20_000],
        "one of 1 MB": ["X-Long: " + "a" * 1_000_000],
        "10,000 of them": [f"X-{n}: a" for n in range(10_000)],
        "a cookie of 60 KB": ["Cookie: " + "a=b; " * 12_000],
    }
    for door, port in doors().items():
        for case, fields in cases.items():
            with Wire(port) as wire:
                wire.try_to_send(head("GET /api/v1/categories", *fields))
                status = wire.status()
                assert status in (None, 400, 413, 431), f"{case}, {door}: {status}"
        with Wire(port) as wire:
            wire.try_to_send(head("GET /" + "a" * 100_000))
            assert wire.status() in (None, 400, 404, 414, 431), door
    still_well()


@test("NUL, overlong UTF-8, dots and backslashes in an address are refused, never an error of ours")
def addresses():
    odd = [
        "%00", "%C0%AF", "%c0%ae%c0%ae", "%E0%80%AF", "%F4%90%80%80", "%ED%A0%80", "%FF", "%", "%2", "%zz", "..%2f..%2f",
        "%2e%2e/%2e%2e/etc/passwd", "..\\..\\", "%5c", "a%0d%0aX:%20b", "\x7f",
    ]
    for door, port in doors().items():
        for text in odd:
            for line in (
                f"GET /api/v1/requests/{text}", f"GET /api/v1/track/{text}", f"GET /api/v1/requests?q={text}",
                f"GET /api/v1/requests?{text}=1", f"GET /{text}",
            ):
                with Wire(port) as wire:
                    wire.send(head(line, "Connection: close"))
                    status = wire.status()
                # A misspelt percent sign or a backslash is text to search for, and nothing more.
                allowed = (400, 404, 200) if "?q=" in line else (400, 404)
                assert status in allowed, f"{line!r}, {door}: {status}"
        for raw in (b"GET /\xff\xfe", b"GET /\xc0\xaf", b"GET /a\0b", b"GET /a b", b"GET //..//.."):
            with Wire(port) as wire:
                wire.send(raw + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                status = wire.status()
                assert status in (None, 308, 400, 404), f"{raw!r}, {door}: {status}"


@test("what is no HTTP, and versions of it that we do not speak, end quietly")
def no_http():
    for door, port in doors().items():
        for raw in (
            b"\x16\x03\x01\x02\x00\x01\x00", b"\0" * 5000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
            b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            b"BREW / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"GET / HTTP/1.1\r\nHost: lo\tcal\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX : y\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\n folded\r\n\r\n",
        ):
            with Wire(port) as wire:
                wire.send(raw)
                # Of what may still become a request the server hears no more.
                status = wire.status() if raw.endswith(b"\r\n\r\n") else None
                assert status is None or 400 <= status < 600 and status not in (500, 502), f"{raw!r}, {door}: {status}"
    still_well()


@test("JSON that is too deep, too long or no JSON is refused with a word about it")
def bodies():
    caller = Client.direct()
    kind = {"Content-Type": "application/json"}
    for body in (
        b"", b"{", b"[]", b"null", b'"a"', b"[" * 100_000, b'{"title":' * 5000, b'{"title":"\xff"}', b'{"title":"\\ud800"}',
        b'{"title":1e999999}', b'{"a":1}' * 2, b"\xef\xbb\xbf{}", b'{"title":"a","title":"b"}',
    ):
        answer = caller.call("POST", "/api/v1/requests", body=body, headers=kind)
        assert answer.status in (400, 422), f"{body[:40]!r}: {answer.status}"
        assert answer.json()["request_id"]
    huge = json.dumps({**REPORT, "description": "a" * 2_000_000}).encode()
    caller.call("POST", "/api/v1/requests", body=huge, headers=kind).expect(413)
    nul = {**REPORT, "title": "a\0b"}
    caller.post("/api/v1/requests", nul).problem(422, "invalid_text")
    for place in ({"latitude": 91, "longitude": 0}, {"latitude": "1", "longitude": 0}, {"latitude": 1}):
        caller.post("/api/v1/requests", {**REPORT, "location": place}).expect(422)


@test("1,500 connections that say nothing keep nobody else from being answered")
def idle_connections():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2000:
        raise Skipped(f"this machine allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2000), hard))
    for door, port in doors().items():
        silent = []
        try:
            for _ in range(1500):
                silent.append(Wire(port))
            Client(port).get("/api/v1/categories").expect(200)
        finally:
            for wire in silent:
                wire.socket.close()
        Client(port).get("/api/v1/requests").expect(200)
        assert instance.process("server"), door


@test("reports with bytes changed at random are taken or refused, never an error of ours")
def random_changes():
    chance = random.Random(311)
    body, kind = form([("request", None, json.dumps(REPORT).encode()), ("files", "a.jpg", b"no photo" * 40)])
    text = json.dumps(REPORT).encode()
    process, before = instance.process("server"), instance.quarantined()
    for number in range(400):
        content, content_type = (body, kind) if number % 2 else (text, "application/json")
        changed = bytearray(content)
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(changed))
            match chance.randrange(3):
                case 0: changed[place] = chance.randrange(256)
                case 1: del changed[place:place + chance.randrange(1, 30)]
                case _: changed[place:place] = chance.randbytes(chance.randrange(1, 30))
        raw = head("POST /api/v1/requests", f"Content-Type: {content_type}", f"Content-Length: {len(changed)}")
        if chance.random() < 0.3:
            raw = bytearray(raw)
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        with Wire(doors()["server"]) as wire:
            wire.try_to_send(bytes(raw) + bytes(changed))
            # A length that grew, or a header that never ends, is no answer's business.
            wire.socket.settimeout(2)
            try:
                status = wire.status()
            except TimeoutError:
                status = None
        assert status is None or status < 500 or status in (501, 505), f"{status} for {bytes(raw + changed)!r}"
    equal(instance.process("server"), process)
    until("the accepted files to be judged", lambda: not instance.quarantined() - before)
    still_well()
