"""A second `lamppost serve` over the same database, ours to kill, to starve and to stop."""

import os
import pathlib
import pwd
import signal
import subprocess
import urllib.request

from client import Client
from instance import free_port, instance
from suite import until


class ExtraServer:
    def __init__(self, **variables):
        self.port = free_port()
        self.variables = {
            **instance.variables, "LAMPPOST_LISTEN": f"127.0.0.1:{self.port}", "LAMPPOST_REPORTS_PER_MINUTE": "0", **variables}
        self.log = instance.data / f"extra-{self.port}.log"
        self.process = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.unlink(missing_ok=True)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*as_service(), "lamppost", "serve"], env=self.variables, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until("the extra server to answer", self.answers)

    def answers(self):
        assert self.process.poll() is None, self.log.read_text()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def says(self, word):
        return word in self.log.read_text()

    def client(self, **options):
        return Client.direct(self.port, **options)


def as_service():
    """As the account that the instance runs under, so that both can read each other's files."""
    if os.geteuid() != 0:
        return []
    account = pwd.getpwuid(pathlib.Path(instance.uploads).stat().st_uid).pw_name
    return ["setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups", "--"]
