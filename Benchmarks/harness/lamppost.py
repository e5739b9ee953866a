"""Lamppost itself: its build and its processes."""

import hashlib
import json
import os
import secrets
import base64
import urllib.error
import urllib.request
from pathlib import Path

from .services import Failure, answers, free_port, run, wait_for


def build(checkout):
    """The folder of the release executables; LAMPPOST_BIN names one that is built already."""
    run([checkout / "Client" / "build.sh"], "the build of the pages' scripts", cwd=checkout)
    if folder := os.environ.get("LAMPPOST_BIN"):
        return Path(folder)
    flags = ["swift", "build", "-c", "release", "--static-swift-stdlib"]
    for product in ["lamppost", "lamppost-intake"]:
        run([*flags, "--product", product], "the build", cwd=checkout)
    return Path(run([*flags, "--show-bin-path"], "the build", cwd=checkout).strip())


class Lamppost:
    def __init__(self, checkout, programs, postgresql, redis_port, uploads, processes):
        self.program = programs / "lamppost"
        self.processes = processes
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            "PATH": os.environ["PATH"],
            "DATABASE_ADMIN_URL": postgresql.url(),
            "DATABASE_URL": postgresql.url("lamppost_app"),
            "DATABASE_WORKER_URL": postgresql.url("lamppost_worker"),
            "REDIS_URL": f"redis://127.0.0.1:{redis_port}",
            "LAMPPOST_LISTEN": f"127.0.0.1:{self.port}",
            "LAMPPOST_URL": self.url,
            "LAMPPOST_UPLOADS": str(uploads),
            "LAMPPOST_PUBLIC": str(checkout / "Public"),
            "LAMPPOST_SECRET": base64.b64encode(secrets.token_bytes(32)).decode(),
            "LAMPPOST_MIGRATIONS": str(checkout / "Migrations"),
            "LAMPPOST_INTAKE": str(programs / "lamppost-intake"),
            # One address sends everything here: the limit for it is not what is measured.
            "LAMPPOST_REPORTS_PER_MINUTE": "0",
        }

    def command(self, *arguments, **more):
        return run([self.program, *arguments], f"lamppost {arguments[0]}", env=self.environment | more)

    def serve(self):
        process = self.processes.start("serve", [self.program, "serve"], self.environment)
        wait_for("lamppost serve", lambda: answers(self.port), process)
        return process

    def work(self, signatures):
        environment = self.environment | {
            "LAMPPOST_SIGNATURES": str(signatures), "LAMPPOST_ALLOW_LOCAL_SIGNATURES": "1"}
        return self.processes.start("work", [self.program, "work"], environment)

    def call(self, method, path, body=None, headers=None):
        """A JSON call; the answer's object."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body
        request = urllib.request.Request(self.url + path, data, headers or {}, method=method)
        if isinstance(body, dict):
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise Failure(f"{method} {path} was answered by {error.code}: {error.read()[:500]!r}") from None


def digest(*paths):
    """A short name for the contents of files."""
    sum = hashlib.sha256()
    for path in paths:
        sum.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return sum.hexdigest()[:12]


def resident(process):
    """Megabytes a process holds now, and held at most."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    lines = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    return tuple(int(lines[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
