"""PostgreSQL and Redis that go away and come back, in the middle of everything."""

import secrets
import signal
import threading
import time

from client import PLACE, Client, category, judged
from instance import instance, is_over
from samples import jpeg
from suite import equal, test, until


def value(title):
    return {"title": title, "description": "", "category": category(), "location": PLACE}


def ready():
    return Client().get("/readyz", seconds=60).status == 200


@test("without Redis the public reads and reports, tokens work, and only cookies must wait", seconds=120)
def without_redis():
    browser, program = Client(), Client().take_token("agent")
    browser.sign_in("agent")
    reference = browser.report("Before Redis went")["reference"]
    instance.stop_part("redis")
    try:
        stranger = Client.direct()
        for path in ("/api/v1/requests", f"/api/v1/requests/{reference}", "/api/v1/categories"):
            stranger.get(path).expect(200)
        stranger.get("/api/v1/map", bbox="-73,42,-72,43", zoom=10).expect(200)
        receipt = stranger.report("Without Redis", [("a.jpg", jpeg())])
        equal([file["state"] for file in judged(stranger, receipt["tracking_code"])], ["clean"])
        # Whoever shows a cookie is not quietly given the public's list.
        browser.get("/api/v1/requests").problem(503, "unavailable")
        answer = browser.post(f"/api/v1/requests/{reference}/opened").problem(503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        credentials = {"email": "agent@demo.test", "password": "lamppost-demo"}
        Client().post("/api/v1/session", credentials).problem(503, "unavailable")
        Client().take_token("agent")
        program.post(f"/api/v1/requests/{reference}/opened").expect(200)
        state = Client().get("/readyz").expect(503).json()
        equal(state["parts"]["redis"], "down")
        equal(state["parts"]["postgresql"], "ok")
    finally:
        instance.resume()
    until("every part to be ready again", ready)
    # What Redis held is gone: the cookie is nobody's now, and signing in makes it somebody's again.
    browser.post(f"/api/v1/requests/{reference}/opened").problem(401, "unauthenticated")
    browser.sign_in("agent")
    browser.post(f"/api/v1/requests/{reference}/opened").expect(200)


@test("a Redis that hangs holds nobody up for long", seconds=120)
def hanging_redis():
    stranger = Client.direct()
    instance.kill("redis", signal.SIGSTOP)
    try:
        stranger.report("While Redis hangs")
        stranger.get("/api/v1/requests").expect(200)
        browser = Client()
        browser.cookie = "__Host-lamppost=" + secrets.token_urlsafe(32)
        browser.get("/api/v1/requests").problem(503, "unavailable")
    finally:
        instance.kill("redis", signal.SIGCONT)
    until("every part to be ready again", ready)


@test("PostgreSQL dies and comes back while reports pour in: none that was acknowledged is missing", seconds=180)
def postgresql_crashes():
    pids = {part: instance.process(part) for part in ("server", "worker")}
    mark = secrets.token_hex(6)
    stream = Stream(mark)
    with stream:
        until("reports to pour in", lambda: len(stream.taken) > 20)
        # As a power cut would end it: no last words, recovery at the start.
        instance.stop_part("postgresql", signal.SIGQUIT)
        try:
            until("calls to be turned away", lambda: stream.refused.count(503) > 5)
            answer = Client.direct().get("/api/v1/requests").expect(503)
            assert int(answer.headers["Retry-After"]) > 0
            equal(Client.direct().get("/healthz").status, 200)
            equal(Client.direct().get("/readyz").status, 404)
            until("readiness to say so", lambda: Client().get("/readyz", seconds=60).status == 503)
        finally:
            instance.resume()
        taken = len(stream.taken)
        until("reports to pour in again", lambda: len(stream.taken) > taken + 20, 60)
    equal(set(stream.refused) - {503}, set(), "what callers were told meanwhile")
    kept = {title for [title] in instance.sql(f"SELECT title FROM requests WHERE title LIKE '{mark} %'")}
    missing = set(stream.taken) - kept
    assert not missing, f"{len(missing)} of {len(stream.taken)} acknowledged reports are missing"
    equal(len(kept), len(instance.sql(f"SELECT 1 FROM requests WHERE title LIKE '{mark} %'")), "reports made twice")
    equal({part: instance.process(part) for part in pids}, pids, "processes")
    after_the_storm()


def after_the_storm():
    until("every part to be ready again", ready, 60)
    caller = Client.direct()
    receipt = caller.report("After the storm", [("a.jpg", jpeg())])
    equal([file["state"] for file in judged(caller, receipt["tracking_code"])], ["clean"])


@test("PostgreSQL restarted in good order costs callers a moment, and nothing more", seconds=120)
def postgresql_restarts():
    pids = {part: instance.process(part) for part in ("server", "worker")}
    mark = secrets.token_hex(6)
    stream = Stream(mark)
    with stream:
        until("reports to pour in", lambda: len(stream.taken) > 20)
        before = instance.kill("postgresql", signal.SIGINT)
        instance.restarted("postgresql", before)
        taken = len(stream.taken)
        until("reports to pour in again", lambda: len(stream.taken) > taken + 20, 60)
    equal(set(stream.refused) - {503}, set(), "what callers were told meanwhile")
    kept = {title for [title] in instance.sql(f"SELECT title FROM requests WHERE title LIKE '{mark} %'")}
    equal(set(stream.taken) - kept, set(), "acknowledged and missing")
    equal({part: instance.process(part) for part in pids}, pids, "processes")
    after_the_storm()


class Stream:
    """Four callers who report without a pause; each tries a refused report again with its key until it is taken."""

    def __init__(self, mark):
        self.mark = mark
        self.taken, self.refused = [], []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.report, args=(number,)) for number in range(4)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def report(self, number):
        for index in range(1_000_000):
            if self.over.is_set():
                return
            self.insist(f"{self.mark} {number}-{index}")

    def insist(self, title):
        while not self.over.is_set():
            try:
                answer = Client.direct().post("/api/v1/requests", value(title), headers={"Idempotency-Key": title})
            except OSError as error:
                self.refused.append(type(error).__name__)
                continue
            if answer.status == 201:
                self.taken.append(title)
                return
            self.refused.append(answer.status)
            # A caller that is turned away comes back; the pace of the test, not a wait for anything.
            time.sleep(0.02)


@test("a database connection that is cut off costs nobody anything", seconds=60)
def cut_connections():
    for _ in range(5):
        instance.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'lamppost %'")
        answers = [Client.direct().get("/api/v1/requests") for _ in range(3)]
        assert {answer.status for answer in answers} <= {200, 503}, answers
        until("reading to work", lambda: Client.direct().get("/api/v1/requests").status == 200)
        until("reporting to work", lambda: Client.direct().post("/api/v1/requests", value("Cut off")).status == 201)
    assert not is_over(instance.process("server"))


@test("Caddy killed comes back by itself, with the same certificate")
def caddy_killed():
    Client(tls=True).get("/healthz").expect(200)
    authority = instance.data / "caddy/caddy/pki/authorities/local/root.crt"
    before = authority.read_bytes()
    instance.restarted("caddy", instance.kill("caddy"))

    def answers():
        try:
            return Client(tls=True).get("/healthz").status == 200
        except OSError:
            return False

    until("Caddy to answer over HTTPS", answers)
    equal(authority.read_bytes(), before)
