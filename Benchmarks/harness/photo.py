"""How long a photo takes from its 202 to `clean`, and how fast an import is."""

import os
import statistics
import time
import uuid
from pathlib import Path

from .services import Failure, run

EICAR = "44d88612fea8a8f36de82e1278abb02f:68:Eicar-Test-Signature\n"
REPORT = {"title": "A photo of a pothole", "description": "", "category": "category-7", "anonymous": True,
          "location": {"latitude": 42.3, "longitude": -71.1}}


def make_photo(path):
    """A JPEG of 12 megapixels and about 2 MB: a gradient and some noise, as a telephone's camera makes."""
    folder = path.parent
    run(["vips", "gaussnoise", folder / "noise.v", "4000", "3000", "--mean", "0", "--sigma", "9"], "vips")
    run(["vips", "xyz", folder / "xyz.v", "4000", "3000"], "vips")
    run(["vips", "extract_band", folder / "xyz.v", folder / "x.v", "0"], "vips")
    run(["vips", "linear", folder / "x.v", folder / "gradient.v", "0.05", "20"], "vips")
    run(["vips", "add", folder / "gradient.v", folder / "noise.v", folder / "grey.v"], "vips")
    run(["vips", "cast", folder / "grey.v", folder / "bytes.v", "uchar"], "vips")
    run(["vips", "bandjoin", f"{folder}/bytes.v {folder}/bytes.v {folder}/bytes.v", folder / "rgb.v"], "vips")
    run(["vips", "copy", folder / "rgb.v", folder / "srgb.v", "--interpretation", "srgb"], "vips")
    for quality in range(95, 30, -3):
        run(["vips", "jpegsave", folder / "srgb.v", path, "--Q", str(quality)], "vips")
        if path.stat().st_size <= 2_200_000:
            break
    for scratch in folder.glob("*.v"):
        scratch.unlink()
    return path


def multipart(path):
    boundary = uuid.uuid4().hex
    head = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="photo.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n")
    body = head.encode() + path.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def measure(lamppost, folder, times):
    """Milliseconds from the 202 to `clean`: median and worst. The worker runs for this alone."""
    folder.mkdir(exist_ok=True)
    signatures = folder / "signatures"
    signatures.mkdir(exist_ok=True)
    (signatures / "lamppost-local.hdb").write_text(EICAR)
    body, kind = multipart(make_photo(folder / "photo.jpg"))
    worker = lamppost.work(signatures)
    try:
        found = [one(lamppost, body, kind) for _ in range(times + 1)][1:]
    finally:
        lamppost.processes.stop(worker)
    return {"median_ms": statistics.median(found), "worst_ms": max(found), "photo_bytes": len(body)}


def one(lamppost, body, kind):
    report = lamppost.call("POST", "/api/v1/requests", REPORT)
    headers = {"Tracking-Code": report["tracking_code"]}
    path = f"/api/v1/requests/{report['reference']}/attachments"
    sent = lamppost.call("POST", path, body, headers | {"Content-Type": kind})
    accepted = time.monotonic()
    while time.monotonic() < accepted + 60:
        state = lamppost.call("GET", f"/api/v1/attachments/{sent['id']}", headers=headers)["state"]
        if state == "clean":
            return (time.monotonic() - accepted) * 1000
        if state in ("failed", "infected"):
            raise Failure(f"the photo ended {state}: see the worker's log")
        time.sleep(0.005)
    raise Failure("the photo was not clean within a minute")


def boston(checkout):
    """The folder of Boston's open data, or None."""
    folder = Path(os.environ.get("LAMPPOST_BOSTON") or checkout.parent / "shared" / "data" / "boston")
    return folder if folder.is_dir() else None


def measure_import(folder, checkout, postgresql, lamppost):
    """Rows a second into a township of its own."""
    database = {name: lamppost.environment[name].removesuffix("lamppost") + "boston" for name in
                ("DATABASE_ADMIN_URL", "DATABASE_URL", "DATABASE_WORKER_URL")}
    postgresql.query("DROP DATABASE IF EXISTS boston", database="postgres")
    postgresql.query("CREATE DATABASE boston", database="postgres")
    try:
        lamppost.command("migrate", **database)
        lamppost.command("tenant", "create", "boston", "--name", "Boston", "--time-zone", "America/New_York", **database)
        file = next(iter(sorted(folder.glob("requests_*.csv.gz"))))
        start = time.monotonic()
        lamppost.command("import", "requests", str(file), "--map", str(checkout / "docs/examples/boston-mapping.json"),
                         "--tenant", "boston", **database)
        seconds = time.monotonic() - start
        rows = int(postgresql.query("SELECT count(*) FROM requests", database="boston")[0][0])
    finally:
        postgresql.query("DROP DATABASE IF EXISTS boston WITH (FORCE)", database="postgres")
    return {"rows": rows, "seconds": seconds, "rate": rows / seconds}
