"""Who tells people what watches of homes found, beside whoever takes readings in."""

import logging
import threading

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.live.notifying import Notifying

EVERY_S = 15.0

log = logging.getLogger("ahorraluz.stream")


class Teller:
    """Tells until it is stopped, in a thread of its own: services of others may be slow."""

    def __init__(self, notifying: Notifying, *, every_s: float = EVERY_S) -> None:
        self._notifying, self._every_s = notifying, every_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._repeat, daemon=True, name="live-notices")

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def stop(self) -> None:
        """End, once what is being sent was sent or given up."""
        self._over.set()
        self._thread.join()

    def _repeat(self) -> None:
        while not self._over.is_set():
            try:
                self._notifying.tell()
            except AhorraLuzError as error:
                log.warning("notices wait: %s", error.issue.code)
            self._over.wait(self._every_s)
