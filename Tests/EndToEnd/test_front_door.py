"""The way in: ./deploy.sh as its reader types it, and the demo township as it stands there afterwards."""

import socket

from client import Client, PASSWORD
from instance import instance
from suite import Fatal, equal, test, until

ROLES = ["citizen", "viewer", "agent", "crew", "manager", "administrator", "operator"]


@test("a port in use is said in one sentence, and nothing is started", always=True)
def port_in_use():
    with socket.create_server(("127.0.0.1", instance.http_port)):
        result = instance.deploy("local", "--detach")
    assert result.returncode != 0
    equal(len(result.stderr.strip().splitlines()), 1, result.stderr)
    assert f"port {instance.http_port} is in use" in result.stderr, result.stderr
    assert "LAMPPOST_PORT" in result.stderr, result.stderr
    equal(instance.processes(), [])
    equal(instance.deploy("status").returncode, 3)
    equal(instance.deploy("env").stdout, "")


@test("./deploy.sh local --detach brings everything up", seconds=1200, always=True)
def start():
    try:
        result = instance.start()
    except AssertionError as error:
        raise Fatal(str(error)) from error
    assert f"http://localhost:{instance.http_port}" in result.stdout, result.stdout
    equal(instance.deploy("status").returncode, 0)


@test("./deploy.sh env prints what a shell can take over, and nothing else")
def environment():
    result = instance.deploy("env")
    equal(result.stderr, "")
    assert all(line.startswith("export ") for line in result.stdout.splitlines()), result.stdout
    equal(instance.variables["LAMPPOST_URL"], f"http://localhost:{instance.http_port}")
    equal(instance.variables["LAMPPOST_HTTPS_URL"], f"https://localhost:{instance.https_port}")
    equal(instance.sql("SELECT 1"), [["1"]])
    assert "serve" in instance.lamppost("help")


@test("every part becomes ready, seen over HTTP and over HTTPS with Caddy's own certificate", seconds=120)
def readiness():
    for tls in (False, True):
        client = Client(tls=tls)
        answer = until("/readyz to say ready", lambda: (a := client.get("/readyz")).status == 200 and a, 60)
        equal(answer.json()["status"], "ready")
        equal(set(answer.json()["parts"]), {"postgresql", "redis", "scanner", "queue"})


@test("who monitors from elsewhere needs the token")
def monitoring_token():
    stranger = Client.direct()
    equal(stranger.get("/readyz").status, 404)
    equal(stranger.get("/metrics").status, 404)
    token = {"Authorization": "Bearer " + instance.variables["LAMPPOST_MONITORING_TOKEN"]}
    equal(stranger.get("/readyz", headers=token).status, 200)
    assert b"lamppost_ready 1" in stranger.get("/metrics", headers=token).expect(200).body


@test("the demo township has a year of reports, six wards and the map to show them")
def demo():
    client = Client()
    wards = client.get("/api/v1/areas", layer="wards").expect(200).json()
    equal(len(wards["features"]), 6, "wards")
    reports = client.pages()
    assert len(reports) >= 1500, len(reports)
    equal(len({report["reference"] for report in reports}), len(reports), "references")
    located = sum(report["location"] is not None for report in reports)
    features = client.get("/api/v1/map", bbox="-73,42,-72,43", zoom=10).expect(200).json()["features"]
    equal(sum(feature["properties"].get("count", 1) for feature in features), located, "reports on the map")


@test("all seven roles of the demo township sign in by cookie and by token")
def roles():
    for role in ROLES:
        # Each from an address of its own, straight and through Caddy: the limit on failures counts nothing here.
        browser = Client()
        equal(browser.sign_in(role)["role"], role)
        equal(browser.get("/api/v1/me").expect(200).json()["role"], role)
        program = Client().take_token(role)
        equal(program.get("/api/v1/me").expect(200).json()["email"], f"{role}@demo.test")
    wrong = {"email": "agent@demo.test", "password": PASSWORD + "!"}
    Client().post("/api/v1/session", wrong).problem(401, "invalid_credentials")


@test("a cookie without its CSRF token changes nothing, and signing out ends it")
def csrf():
    browser = Client()
    browser.sign_in("agent")
    right, browser.csrf = browser.csrf, None
    browser.call("DELETE", "/api/v1/session").problem(403, "csrf_token_required")
    browser.csrf = right[::-1]
    browser.call("DELETE", "/api/v1/session").problem(403, "csrf_token_required")
    browser.csrf = right
    browser.call("DELETE", "/api/v1/session").expect(204)
    browser.get("/api/v1/me").problem(401, "unauthenticated")


@test("the same calls work over HTTPS")
def https():
    client = Client(tls=True)
    report = client.report("Seen over HTTPS")
    client.get(f"/api/v1/track/{report['tracking_code']}").expect(200)
    client.sign_in("agent")
    client.post(f"/api/v1/requests/{report['reference']}/opened").expect(200)
