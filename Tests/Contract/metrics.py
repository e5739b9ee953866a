"""What the server counted: each route with the statuses that it answered."""

import re
import sys

import requests

base = sys.argv[1]
LINE = re.compile(r'lamppost_http_requests_total\{method="(\w+)",route="(.*)",status="(\d+)"\}')


def answers():
    return [match.groups() for match in LINE.finditer(requests.get(f"{base}/metrics").text)]
