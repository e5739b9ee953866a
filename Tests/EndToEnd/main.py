"""Proves the product over real sockets. The front door opens the instance for all others and, at the end, closes it."""

import suite
from instance import instance

suite.main([
    "front_door", "story", "mail", "boston", "bad_input", "hostile_files", "faults_of_processes", "faults_of_services", "closing",
], instance)
