"""A second township out of real open data: 58,251 requests of Boston, imported and asked for by its host name."""

import csv
import functools
import gzip
import json
import math
import os
import pathlib
import re

from client import Client
from instance import CHECKOUT, instance
from suite import Skipped, equal, test

HOST = "boston.localhost"
UNKNOWN = (42.3594, -71.0587)
WHOLE = "-71.5,42,-70.5,42.7"
boston = Client(host=HOST)
# What the first import said.
figures = {}


def folder():
    path = pathlib.Path(os.environ.get("LAMPPOST_BOSTON") or "/nonexistent")
    if not path.is_dir():
        raise Skipped("LAMPPOST_BOSTON names no folder of Boston's data")
    return path


@functools.cache
def rows():
    with gzip.open(folder() / "requests_2011H2.csv.gz", "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def point(row):
    """Latitude and longitude; None where the source says "unknown" by one default point."""
    if not row["latitude"] or not row["longitude"]:
        return None
    place = (float(row["latitude"]), float(row["longitude"]))
    return None if place == UNKNOWN else place


def located():
    return [row for row in rows() if point(row)]


def imported(*arguments):
    path = str(folder() / "requests_2011H2.csv.gz")
    said = instance.lamppost(
        "import", "requests", path, "--map", str(CHECKOUT / "docs/examples/boston-mapping.json"), "--tenant", "boston",
        *arguments)
    return {
        "rows": int(re.search(r"(\d+) rows read", said)[1]), "added": int(re.search(r"(\d+) requests added", said)[1]),
        "present": int(re.search(r"(\d+) were there", said)[1]), "errors": int(re.search(r"(\d+) have errors", said)[1]),
    }


@test("a township is made and filled from open data by three commands", seconds=300)
def fill():
    path = folder()
    instance.lamppost(
        "tenant", "create", "boston", "--name", "Boston", "--host", HOST, "--time-zone", "America/New_York")
    instance.lamppost("import", "areas", str(path / "wards.geojson.gz"), "--layer", "wards", "--tenant", "boston")
    figures.update(imported())
    equal(figures["rows"], len(rows()))
    equal(figures["errors"], 0)
    equal(figures["added"], len({row["case_enquiry_id"] for row in rows()}))


@test("importing the same file again adds nothing", seconds=300)
def again():
    folder()
    second = imported()
    equal(second, {**figures, "added": 0, "present": figures["rows"] - figures["errors"]})
    equal(instance.sql(
        "SELECT count(*) FROM requests r JOIN tenants t ON t.id = r.tenant_id WHERE t.slug = 'boston'"),
        [[str(figures["added"])]])


@test("the map of Boston counts every request that has a place, at every zoom, and each status apart")
def counts():
    expected = len(located())
    for zoom in (0, 5, 8, 11, 13):
        equal(map_count(zoom=zoom), expected, f"zoom {zoom}")
    states = {"submitted": "Open", "closed": "Closed"}
    for status, word in states.items():
        equal(map_count(zoom=11, status=status), sum(row["case_status"] == word for row in located()), status)


def map_count(**query):
    view = boston.get("/api/v1/map", bbox=query.pop("bbox", WHOLE), **query).expect(200).json()
    assert not view["truncated"], query
    for feature in view["features"]:
        if feature["properties"].get("cluster"):
            equal(sum(feature["properties"]["by_status"].values()), feature["properties"]["count"])
    return sum(feature["properties"].get("count", 1) for feature in view["features"])


@test("in a small box of Boston the map shows exactly the pins that the list lists")
def small_box():
    folder()
    box = "-71.0720,42.3480,-71.0705,42.3490"
    listed = {item["reference"] for item in boston.pages(bbox=box)}
    west, south, east, north = map(float, box.split(","))
    equal(len(listed), sum(south <= point(row)[0] <= north and west <= point(row)[1] <= east for row in located()))
    for zoom in (15, 18):
        pins = boston.get("/api/v1/map", bbox=box, zoom=zoom).expect(200).json()["features"]
        equal({pin["properties"].get("reference") for pin in pins}, listed, f"zoom {zoom}")


@test("a ward of Boston holds what lies within its border")
def ward():
    features = json.loads(gzip.open(folder() / "wards.geojson.gz").read())["features"]
    shape = next(feature["geometry"] for feature in features if feature["properties"]["name"] == "Ward 17")
    polygons = shape["coordinates"] if shape["type"] == "MultiPolygon" else [shape["coordinates"]]
    bounds = box(polygons)
    expected = sum(within(point(row), polygons, bounds) for row in located())
    found = boston.pages(area="wards:ward-17")
    assert expected > 1000, expected
    # Coordinates of four decimals may lie on the very border.
    assert abs(len(found) - expected) <= expected // 500, (len(found), expected)
    agreeing = instance.sql(
        """SELECT count(*) FROM request_areas ra JOIN areas a USING (tenant_id)
             JOIN requests r ON r.tenant_id = ra.tenant_id AND r.id = ra.request_id
            WHERE a.id = ra.area_id AND a.layer = 'wards'
              AND ltrim(r.attributes->>'ward', 'Ward 0') = ltrim(a.name, 'Ward 0')""")
    # What the township wrote down itself, where its rounding put the point across the street.
    assert int(agreeing[0][0]) > 0.95 * len(located()), (agreeing, len(located()))


def box(polygons):
    corners = [corner for polygon in polygons for corner in polygon[0]]
    longitudes, latitudes = [corner[0] for corner in corners], [corner[1] for corner in corners]
    return min(longitudes), min(latitudes), max(longitudes), max(latitudes)


def within(place, polygons, bounds):
    """By counting the edges east of the point."""
    latitude, longitude = place
    west, south, east, north = bounds
    if not (west <= longitude <= east and south <= latitude <= north):
        return False

    def odd(ring):
        crossings = 0
        for (x1, y1, *_), (x2, y2, *_) in zip(ring, ring[1:]):
            if (y1 > latitude) != (y2 > latitude) and longitude < x1 + (latitude - y1) * (x2 - x1) / (y2 - y1):
                crossings += 1
        return crossings % 2 == 1

    return any(sum(odd(ring) for ring in polygon) % 2 == 1 for polygon in polygons)


@test("a radius in Boston is measured in metres on the ground")
def radius():
    center, metres = (42.3601, -71.0589), 300

    def distance(place):
        north = math.radians(place[0] - center[0]) * 6_371_000
        east = math.radians(place[1] - center[1]) * 6_371_000 * math.cos(math.radians(center[0]))
        return math.hypot(north, east)

    far = [distance(point(row)) for row in located()]
    found = boston.pages(near=f"{center[0]},{center[1]}", radius=metres)
    # The Earth is no sphere: half a percent is left open.
    assert sum(d <= metres * 0.995 for d in far) <= len(found) <= sum(d <= metres * 1.005 for d in far), len(found)
    distances = [item["distance"] for item in found]
    equal(distances, sorted(distances))


@test("the word pothole finds Boston's potholes, misspelt too, and only with Boston's host name")
def words():
    expected = sum(bool(re.search(r"\bpotholes?\b", row["case_title"], re.I)) for row in rows())
    assert expected > 500, expected
    equal(len(boston.pages(q="pothole")), expected)
    found = boston.get("/api/v1/requests", q="potole").expect(200).json()["items"]
    titles = {item["title"] for item in found}
    assert any("othole" in title for title in titles), titles
    own = Client().pages(q="pothole")
    assert not {item["reference"] for item in own} & {item["reference"] for item in boston.pages(q="pothole")}
    Client(host="nowhere.example").get("/api/v1/requests").problem(404, "not_found")


@test("who belongs to the demo township is nobody in Boston")
def strangers():
    folder()
    caller = Client().take_token("operator")
    caller.host = HOST
    caller.get("/api/v1/me").problem(401, "unauthenticated")
    browser = Client()
    browser.sign_in("administrator")
    browser.host = HOST
    browser.get("/api/v1/me").problem(401, "unauthenticated")
