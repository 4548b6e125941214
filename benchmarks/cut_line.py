"""A line between two places of this machine that can be cut, for the drill of faults."""

import socket
import threading
import time
from contextlib import suppress

from tests.waiting import free_port


class Proxy:
    """A line between two places that can be cut."""

    def __init__(self, port: int) -> None:
        self.port, self._to = free_port(), port
        self._up = threading.Event()
        self._up.set()
        self._open: set[socket.socket] = set()
        self._server = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, seconds: float) -> None:
        """Cut the line for some time; what is on the way is lost."""
        self._up.clear()
        for one in list(self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._open.clear()
        time.sleep(seconds)
        self._up.set()

    def _accept(self) -> None:
        while True:
            near, _ = self._server.accept()
            if not self._up.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._to), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self._open |= {near, far}
            for here, there in ((near, far), (far, near)):
                threading.Thread(target=self._pass, args=(here, there), daemon=True).start()

    @staticmethod
    def _pass(here: socket.socket, there: socket.socket) -> None:
        with suppress(OSError):
            while data := here.recv(65_536):
                there.sendall(data)
        for one in (here, there):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
