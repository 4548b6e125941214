"""A server that is asked once and ends: for code of pages that would serve for ever."""

import urllib.request
from threading import Thread
from typing import Any

from flask import Flask
from tests.waiting import answers, free_port, until
from waitress.server import create_server


def serve(app: Flask, *, listen: str, **options: Any) -> None:
    """Serve as Waitress does, at a free port instead of that of ``listen``, for one question."""
    host, port = listen.partition(":")[0], free_port()
    server = create_server(app, host=host, port=port, **options)
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        assert until(lambda: answers(port))
        with urllib.request.urlopen(f"http://{host}:{port}/salud") as answer:
            assert answer.status == 200
    finally:
        server.task_dispatcher.shutdown()
        server.close()
        thread.join(timeout=2)
