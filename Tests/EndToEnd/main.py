"""Runs every test, in the order of the files below, against one instance of the product; stops it whatever happens."""

import importlib
import signal
import sys

import suite
from instance import instance

# The front door opens the instance for all others and, at the end, closes it.
FILES = [
    "front_door", "story", "boston", "bad_input", "hostile_files", "faults_of_processes", "faults_of_services", "closing",
]


def stop(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, stop)
    for name in FILES:
        importlib.import_module("test_" + name)
    try:
        suite.run(sys.argv[1:])
    except KeyboardInterrupt:
        print("interrupted")
        suite.failed.append("the suite was interrupted")
    finally:
        instance.remove()
    for name, reason in suite.skipped:
        print(f"skipped: {name}: {reason}")
    for name in suite.failed:
        print(f"failed: {name}")
    print(f"{len(suite.passed)} passed, {len(suite.failed)} failed")
    sys.exit(bool(suite.failed) or not suite.passed)


main()
