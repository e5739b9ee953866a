"""Processes that die or are told to stop in the middle of their work, and many that want the same at once."""

import concurrent.futures
import json
import os
import secrets
import select
import signal
import subprocess
import threading
import time

from client import PLACE, Client, category, form, judged
from extra_server import ExtraServer
from instance import instance, is_over
from samples import jpeg
from suite import Skipped, equal, test, until
from wire import Wire, head

# Nearly as large as a file may be, so that judging it takes a while.
LARGE = (4200, 3200, 88)


def report_value(title):
    return {"title": title, "description": "", "category": category(), "location": PLACE}


def count(title):
    return int(instance.sql(f"SELECT count(*) FROM requests WHERE title = '{title}'")[0][0])


def files_of(title):
    return instance.sql(
        "SELECT a.id, a.state FROM attachments a JOIN requests r ON r.tenant_id = a.tenant_id AND r.id = a.request_id "
        f"WHERE r.title = '{title}'")


def unique():
    return "Fault " + secrets.token_hex(6)


@test("a worker that is killed while it scans costs nothing: the file ends clean, once", seconds=120)
def worker_killed():
    photo = jpeg(*LARGE)
    assert 4 << 20 < len(photo) < 10 << 20, len(photo)
    title, caller = unique(), Client.direct()
    receipt = caller.report(title, [("large.jpg", photo)])
    [file] = receipt["attachments"]
    until("the scan to begin", lambda: files_of(title)[0][1] == "scanning")
    before = instance.kill("worker")
    assert files_of(title)[0][1] == "scanning", "the worker was faster than the test"
    after = instance.restarted("worker", before)
    assert after != before
    # The dead worker's lease would run out by itself after two minutes: the test does not wait for them.
    instance.sql("UPDATE jobs SET leased_until = now() - interval '1 second' WHERE leased_until > now()")
    equal([state["state"] for state in judged(caller, receipt["tracking_code"])], ["clean"])
    equal(files_of(title), [[file["id"], "clean"]])
    until("the quarantine to be empty of it", lambda: not [n for n in instance.quarantined() if n.startswith(file["id"])])
    kept = [path.name for path in (instance.uploads / "store").rglob(file["id"] + "*")]
    equal(len(kept), 2, f"photo and thumbnail: {kept}")
    caller.get(f"/api/v1/attachments/{file['id']}/content").expect(200)


@test("a worker told to stop finishes the scan in hand first")
def worker_stopped():
    title, caller = unique(), Client.direct()
    receipt = caller.report(title, [("large.jpg", jpeg(*LARGE))])
    until("the scan to begin", lambda: files_of(title)[0][1] == "scanning")
    before = instance.kill("worker", signal.SIGTERM)
    until("the worker to end", lambda: is_over(before))
    equal(files_of(title)[0][1], "clean")
    instance.restarted("worker", before)
    caller.get(f"/api/v1/attachments/{receipt['attachments'][0]['id']}/content").expect(200)


@test("the scanner killed while it scans is started again, and the file ends clean", seconds=120)
def scanner_killed():
    title, caller = unique(), Client.direct()
    receipt = caller.report(title, [("large.jpg", jpeg(*LARGE))])
    until("the scan to begin", lambda: files_of(title)[0][1] == "scanning")
    worker = instance.process("worker")
    for child in children(worker):
        os.kill(child, signal.SIGKILL)
    instance.sql("UPDATE jobs SET run_at = now() WHERE run_at > now()")
    equal([state["state"] for state in judged(caller, receipt["tracking_code"])], ["clean"])
    equal(instance.process("worker"), worker)


