"""Callers: anonymous, by cookie, by token; through Caddy or straight to the server."""

import http.client
import json
import random
import secrets
import ssl
import urllib.parse

from instance import instance
from suite import equal, until

PASSWORD = "lamppost-demo"


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    def expect(self, status):
        assert self.status == status, f"{self.status} instead of {status}: {self.body[:500]!r}"
        return self

    def problem(self, status, code):
        self.expect(status)
        equal(self.headers["Content-Type"], "application/problem+json")
        equal(self.json()["code"], code, "code")
        return self


class Client:
    """One caller.

    port: where to connect; Caddy's plain port unless said.
    host: the township asked.
    address: the network address to come from, believed by the server itself since it trusts its own machine.
    """

    def __init__(self, port=None, host="localhost", address=None, tls=False):
        self.port = port or (instance.https_port if tls else instance.http_port)
        self.host, self.address, self.tls = host, address, tls
        self.cookie = self.csrf = self.token = None

    @classmethod
    def direct(cls, port=None, **options):
        """Past Caddy, from an address of its own, so that nobody's limits are used up."""
        address = ".".join(["10", *(str(random.randrange(1, 255)) for _ in range(3))])
        return cls(port or instance.app_port, address=address, **options)

    def connection(self, seconds=30):
        if not self.tls:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        authority = instance.data / "caddy/caddy/pki/authorities/local/root.crt"
        return http.client.HTTPSConnection(
            "localhost", self.port, timeout=seconds, context=ssl.create_default_context(cafile=str(authority)))

    def headers(self, unsafe):
        headers = {"Host": self.host}
        if self.address:
            headers["X-Forwarded-For"] = self.address
        if self.token:
            headers["Authorization"] = "Bearer " + self.token
        if self.cookie:
            headers["Cookie"] = self.cookie
            if unsafe and self.csrf:
                headers["X-CSRF-Token"] = self.csrf
        return headers

    def call(self, method, path, value=None, body=None, headers=None, seconds=30, **query):
        if query:
            path += "?" + urllib.parse.urlencode(query)
        sent = self.headers(method not in ("GET", "HEAD"))
        if value is not None:
            body = json.dumps(value).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        connection = self.connection(seconds)
        try:
            try:
                connection.request(method, path, body=body, headers=sent)
            except (BrokenPipeError, ConnectionResetError):
                # Refused before the end of the body: the answer is there all the same.
                pass
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, value=None, **options):
        return self.call("POST", path, value, **options)

    def sign_in(self, name):
        """By cookie, as a browser does."""
        answer = self.post("/api/v1/session", {"email": f"{name}@demo.test", "password": PASSWORD}).expect(200)
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.csrf = answer.json()["csrf_token"]
        return answer.json()["person"]

    def take_token(self, name):
        form = {"grant_type": "password", "username": f"{name}@demo.test", "password": PASSWORD}
        answer = self.call(
            "POST", "/api/v1/token", body=urllib.parse.urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"}).expect(200).json()
        equal(answer["token_type"], "Bearer")
        self.token = answer["access_token"]
        return self

    def report(self, title="A lamp is out", files=(), key=None, status=201, **fields):
        """Reports something; returns the answer's JSON."""
        value = dict(title=title, description="Since last night.", category=category(), location=PLACE, **fields)
        headers = {"Idempotency-Key": key} if key else {}
        if files:
            body, kind = form([("request", None, json.dumps(value).encode())] + [("files", *file) for file in files])
            answer = self.call(
                "POST", "/api/v1/requests", body=body, headers={"Content-Type": kind, **headers})
        else:
            answer = self.post("/api/v1/requests", value, headers=headers)
        return answer.expect(status).json()

    def pages(self, path="/api/v1/requests", **query):
        """Every item of a list, page by page."""
        items, cursor = [], {}
        while True:
            page = self.get(path, limit=200, **query, **cursor).expect(200).json()
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = {"cursor": page["next_cursor"]}


# In the middle of the demo township.
PLACE = {"latitude": 42.6, "longitude": -72.6}


def category():
    """One that asks no questions and is public."""
    return "litter"


def form(parts):
    """A multipart body of (name, file name or None, bytes), and its content type."""
    boundary = secrets.token_hex(16)
    body = b""
    for name, filename, content in parts:
        disposition = f'form-data; name="{name}"' + (f'; filename="{filename}"' if filename else "")
        body += f"--{boundary}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def judged(caller, code, seconds=60):
    """Waits until every file of the report has been judged; returns them, oldest first."""

    def look():
        files = caller.get(f"/api/v1/track/{code}").expect(200).json()["attachments"]
        return files if all(file["state"] in ("clean", "infected", "failed") for file in files) else None

    return until("the verdict about the files", look, seconds)
