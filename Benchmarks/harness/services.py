"""The processes of a run: each started here, each stopped at its end, whatever happens."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

POSTGRESQL = Path("/usr/lib/postgresql/15/bin")


class Failure(Exception):
    """Something could not run; the message says what, and what to do."""


# Below the range from which the kernel takes ports for outgoing connections; each is given out once.
ports = iter(range(20000 + os.getpid() % 8000, 32000))


def free_port():
    for port in ports:
        if not answers(port):
            return port
    raise Failure("no free port between 20000 and 32000")


def as_account(name):
    """What subprocess takes to run a command by another account; PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam(name)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def own(path, account):
    path.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(path, account, pwd.getpwnam(account).pw_gid)


def wait_for(what, ready, process=None, seconds=60):
    end = time.monotonic() + seconds
    while not ready():
        if process is not None and process.poll() is not None:
            raise Failure(f"{what} ended with status {process.returncode}")
        if time.monotonic() > end:
            raise Failure(f"{what} did not answer within {seconds} s")
        time.sleep(0.02)


def answers(port):
    with socket.socket() as candidate:
        return candidate.connect_ex(("127.0.0.1", port)) == 0


class Processes:
    """Starts processes and ends them in reverse order."""

    def __init__(self, logs):
        self.logs = logs
        self.running = []
        logs.mkdir(parents=True, exist_ok=True)

    def start(self, name, command, environment=None, stop=signal.SIGTERM, **options):
        log = open(self.logs / f"{name}.log", "wb")
        # Its own group: Ctrl-C reaches this program alone, which then ends them in order.
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env=environment, start_new_session=True, **options)
        self.running.append((process, stop))
        return process

    def stop(self, process):
        for entry in self.running:
            if entry[0] is process:
                self.running.remove(entry)
                self._end(*entry)
                return

    def stop_all(self):
        while self.running:
            self._end(*self.running.pop())

    @staticmethod
    def _end(process, stop):
        if process.poll() is None:
            process.send_signal(stop)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


class PostgreSQL:
    """A private server: durable (fsync on), with memory for the whole data set, on the loopback address."""

    settings = """
        listen_addresses = '127.0.0.1'
        max_connections = 100
        shared_buffers = '2GB'
        effective_cache_size = '4GB'
        work_mem = '16MB'
        maintenance_work_mem = '512MB'
        max_wal_size = '8GB'
        min_wal_size = '1GB'
        checkpoint_timeout = '30min'
        random_page_cost = 1.1
        jit = off
        # Nothing in the background may fall into one measurement and not into the other: VACUUM is run between them.
        autovacuum = off
        timezone = 'UTC'
        logging_collector = on
        log_destination = 'jsonlog'
        log_directory = 'recorded'
        log_filename = 'server'
        log_file_mode = 0644
    """

    def __init__(self, folder, processes):
        self.folder = folder
        self.processes = processes
        self.port = free_port()

    def create(self):
        own(self.folder, "postgres")
        initdb = [POSTGRESQL / "initdb", "--pgdata", self.folder / "cluster", "--username=postgres", "--auth=trust",
                  "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums"]
        run(initdb, "initdb", cwd="/", **as_account("postgres"))
        lines = [line.strip() for line in self.settings.strip().splitlines()]
        configuration = self.folder / "cluster" / "postgresql.conf"
        configuration.write_text("\n".join(lines) + f"\nunix_socket_directories = '{self.folder}'\n")

    def start(self):
        command = [POSTGRESQL / "postgres", "-D", self.folder / "cluster", "-p", str(self.port)]
        process = self.processes.start(
            "postgresql", command, stop=signal.SIGINT, cwd="/", **as_account("postgres"))
        ready = [POSTGRESQL / "pg_isready", "--quiet", "--host=127.0.0.1", f"--port={self.port}"]
        wait_for("PostgreSQL", lambda: subprocess.call(ready) == 0, process, seconds=300)

    def url(self, role="postgres", database="lamppost"):
        """Trust authentication asks for no password, but `lamppost migrate` gives the roles those of their URLs."""
        return f"postgresql://{role}:{role}@127.0.0.1:{self.port}/{database}"

    def query(self, sql, database="lamppost"):
        """The rows of a statement as text, tabs between the columns."""
        command = ["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t",
                   "--set=ON_ERROR_STOP=1", f"--dbname={self.url(database=database)}", "--command", sql]
        text = run(command, "a query of the harness")
        return [line.split("\t") for line in text.splitlines()]


def run(command, what, **options):
    """The output of a command that must succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise Failure(f"{what} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout
