"""A real MQTT broker for a test: Mosquitto where it is installed, else one from PyPI."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.waiting import PATIENCE_S, answers, free_port, until

from ahorraluz.stream.broker import Broker, make_client

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
"""Where Mosquitto is; ``None``: the other broker is used."""


class RealBroker:
    """A broker on this machine that can be stopped, killed and started again."""

    def __init__(self, folder: Path, *, more: str = "", anonymous: bool = True) -> None:
        self.folder, self.port = folder, free_port()
        self._more, self._anonymous = more, anonymous
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def broker(self) -> Broker:
        """How to reach it."""
        return Broker(host="127.0.0.1", port=self.port)

    @property
    def process(self) -> int | None:
        """Number of its process, while it runs."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start it, with what it kept before."""
        words = self._mosquitto() if MOSQUITTO else self._amqtt()
        self._process = subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        if not until(lambda: answers(self.port)):
            raise TimeoutError("the broker does not answer")

    def stop(self, *, kill: bool = False) -> None:
        """End it; Mosquitto writes what it holds to its folder unless it is killed."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
            try:
                self._process.wait(PATIENCE_S)
            finally:
                self._process.kill()
                self._process.wait()
                self._process = None

    def read_files_again(self) -> None:
        """Let it read passwords and rules again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def _mosquitto(self) -> list[str]:
        path = self.folder / "mosquitto.conf"
        account = "user root\n" if os.geteuid() == 0 else ""
        path.write_text(
            f"listener {self.port} 127.0.0.1\npersistence true\n"
            f"persistence_location {self.folder}/\nautosave_interval 1\n"
            f"allow_anonymous {'true' if self._anonymous else 'false'}\n"
            f"max_inflight_messages 0\nmax_queued_messages 0\n{account}{self._more}",
            encoding="utf-8",
        )
        return [str(MOSQUITTO), "-c", str(path)]

    def _amqtt(self) -> list[str]:
        path = self.folder / "amqtt.yaml"
        bind = {"type": "tcp", "bind": f"127.0.0.1:{self.port}", "max_connections": 50}
        plugins = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
        # JSON is YAML.
        path.write_text(json.dumps({"listeners": {"default": bind}, "plugins": plugins}), "utf-8")
        return [str(Path(sys.executable).with_name("amqtt")), "-c", str(path)]


@contextmanager
def running(folder: Path, *, more: str = "", anonymous: bool = True) -> Iterator[RealBroker]:
    """Run a broker while the block lasts."""
    real = RealBroker(folder, more=more, anonymous=anonymous)
    real.start()
    try:
        yield real
    finally:
        real.stop()


def publish(broker: Broker, messages: list[tuple[str, bytes]], *, retain: bool = False) -> None:
    """Publish messages, and wait until the broker has acknowledged each of them."""
    client = make_client(broker, f"publisher-{time.monotonic_ns()}")
    client.max_queued_messages_set(0)
    client.connect(broker.host, broker.port)
    client.loop_start()
    sent = [client.publish(topic, body, qos=1, retain=retain) for topic, body in messages]
    for one in sent:
        one.wait_for_publish(PATIENCE_S)
        assert one.is_published()
    client.disconnect()
    client.loop_stop()
