"""A request's page: how many a second beside the same requests in JSON, and the server's own time for one."""

import re
import statistics
import urllib.request

from . import load, rates

ROUTE = "/requests/{reference}"


def measure(checkout, postgresql, lamppost, seconds, rounds, say):
    """Rates under load, both in turns; the time by calls one after another, so that none waits for another."""
    found = {"page": [], "json": []}
    for round in range(rounds + 1):
        # The first fills caches and prepares statements; it does not count.
        length = seconds if round else max(2, seconds // 3)
        results = {"page": load.wrk(checkout, lamppost.url, "", "reference", length),
                   "json": load.wrk(checkout, lamppost.url, rates.API, "reference", length)}
        if round:
            for name, result in results.items():
                found[name].append(result)
            say("  a request's page: " + ", ".join(f"{n} {r['rate']:,.0f}/s" for n, r in results.items()))
    return {name: rates.median(results) for name, results in found.items()} | {"ms": time(postgresql, lamppost)}


def time(postgresql, lamppost, calls=300, turns=5):
    """Milliseconds from request to response, the database's part included: the median of the turns' means."""
    references = [row[0] for row in postgresql.query(
        f"SELECT reference FROM requests WHERE visibility = 'public' ORDER BY md5(reference) LIMIT {calls}")]
    means = []
    for _ in range(turns + 1):
        before = spent(lamppost)
        for reference in references:
            fetch(lamppost, f"/requests/{reference}")
        after = spent(lamppost)
        means.append((after[1] - before[1]) / (after[0] - before[0]) * 1000)
    return statistics.median(means[1:])


def spent(lamppost):
    """Calls of the page that were answered, and the seconds they took, as /metrics counts them."""
    text = fetch(lamppost, "/metrics")
    return [sum(float(value) for value in re.findall(
        rf'^{name}{{method="GET",route="{re.escape(ROUTE)}",status="200"}} (\S+)$', text, re.MULTILINE))
        for name in ("lamppost_http_requests_total", "lamppost_http_request_seconds_total")]


def fetch(lamppost, path):
    with urllib.request.urlopen(lamppost.url + path, timeout=30) as response:
        return response.read().decode()