def children(process):
    try:
        with open(f"/proc/{process}/task/{process}/children", encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []


@test("a server killed in the middle of an upload leaves no report and only what the sweeper takes", seconds=120)
def server_killed_uploading():
    title, key = unique(), secrets.token_hex(8)
    body, kind = form([
        ("request", None, json.dumps(report_value(title)).encode()), ("files", "a.jpg", jpeg()),
        ("files", "b.jpg", jpeg(*LARGE))])
    fields = [f"Content-Type: {kind}", f"Content-Length: {len(body)}", f"Idempotency-Key: {key}"]
    before = instance.quarantined()
    with ExtraServer() as server:
        with Wire(server.port) as wire:
            wire.send(head("POST /api/v1/requests", *fields), body[:-100_000])
            until("both files to lie in quarantine", lambda: len(instance.quarantined() - before) == 2)
            server.kill()
        equal(count(title), 0)
        left = instance.quarantined() - before
        equal(sorted(name.endswith(".part") for name in left), [False, True])
        server.start()
        answers = [
            server.client().call(
                "POST", "/api/v1/requests", body=body, headers={"Content-Type": kind, "Idempotency-Key": key})
            for _ in range(2)]
        equal(answers[0].expect(201).body, answers[1].expect(201).body)
    equal(count(title), 1)
    equal(len(files_of(title)), 2)
    for name in left:
        # As if an hour had gone by.
        os.utime(instance.uploads / "quarantine" / name, (0, 0))
    instance.restarted("worker", instance.kill("worker", signal.SIGTERM))
    until("the sweeper to take what was left", lambda: not left & instance.quarantined())
    until("the retry's files to be clean", lambda: {state for _, state in files_of(title)} == {"clean"}, 60)


@test("a server killed around the commit: the retry with the same key finds or makes exactly one report", seconds=120)
def server_killed_committing():
    with ExtraServer() as server:
        for attempt in range(12):
            title, key = unique(), secrets.token_hex(8)
            body = json.dumps(report_value(title)).encode()
            fields = ["Content-Type: application/json", f"Content-Length: {len(body)}", f"Idempotency-Key: {key}"]
            wire = Wire(server.port)
            wire.send(head("POST /api/v1/requests", *fields), body)
            # Each time a little later: before, within and after the transaction.
            time.sleep(attempt * 0.001)
            server.kill()
            acknowledged = wire.status() == 201
            wire.socket.close()
            kept = count(title)
            assert kept <= 1 and (kept == 1 or not acknowledged), "an acknowledged report is missing"
            server.start()
            code = server.client().post(
                "/api/v1/requests", report_value(title), headers={"Idempotency-Key": key}
            ).expect(201).json()["tracking_code"]
            equal(count(title), 1)
            server.client().get(f"/api/v1/track/{code}").expect(200)


@test("20 identical calls with one key at once make one report, and all hear the same")
def same_key():
    title, key = unique(), secrets.token_hex(8)
    body, kind = form([("request", None, json.dumps(report_value(title)).encode()), ("files", "a.jpg", jpeg())])
    before = instance.quarantined()
    caller = Client.direct()

    def send(_):
        return caller.call(
            "POST", "/api/v1/requests", body=body, headers={"Content-Type": kind, "Idempotency-Key": key})

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(send, range(20)))
    equal([answer.status for answer in answers], [201] * 20)
    equal(len({answer.body for answer in answers}), 1, "different answers")
    equal(count(title), 1)
    equal(len(files_of(title)), 1)
    until("the superfluous files to be gone", lambda: not instance.quarantined() - before)
    other = {**report_value(title), "description": "Something else."}
    caller.post("/api/v1/requests", other, headers={"Idempotency-Key": key}).problem(409, "idempotency_conflict")


@test("of many changes of one version at once exactly one wins")
def one_wins():
    receipt = Client.direct().report(unique())
    staff = Client().take_token("agent")
    path = f"/api/v1/requests/{receipt['reference']}"
    version = {"If-Match": f'"{receipt["version"]}"'}

    def change(number):
        value = {"status": "on_hold", "reason": f"Waiting for number {number}."}
        return staff.post(path + "/status", value, headers=version)

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(change, range(16)))
    equal(sorted(answer.status for answer in answers), [200] + [412] * 15)
    seen = staff.get(path).expect(200).json()
    equal((seen["status"], seen["version"]), ("on_hold", receipt["version"] + 1))
    changes = [entry for entry in staff.get(path + "/history").json()["items"] if entry["kind"] == "status"]
    equal(len(changes), 1, "rows in the history")


