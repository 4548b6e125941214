"""Servers that people are told by, for tests: one that takes JSON by HTTP, one that takes mail."""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

HANG = 0
"""Status for an answer that never comes."""
DROP = -1
"""Status for a connection that is shut instead of an answer."""


@dataclass
class Receiver:
    """A server like ntfy, and what it was told."""

    port: int = 0
    told: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    """Statuses of the next answers; afterwards all is well."""
    body: bytes = b"{}"
    location: str = ""
    over: threading.Event = field(default_factory=threading.Event)
    heard: Callable[[], object] = lambda: None
    """Called when a message has come, before it is answered."""

    def url(self, topic: str = "tema") -> str:
        """Return the address of a way that leads here."""
        return f"ntfy://127.0.0.1:{self.port}/{topic}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a server that takes JSON."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.told.append(json.loads(said))
            receiver.heard()
            status = receiver.answers.pop(0) if receiver.answers else 200
            if status == HANG:
                receiver.over.wait(60)
                return
            if status == DROP:
                self.close_connection = True
                return
            self.send_response(status)
            if receiver.location:
                self.send_header("Location", receiver.location)
            self.send_header("Content-Length", str(len(receiver.body)))
            self.end_headers()
            self.wfile.write(receiver.body)

        do_GET = do_POST  # noqa: N815 - as the server calls it

        @override
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield receiver
        finally:
            receiver.over.set()
            server.shutdown()
            thread.join()


@dataclass
class MailBox:
    """A mail server, and the letters that it took."""

    port: int = 0
    letters: list[str] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """Answers that are not the usual, by command; ``.`` for the one to a letter."""

    def url(self, options: str = "") -> str:
        """Return the address of a way that leads here."""
        return f"mailto://127.0.0.1:{self.port}?to=rosa@ejemplo.pe&from=luz@ejemplo.pe{options}"


@contextmanager
def taking_mail() -> Iterator[MailBox]:
    """Run a mail server."""
    box = MailBox()
    usual = {"EHLO": "250 ejemplo", "HELO": "250 ejemplo", "DATA": "354 go on", "QUIT": "221 bye"}

    class Handler(socketserver.StreamRequestHandler):
        @override
        def handle(self) -> None:
            self._answer("220 ejemplo")
            while line := self.rfile.readline().decode().strip():
                command = line.split()[0].upper()
                self._answer(box.answers.get(command, usual.get(command, "250 good")))
                if command == "QUIT":
                    return
                if command == "DATA" and command not in box.answers:
                    letter = iter(self.rfile.readline, b".\r\n")
                    box.letters.append(b"".join(letter).decode())
                    end = box.answers.get(".", "250 taken")
                    if not end:
                        return
                    self._answer(end)

        def _answer(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
