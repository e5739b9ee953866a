"""Raw bytes to a port and back, for what no well-behaved client sends."""

import os
import socket

from instance import instance


class Wire:
    def __init__(self, port, seconds=30):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, *parts):
        for part in parts:
            self.socket.sendall(part if isinstance(part, bytes) else part.encode())

    def try_to_send(self, part):
        """False once the other side does not take it any more."""
        try:
            self.socket.sendall(part)
            return True
        except (BrokenPipeError, ConnectionResetError):
            return False

    def status(self):
        """The status of the next answer; None where the connection ends without one."""
        answer = self.answer()
        return int(answer.split(None, 2)[1]) if answer else None

    def answer(self):
        """Everything up to the end of the connection or of a body of known length."""
        received = b""
        while True:
            head, found, body = received.partition(b"\r\n\r\n")
            if found:
                length = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                               if line.lower().startswith(b"content-length:")), None)
                if length is not None and len(body) >= length:
                    return received
            try:
                piece = self.socket.recv(65536)
            except ConnectionResetError:
                piece = b""
            if not piece:
                return received
            received += piece


def head(line, *fields, host="localhost"):
    """A header as bytes: the request line, Host, an address that is no one's, and the fields."""
    address = ".".join(["10", "66", *(str(1 + byte % 250) for byte in os.urandom(2))])
    return "\r\n".join(
        [f"{line} HTTP/1.1", f"Host: {host}", f"X-Forwarded-For: {address}", *fields, "", ""]).encode()


def doors():
    """Every way in: Caddy, and past it."""
    return {"caddy": instance.http_port, "server": instance.app_port}


def resident(process):
    """The most memory that a process ever held, in megabytes."""
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024
