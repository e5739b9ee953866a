"""Prints the operations that refused an agent, an id on each line: they are for administrators and operators."""

import requests

from metrics import answers, base

forbidden = {(method, route) for method, route, status in answers() if status == "403"}
paths = requests.get(f"{base}/api/v1/openapi.json").json()["paths"]
for path, methods in paths.items():
    for method, operation in methods.items():
        if (method.upper(), path) in forbidden:
            print(operation["operationId"])
