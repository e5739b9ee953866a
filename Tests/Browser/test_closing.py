"""Closes the instance."""

from instance import instance
from suite import equal, test


@test("nothing is left running", always=True)
def closing():
    result = instance.deploy("stop")
    equal(result.returncode, 0, result.stderr)
    equal(instance.processes(), [])
