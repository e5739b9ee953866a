"""Prints the operations that no call got a good answer from: whatever was asked of them tested nothing but refusals."""

import re
import sys

import requests

base = sys.argv[1]
line = re.compile(r'lamppost_http_requests_total\{method="(\w+)",route="(.*)",status="[23]\d\d"\}')
reached = {match.groups() for match in line.finditer(requests.get(f"{base}/metrics").text)}
paths = requests.get(f"{base}/api/v1/openapi.json").json()["paths"]
# A stream of events has no end that a test could wait for.
described = {
    (method.upper(), path) for path, methods in paths.items() for method in methods if not path.endswith("/stream")
}
# What reads the figures is not yet among them.
print(", ".join(" ".join(call) for call in sorted(described - reached - {("GET", "/metrics")})))
