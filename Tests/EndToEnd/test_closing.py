"""The way out, and in again: nothing is lost, nothing is left."""

import os
import signal
import socket
import time

from client import Client, judged
from instance import instance, is_over
from samples import jpeg
from suite import equal, test, until

kept = {}


@test("./deploy.sh local again, while it runs, disturbs nothing")
def local_again():
    caller = Client()
    kept["report"] = caller.report("Made before the restart", [("a.jpg", jpeg())])
    judged(caller, kept["report"]["tracking_code"])
    before = {part: instance.process(part) for part in ("postgresql", "redis", "server", "worker", "caddy")}
    assert all(before.values()), before
    start = time.monotonic()
    instance.start()
    print(f"    (took {time.monotonic() - start:.1f} s)")
    equal({part: instance.process(part) for part in before}, before, "processes")


@test("./deploy.sh stop leaves no process and no open port", seconds=120)
def stop():
    processes = instance.processes()
    assert len(processes) > 8, processes
    ports = [instance.http_port, instance.https_port, instance.app_port]
    equal(instance.deploy("stop").returncode, 0)
    equal(instance.processes(), [])
    equal([process for process in processes if not is_over(process)], [])
    for port in ports:
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", port)) != 0, f"port {port} is open"
    equal(instance.deploy("status").returncode, 3)
    equal(instance.deploy("stop").returncode, 0)


@test("started again it is quick and has lost nothing", seconds=120)
def start_again():
    start = time.monotonic()
    instance.start()
    took = time.monotonic() - start
    print(f"    (took {took:.1f} s)")
    assert took < 60, took
    caller, receipt = Client(), kept["report"]
    seen = caller.get(f"/api/v1/track/{receipt['tracking_code']}").expect(200).json()
    equal([file["state"] for file in seen["attachments"]], ["clean"])
    caller.get(f"/api/v1/attachments/{receipt['attachments'][0]['id']}/content").expect(200)


@test("when the supervisor is killed nothing outlives it, and the next start finds everything", seconds=180)
def supervisor_killed():
    processes = instance.processes()
    instance.kill("supervisor")
    until("the last process to end", lambda: not instance.processes(), 90)
    equal([process for process in processes if not is_over(process)], [])
    equal(instance.deploy("status").returncode, 3)
    instance.start()
    Client().get(f"/api/v1/track/{kept['report']['tracking_code']}").expect(200)


@test("killed all at once, as by a power cut, it starts again and has lost nothing", seconds=180)
def power_cut():
    receipt = Client().report("Made just before the power went")
    processes = instance.processes()
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            pass
    # PostgreSQL takes one that has ended but was not asked for its status yet for one that lives.
    until("the last process to be gone", lambda: not any(os.path.exists(f"/proc/{process}") for process in processes))
    until("nothing to be left", lambda: not instance.processes())
    instance.start()
    Client().get(f"/api/v1/track/{receipt['tracking_code']}").expect(200)
    equal(instance.deploy("stop").returncode, 0)
    equal(instance.processes(), [])
