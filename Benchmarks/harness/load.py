"""Loads: wrk against an HTTP server, pgbench against PostgreSQL. Both give calls a second."""

import json
import os
import re
import subprocess

from .services import Failure

THREADS, CONNECTIONS = 2, 32
CLIENTS, JOBS = 8, 2


def wrk(checkout, url, prefix, kind, seconds):
    command = ["wrk", f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=20s", "-s", "Benchmarks/load.lua", url, "--", kind]
    done = subprocess.run(command, capture_output=True, text=True, cwd=checkout, env=os.environ | {"PREFIX": prefix})
    line = next((line for line in done.stdout.splitlines() if line.startswith("{")), None)
    if done.returncode != 0 or line is None:
        raise Failure(f"wrk failed: {(done.stderr or done.stdout).strip()[-1000:]}")
    result = json.loads(line)
    if result["failed"] or result["rate"] == 0:
        raise Failure(f"{result['failed']} calls of {kind} at {url}{prefix} failed")
    return result


def pgbench(postgresql, role, script, constants, seconds, folder, name):
    path = folder / f"{name}.pgbench"
    path.write_text(script)
    command = ["/usr/lib/postgresql/15/bin/pgbench", "--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}",
               f"--jobs={JOBS}", f"--time={seconds}", f"--file={path}"]
    command += [f"--define={variable}={value}" for variable, value in constants.items()]
    done = subprocess.run([*command, postgresql.url(role)], capture_output=True, text=True)
    rate = re.search(r"tps = ([0-9.]+)", done.stdout)
    failed = re.search(r"number of failed transactions: ([0-9]+)", done.stdout)
    if done.returncode != 0 or rate is None or failed and failed.group(1) != "0":
        raise Failure(f"pgbench failed: {(done.stderr or done.stdout).strip()[-1000:]}")
    return {"rate": float(rate.group(1))}
