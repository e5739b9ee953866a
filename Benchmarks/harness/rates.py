"""Calls a second: Lamppost, pgbench with the same SQL, and the peer, in turns within one run."""

import os
import statistics
import subprocess
import sys
import time

from . import load, recording
from .lamppost import digest
from .services import answers, free_port, run, wait_for

API = "/api/v1"
KINDS = {"reference": "one request by reference", "near500": "nearest 20 within 500 m",
         "near5": "nearest 20 within 5 m", "report": "report without files"}


class Peer:
    """The FastAPI server with two worker processes, in a Python environment of its own."""

    def __init__(self, root, checkout, postgresql, processes):
        requirements = checkout / "Benchmarks" / "requirements.txt"
        self.folder = checkout / "Benchmarks" / "peer"
        self.environment_folder = root / f"peer-{digest(requirements)}"
        self.requirements = requirements
        self.processes = processes
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = postgresql.url("bench_peer").replace("postgresql:", "postgresql+asyncpg:")

    def start(self):
        ready = self.environment_folder / "installed"
        if not ready.exists():
            run([sys.executable, "-m", "venv", "--clear", self.environment_folder], "making a Python environment")
            run([self.environment_folder / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check",
                 "--requirement", self.requirements], "installing the peer (Benchmarks/requirements.txt)")
            ready.touch()
        command = [self.environment_folder / "bin" / "uvicorn", "app:app", "--port", str(self.port), "--workers", "2",
                   "--no-access-log", "--log-level", "warning"]
        process = self.processes.start(
            "peer", command, os.environ | {"PEER_DATABASE_URL": self.database}, cwd=self.folder)
        wait_for("the peer", lambda: answers(self.port), process)
        return process


def record(postgresql, lamppost):
    """The scripts of pgbench by kind, each with its constants."""
    reference, longitude, latitude = postgresql.query(
        "SELECT reference, ST_X(location::geometry), ST_Y(location::geometry) FROM requests WHERE id = 1000 LIMIT 1")[0]
    place = {"longitude": float(longitude), "latitude": float(latitude)}
    categories = postgresql.query("SELECT min(id), max(id) FROM categories")[0]
    scripts = {}
    with recording.Recorder(postgresql, lamppost) as recorder:
        _, statements = recorder.record("GET", f"{API}/requests/{reference}")
        scripts["reference"] = recording.read_script(
            statements, {"reference": reference}, recording.reference_steps())
        for kind, radius in (("near500", 500), ("near5", 5)):
            _, statements = recorder.record(
                "GET", f"{API}/requests?near={latitude},{longitude}&radius={radius}&limit=20")
            scripts[kind] = recording.read_script(statements, place, recording.CENTER)
        answer, statements = recorder.record("POST", f"{API}/requests", {
            "title": "Pothole near 17 Maple Street", "category": "category-7", "priority": "medium", "anonymous": True,
            "description": "A deep pothole; cars swerve into the other lane to get around it.", "location": place})
    stored = answer["reference"].replace("-", "")
    request, category, code = postgresql.query(
        f"""SELECT r.id, r.category_id, t.digest FROM requests r
              JOIN tracking_codes t ON t.tenant_id = r.tenant_id AND t.request_id = r.id
             WHERE r.reference = '{stored}'""")[0]
    scripts["report"] = recording.report_script(
        statements, place | {"reference": stored, "id": request, "category": category, "digest": code}, categories)
    return scripts


class Rates:
    def __init__(self, checkout, folder, postgresql, lamppost, peer, scripts, seconds, say):
        self.checkout, self.folder, self.postgresql = checkout, folder, postgresql
        self.lamppost, self.peer, self.scripts = lamppost, peer, scripts
        self.seconds, self.say = seconds, say
        self.reports = 0

    def measure(self, kind, rounds):
        """Medians over the rounds, each of which asks all three in turn."""
        found = {"lamppost": [], "pgbench": [], "peer": []}
        for round in range(rounds + 1):
            # The first fills caches and prepares statements; it does not count.
            seconds = self.seconds if round else max(2, self.seconds // 3)
            results = {name: self._one(name, kind, seconds) for name in found}
            if round:
                for name, result in results.items():
                    found[name].append(result)
                self.say(f"  {KINDS[kind]}: " + ", ".join(f"{n} {r['rate']:,.0f}/s" for n, r in results.items()))
        return {name: median(results) for name, results in found.items()}

    def _one(self, name, kind, seconds):
        if name == "lamppost":
            return load.wrk(self.checkout, self.lamppost.url, API, kind, seconds)
        if name == "peer":
            return load.wrk(self.checkout, self.peer.url, "", kind, seconds)
        script, constants = self.scripts[kind]
        if kind == "report":
            # Every run counts on, so that no two write the same reference.
            self.reports += 1
            constants = constants | {"counter": self.reports * 100_000}
        return load.pgbench(self.postgresql, "lamppost_app", script, constants, seconds, self.folder, kind)


def ratio(ours, theirs):
    """The median of the rounds' ratios: what disturbs the machine for a while then falls on both sides of one."""
    return statistics.median(a / b for a, b in zip(ours["rounds"], theirs["rounds"]))


def median(results):
    middle = {key: statistics.median(result[key] for result in results) for key in results[0]}
    rates = [result["rate"] for result in results]
    # How far apart the rounds lay: the machine's noise.
    return middle | {"rounds": rates, "spread": (max(rates) - min(rates)) / middle["rate"]}


def busy_elsewhere(seconds=3):
    """The share of the processors that others use while nothing of ours runs."""
    def times():
        with open("/proc/stat", encoding="ascii") as file:
            numbers = [int(word) for word in file.readline().split()[1:9]]
        return sum(numbers), numbers[3] + numbers[4]
    all_before, idle_before = times()
    time.sleep(seconds)
    all_after, idle_after = times()
    return 1 - (idle_after - idle_before) / max(1, all_after - all_before)


def processor():
    text = subprocess.run(["lscpu"], capture_output=True, text=True).stdout
    return next((line.split(":", 1)[1].strip() for line in text.splitlines() if line.startswith("Model name")), "?")
