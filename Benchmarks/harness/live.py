"""How long a new report takes from its 201 to the last of many open screens."""

import queue
import statistics
import threading
import time
import urllib.request

from .services import Failure

SCREENS = 10
REPORT = {"title": "Seen at once", "category": "category-7", "anonymous": True,
          "location": {"latitude": 42.3, "longitude": -71.1}}


def listen(url, opened, heard):
    """Tells when the stream is open, then each line of data with the moment at which it came."""
    with urllib.request.urlopen(f"{url}/api/v1/stream", timeout=120) as stream:
        for line in stream:
            if line.startswith(b"event: hello"):
                opened.put(True)
            elif line.startswith(b"data:"):
                heard.put((time.monotonic(), line))


def measure(lamppost, times):
    """Milliseconds until the last screen has heard of it: median and worst."""
    opened, heard = queue.Queue(), [queue.Queue() for _ in range(SCREENS)]
    for screen in heard:
        threading.Thread(target=listen, args=(lamppost.url, opened, screen), daemon=True).start()
    try:
        for _ in heard:
            opened.get(timeout=30)
        found = [one(lamppost, heard) for _ in range(times + 1)][1:]
    except queue.Empty:
        raise Failure("an open screen heard nothing within half a minute") from None
    return {"median_ms": statistics.median(found), "worst_ms": max(found), "screens": SCREENS}


def one(lamppost, heard):
    reference = lamppost.call("POST", "/api/v1/requests", REPORT)["reference"].encode()
    sent = time.monotonic()
    moments = []
    for screen in heard:
        while True:
            moment, line = screen.get(timeout=30)
            if reference in line:
                break
        moments.append(moment)
    return max(0, max(moments) - sent) * 1000
