"""Maps of another server's raster tiles: what it draws, and what it learns."""

import contextlib
import http.server
import re
import threading

from browser import DESKTOP, person, picture, sign_in
from client import Client
from extra_server import ExtraServer
from instance import free_port
from playwright.sync_api import expect
from samples import png
from suite import equal, test, until

ATTRIBUTION = "© <Mappers> & friends"


class TileServer:
    """Answers /z/x/y.png and keeps what it was asked. Its name is not ours, so that no cookie of ours is its too."""

    def __init__(self):
        self.port, self.asked, tile = free_port(), [], png(256, 256)
        asked = self.asked

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append((self.path, dict(self.headers)))
                self.send_response(200)
                self.send_header("Content-Type", "image/png")
                self.send_header("Content-Length", str(len(tile)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(tile)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Answer)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def drawn(page, tiles, map):
    """The tiles stand on the map, with whose they are; the server learned which, and nothing else."""
    expect(map).to_be_visible()
    loaded = map.locator("img.leaflet-tile-loaded")
    until("tiles on the map", lambda: loaded.count() >= 2)
    equal(loaded.first.evaluate("tile => tile.naturalWidth"), 256)
    assert loaded.first.get_attribute("src").startswith(f"http://127.0.0.1:{tiles.port}/")
    attribution = map.locator(".leaflet-control-attribution")
    expect(attribution).to_be_visible()
    expect(attribution).to_have_text(ATTRIBUTION)
    equal(map.locator("canvas.leaflet-tile").count(), 0)
    assert tiles.asked
    for path, headers in tiles.asked:
        assert re.fullmatch(r"/[0-9]+/-?[0-9]+/-?[0-9]+\.png", path), path
        told = {name.lower() for name in headers}
        assert not told & {"referer", "cookie", "origin", "authorization"}, headers
    tiles.asked.clear()


@test("a township's own choice of tiles is drawn on every map; their server learns no address of ours", seconds=120)
def tiles():
    tiles = TileServer()
    template = f"http://127.0.0.1:{tiles.port}/{{z}}/{{x}}/{{y}}.png"
    try:
        with ExtraServer(MAP_TILE_URL=template, MAP_ATTRIBUTION=ATTRIBUTION) as server:
            look_around(f"http://localhost:{server.port}", tiles)
    finally:
        tiles.close()


def look_around(base, tiles):
    receipt = Client().report("A lamp on somebody else's map")
    reference, code = receipt["reference"], receipt["tracking_code"]
    with person(DESKTOP) as page:
        page.goto(base + "/map?q=lamp")
        drawn(page, tiles, page.get_by_role("region", name="Map of reports"))
        expect(page.locator(".leaflet-marker-icon").first).to_be_visible()
        picture(page, "tiles-map")
        page.goto(base + "/report")
        page.get_by_role("button", name="Choose on a map").click()
        drawn(page, tiles, page.get_by_role("region", name="Map to choose the place on"))
        picture(page, "tiles-report")
        page.goto(base + f"/requests/{reference}")
        drawn(page, tiles, page.get_by_role("region", name="Map of the place"))
        # Whoever holds a tracking code is shown no map rather than that another server should see them come.
        for path in (f"/track/{code}", f"/track/{code}?sent=1", "/me", "/"):
            page.goto(base + path)
            page.wait_for_load_state("networkidle")
            equal(page.locator(".leaflet-container").count(), 0, path)
        equal(tiles.asked, [])
        sign_in(page, "agent", base)
        page.goto(base + "/staff")
        drawn(page, tiles, page.locator(".leaflet-container"))
        page.goto(base + f"/staff/requests/{reference}")
        drawn(page, tiles, page.locator(".leaflet-container"))
