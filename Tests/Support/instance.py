"""One instance of the product, started and stopped by ./deploy.sh like anybody's, in a folder and on ports of its own."""

import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

from suite import until

# The suite that this instance is for, e.g. `endtoend`: a folder and a port range of its own.
NAME = pathlib.Path(sys.argv[0]).resolve().parent.name.lower()
CHECKOUT = pathlib.Path(__file__).resolve().parents[2]


def free_port():
    """A port nobody listens on, below the range from which the kernel takes ports for outgoing connections."""
    while True:
        port = random.randrange(20000, 30000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


class Instance:
    def __init__(self):
        self.own_scratch = "TEST_SCRATCH" not in os.environ
        scratch = os.environ.get("TEST_SCRATCH") or tempfile.mkdtemp(prefix=f"lamppost-{NAME}.", dir="/var/tmp")
        self.scratch = pathlib.Path(scratch)
        self.scratch.chmod(0o711)
        self.data = self.scratch / NAME
        self.http_port = free_port()
        self.https_port = free_port()
        self.variables = {}
        self.mounts = []

    # What a person does with it

    def deploy(self, *arguments, seconds=300, **variables):
        """Runs ./deploy.sh and returns the finished process, its output as text."""
        environment = dict(os.environ)
        for name in [name for name in environment if name.startswith(("LAMPPOST_", "DATABASE_", "REDIS_"))]:
            del environment[name]
        environment.update(
            LAMPPOST_DATA=str(self.data), LAMPPOST_PORT=str(self.http_port), LAMPPOST_HTTPS_PORT=str(self.https_port),
            LAMPPOST_FRESHCLAM="off", **variables)
        # The executables of the other tests, where there are: a release build would take minutes.
        if "TEST_BIN" in os.environ:
            environment["LAMPPOST_BIN"] = os.environ["TEST_BIN"]
        return subprocess.run(
            [str(CHECKOUT / "deploy.sh"), *arguments], env=environment, cwd="/", stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds)

    def start(self):
        result = self.deploy("local", "--detach", seconds=1200)
        assert result.returncode == 0, result.stdout + result.stderr
        self.read_environment()
        return result

    def read_environment(self):
        """As a shell understands what ./deploy.sh env prints."""
        result = self.deploy("env")
        assert result.returncode == 0, result.stderr
        shell = subprocess.run(
            ["env", "-i", "bash", "-c", 'eval "$1"; env -0', "bash", result.stdout], stdout=subprocess.PIPE, check=True)
        pairs = (entry.split("=", 1) for entry in shell.stdout.decode().split("\0") if entry)
        self.variables = dict(pairs)

    def remove(self):
        """Stops everything, whatever became of it, and leaves no folder."""
        if (self.data / "run").exists():
            self.resume()
            self.deploy("stop")
        for mount in self.mounts:
            subprocess.run(["umount", mount], check=False)
        shutil.rmtree(self.data, ignore_errors=True)
        if self.own_scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)

    # Its parts

    @property
    def app_port(self):
        return int(self.variables["LAMPPOST_LISTEN"].rsplit(":", 1)[1])

    @property
    def uploads(self):
        return pathlib.Path(self.variables["LAMPPOST_UPLOADS"])

    def quarantined(self):
        return set(os.listdir(self.uploads / "quarantine"))

    def process(self, part):
        """The process of a part; None while it is about to start again."""
        try:
            return int((self.data / "run" / f"{part}.pid").read_text())
        except (FileNotFoundError, ValueError):
            return None

    def kill(self, part, number=signal.SIGKILL):
        process = self.process(part)
        os.kill(process, number)
        return process

    def suspend(self):
        """The supervisor looks away: what dies stays dead until `resume`."""
        os.kill(self.process("supervisor"), signal.SIGSTOP)

    def resume(self):
        supervisor = self.process("supervisor")
        if supervisor:
            try:
                os.kill(supervisor, signal.SIGCONT)
            except ProcessLookupError:
                pass

    def stop_part(self, part, number=signal.SIGTERM):
        """Ends a part, which stays away until `resume`."""
        self.suspend()
        process = self.kill(part, number)
        until(f"{part} to end", lambda: is_over(process))

    def restarted(self, part, before):
        """Waits until a part runs again as another process."""
        return until(f"{part} to start again", lambda: self.process(part) not in (None, before) and self.process(part))

    def processes(self):
        """Everything that belongs to it: its processes hold the lock of the data folder as descriptor 8."""
        lock = self.data / "run" / "alive"
        found = []
        for descriptor in pathlib.Path("/proc").glob("[0-9]*/fd/8"):
            try:
                if os.path.samestat(os.stat(descriptor), os.stat(lock)):
                    found.append(int(descriptor.parts[2]))
            except OSError:
                pass
        return found

    # Its data

    def sql(self, statement):
        """Asks the database as its owner; rows of texts."""
        result = subprocess.run(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t",
             "--set=ON_ERROR_STOP=1", "--dbname", self.variables["DATABASE_ADMIN_URL"], "--command", statement],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        assert result.returncode == 0, result.stderr
        return [line.split("\t") for line in result.stdout.splitlines()]

    def lamppost(self, *arguments, seconds=300):
        """Runs a command of the program with the settings of the instance."""
        result = subprocess.run(
            ["lamppost", *arguments], env=self.variables, cwd=CHECKOUT, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds, check=False)
        assert result.returncode == 0, f"lamppost {' '.join(arguments)}: {result.stdout}{result.stderr}"
        return result.stdout


def is_over(process):
    """Whether a process has ended, be it that nobody has asked for its status yet."""
    try:
        return pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


instance = Instance()