@test("a server told to stop finishes every call in hand, takes no new one, and ends by itself", seconds=90)
def graceful():
    body, kind = form([("request", None, json.dumps(report_value("Stopping")).encode()), ("files", "a.jpg", jpeg(1600, 1200))])
    fields = [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    before = instance.quarantined()
    with ExtraServer() as server:
        wires = [Wire(server.port) for _ in range(8)]
        for wire in wires:
            wire.send(head("POST /api/v1/requests", *fields), body[: len(body) // 2])
        until("the uploads to be under way", lambda: len(instance.quarantined() - before) >= 8)
        lists = [Wire(server.port) for _ in range(4)]
        for wire in lists:
            wire.send(head("GET /api/v1/requests?limit=200"))
        until("the lists to be answered", lambda: all(readable(wire) for wire in lists))
        server.process.send_signal(signal.SIGTERM)
        until("the server to say so", lambda: server.says("draining"))
        for wire in wires:
            wire.send(body[len(body) // 2:])
        for wire in wires:
            answer = wire.answer()
            assert answer.startswith(b"HTTP/1.1 201"), answer[:200]
            json.loads(answer.split(b"\r\n\r\n", 1)[1])
        for wire in lists:
            assert len(json.loads(wire.answer().split(b"\r\n\r\n", 1)[1])["items"]) == 200
        equal(server.process.wait(timeout=30), 0, "exit status")
        try:
            Wire(server.port).socket.close()
            raise AssertionError("the port is still open")
        except ConnectionRefusedError:
            pass


def readable(wire):
    return bool(select.select([wire.socket], [], [], 0)[0])


@test("while the server is restarted by its supervisor, callers through Caddy notice nothing", seconds=90)
def restart_behind_caddy():
    stop, statuses = threading.Event(), []

    def ask():
        while not stop.is_set():
            statuses.append(Client().get("/api/v1/categories").status)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        before = instance.kill("server", signal.SIGTERM)
        instance.restarted("server", before)
        until("the new server to answer", lambda: Client.direct().get("/healthz").status == 200 if listening() else False)
        answered = len(statuses)
        until("more answers", lambda: len(statuses) > answered + 20)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    equal(set(statuses), {200})


def listening():
    try:
        Wire(instance.app_port).socket.close()
        return True
    except ConnectionRefusedError:
        return False


@test("a full disk refuses files with 507 and nothing else; with room again they are taken", seconds=90)
def disk_full():
    if os.geteuid() != 0:
        raise Skipped("only root may mount the small file system that is to be filled")
    folder = instance.data / "small"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m,mode=777", "tmpfs", folder], check=False)
    if mounted.returncode != 0:
        folder.rmdir()
        raise Skipped("this machine does not let its root mount a file system")
    instance.mounts.append(str(folder))
    try:
        with ExtraServer(LAMPPOST_UPLOADS=str(folder)) as server:
            filling(server, folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
        instance.mounts.remove(str(folder))
        folder.rmdir()


def filling(server, folder):
    filler, quarantine = folder / "filler", folder / "quarantine"
    photo, title = jpeg(*LARGE), unique()
    filler.write_bytes(bytes(8 << 20))
    body, kind = form([("request", None, json.dumps(report_value(title)).encode()), ("files", "a.jpg", photo)])
    headers = {"Content-Type": kind, "Idempotency-Key": title}
    caller = server.client()
    # Begins with room, and runs out of it.
    answer = caller.call("POST", "/api/v1/requests", body=body, headers=headers).problem(507, "no_room")
    assert int(answer.headers["Retry-After"]) > 0
    equal(os.listdir(quarantine), [])
    filler.write_bytes(bytes((12 << 20) - 65536))
    # Has no room from the beginning.
    caller.call("POST", "/api/v1/requests", body=body, headers=headers).problem(507, "no_room")
    equal((os.listdir(quarantine), count(title)), ([], 0))
    caller.report(unique())
    caller.get("/api/v1/requests").expect(200)
    filler.unlink()
    caller.call("POST", "/api/v1/requests", body=body, headers=headers).expect(201)
    equal(count(title), 1)
    # The instance's worker looks for the file elsewhere, in vain: a file that is lost ends failed. It would try for a
    # minute; the test does not wait for it.
    def lost():
        instance.sql("UPDATE jobs SET run_at = now() WHERE run_at > now(); NOTIFY jobs")
        return files_of(title)[0][1] == "failed"

    until("the lost file to be given up", lost)
    until("its job to be gone", lambda: instance.sql("SELECT 1 FROM jobs WHERE kind = 'scan_attachment'") == [])
