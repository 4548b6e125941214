"""A broker of our own, for a home or a try: Mosquitto where it is installed, else one in Python."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from ahorraluz.core.live.readings import LiveError
from ahorraluz.services.live.broker_files import PASSWORDS, RULES, WORKER, write_broker_files
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.stream.broker import PLAIN_PORT, Broker, Version

FOLDER = "broker"
"""Of the data folder: what the broker keeps, and who may enter."""
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
PATIENCE_S = 20.0
END_S = 10.0
SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"
"""Where Mosquitto lies that no ordinary user has in the path."""


@dataclass(slots=True)
class OwnBroker:
    """A broker that ends with this process.

    Devices enter with their key and write their own topics only, as with any Mosquitto of a
    service. The one in Python knows no such files: it listens on this machine alone.
    """

    tools: Toolbox
    host: str = "127.0.0.1"
    port: int = PLAIN_PORT
    _key: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    _process: "subprocess.Popen[bytes] | None" = None

    @property
    def folder(self) -> Path:
        """Folder of its files."""
        return self.tools.settings.data_dir / FOLDER

    @property
    def program(self) -> str | None:
        """Where Mosquitto is; ``None``: it is not installed."""
        return shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{SYSTEM_FOLDERS}")

    @property
    def broker(self) -> Broker:
        """How the process that takes readings in reaches it."""
        host = "127.0.0.1" if self.host in ("0.0.0.0", "::") else self.host  # noqa: S104  compared
        if self.program is None:
            return Broker(host=host, port=self.port, version=Version.V311)
        return Broker(host=host, port=self.port, user=WORKER, password=self._key)

    def start(self) -> None:
        """Start it.

        Raises
        ------
        LiveError
            ``broker-none``: none is installed that may listen there; ``broker-port-taken``;
            ``broker-silent``: it does not answer.
        """
        if self.program is None and (find_spec("amqtt") is None or self.host not in LOOPBACK):
            raise LiveError("broker-none", host=self.host)
        self._be_free()
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_broker_files(self.folder, tools=self.tools, worker_key=self._key, anew=True)
        words = self._python() if self.program is None else self._mosquitto(self.program)
        self._process = subprocess.Popen(  # noqa: S603  a program of the system, our own words
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            answers = self._answers(self._process)
        except BaseException:
            # Whoever interrupts this does not know that there is a process to end.
            self.stop()
            raise
        if not answers:
            self.stop()
            raise LiveError("broker-silent", host=self.host, port=self.port)

    def renew(self) -> None:
        """Let devices in that came since, and those out that went."""
        changed = write_broker_files(self.folder, tools=self.tools, worker_key=self._key)
        if changed and self._process is not None and self.program is not None:
            self._process.send_signal(signal.SIGHUP)

    def stop(self) -> None:
        """End it; what it holds for us stays in its folder."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _answers(self, process: "subprocess.Popen[bytes]") -> bool:
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and process.poll() is None:
            try:
                socket.create_connection((self.broker.host, self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return True
        return False

    def _be_free(self) -> None:
        try:
            socket.create_server((self.host, self.port)).close()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise LiveError(
                "broker-port-taken", host=self.host, port=self.port, reason=reason
            ) from None

    def _mosquitto(self, program: str) -> list[str]:
        lines: Mapping[str, object] = {
            "listener": f"{self.port} {self.host}",
            "persistence": "true",
            "persistence_location": f"{self.folder}/",
            "autosave_interval": 30,
            "allow_anonymous": "false",
            "password_file": self.folder / PASSWORDS,
            "acl_file": self.folder / RULES,
            # Back-pressure comes from the receive maximum of who takes in; what waits for him
            # is bounded by bytes, lest a broker on a small machine grow without end.
            "max_inflight_messages": 0,
            "max_queued_messages": 0,
            "max_queued_bytes": 256 * 1024 * 1024,
        }
        account = {"user": "root"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
        path = self.folder / "mosquitto.conf"
        path.write_text(
            "".join(f"{key} {value}\n" for key, value in {**lines, **account}.items()), "utf-8"
        )
        return [program, "-c", str(path)]

    def _python(self) -> list[str]:
        path = self.folder / "amqtt.yaml"
        listener = {"type": "tcp", "bind": f"{self.host}:{self.port}"}
        plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        # JSON is YAML, too.
        path.write_text(
            json.dumps({"listeners": {"default": listener}, "plugins": plugins}), "utf-8"
        )
        return [sys.executable, "-m", "amqtt.scripts.broker_script", "-c", str(path)]
