"""The broker of ``deploy/broker`` with certificates: who enters by TLS, and what is kept of it."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.brokers import MOSQUITTO
from tests.signed_people import PAIRS
from tests.started import started
from tests.waiting import PATIENCE_S, answers, free_port, until

from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.live.broker_files import WORKER, write_broker_files
from ahorraluz.services.live.devices import DeviceWish, LetIn, let_in
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.stream.broker import Broker, make_client
from ahorraluz.web.page import this_moment

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto on this machine")

CONF = Path(__file__).parents[2] / "deploy" / "broker" / "mosquitto.conf"
NOW = datetime(2026, 11, 26, 15, tzinfo=UTC)
SILENCE_S = 4.0
"""How long somebody waits to be let in who may not be. [s]"""
WORKER_KEY = "una-clave-larga-del-trabajador"


class Authority:
    """A throw-away authority that signs certificates into a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Prueba")])
        made = self._made(self._name, self._key).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        made = made.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
        )
        self._write("ca", made, None)

    def sign(self, file: str, name: str, *, server: bool = False) -> tuple[str, str]:
        """Sign a certificate; return its file and that of its key."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = self._made(subject, key)
        if server:
            names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
            made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made = made.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()),
            critical=False,
        )
        self._write(file, made, key)
        return str(self.folder / f"{file}.crt"), str(self.folder / f"{file}.key")

    def _made(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = this_moment()
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )

    def _write(
        self, file: str, made: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey | None
    ) -> None:
        signed = made.sign(self._key, hashes.SHA256())
        pem = serialization.Encoding.PEM
        (self.folder / f"{file}.crt").write_bytes(signed.public_bytes(pem))
        if key is not None:
            plain = serialization.NoEncryption()
            form = serialization.PrivateFormat.PKCS8
            (self.folder / f"{file}.key").write_bytes(key.private_bytes(pem, form, plain))


@dataclass
class Place:
    """A broker as deployed, with a home and its device."""

    tools: Toolbox
    folder: Path
    authority: Authority
    device: LetIn
    ports: tuple[int, int]

    def broker(self, *, certificate: bool = False) -> Broker:
        """Return how a client that trusts the authority reaches the broker."""
        return Broker(
            host="localhost",
            port=self.ports[int(certificate)],
            tls=True,
            authority=str(self.folder / "ca.crt"),
        )

    def enters(self, broker: Broker) -> bool:
        """Tell whether the broker lets somebody in."""
        client = make_client(broker, f"t{os.urandom(4).hex()}")
        codes: list[bool] = []
        client.on_connect = lambda _c, _d, _f, code, _p: codes.append(not code.is_failure)
        client.connect(broker.host, broker.port)
        client.loop_start()
        until(lambda: bool(codes), patience_s=SILENCE_S)
        client.disconnect()
        client.loop_stop()
        return bool(codes and codes[0])

    def says(self, watts: int) -> None:
        """Let the device publish over TLS with its own key."""
        entered = replace(self.broker(), user=self.device.device.id, password=self.device.key)
        client = make_client(entered, f"d{os.urandom(4).hex()}")
        client.connect(entered.host, entered.port)
        client.loop_start()
        topic = f"ahorraluz/{self.device.device.id}/power"
        client.publish(topic, str(watts).encode(), qos=1).wait_for_publish(PATIENCE_S)
        client.disconnect()
        client.loop_stop()

    def values(self) -> list[int]:
        """Return the powers that are kept. [mW]"""
        live = self.tools.store.live
        channels = live.devices.channels(self.device.device.home)
        return [
            reading.value
            for channel in channels
            for reading in live.readings(channel.id, first_ms=0, end_ms=2**53)
        ]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    tools = open_toolbox(Settings(data_dir=tmp_path / "data"))
    rosa = Joining(name="rosa@ejemplo.pe", password="tres focos y un perro", language="es")
    account = join(rosa, tools=tools, as_of=NOW)
    home = keep_home(PAIRS, account=account.id, tools=tools, as_of=NOW).id
    device = let_in(home, DeviceWish(name="Uno"), tools=tools, as_of=NOW)
    folder = tmp_path / "broker"
    write_broker_files(folder, tools=tools, worker_key=WORKER_KEY)
    authority = Authority(folder)
    authority.sign("server", "localhost", server=True)
    ports = free_port(), free_port()
    text = CONF.read_text("utf-8").replace("/etc/mosquitto/ahorraluz", str(folder))
    text = text.replace("/var/lib/mosquitto/", f"{folder}/")
    for port, ours in zip((8883, 8884), ports, strict=True):
        text = text.replace(f"listener {port}\n", f"listener {ours} 127.0.0.1\n")
    account_line = "user root\n" if os.geteuid() == 0 else ""
    (folder / "mosquitto.conf").write_text(text + account_line, "utf-8")
    with started(
        [str(MOSQUITTO), "-c", str(folder / "mosquitto.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert until(lambda: answers(ports[0]) and answers(ports[1]))
        yield Place(tools, folder, authority, device, ports)
        process.terminate()
        process.wait(PATIENCE_S)
    tools.store.close()


@contextmanager
def live(place: Place, url: str, **more: str) -> "Iterator[subprocess.Popen[str]]":
    environment = {
        "PATH": os.environ["PATH"],
        "AHORRALUZ_DATA_DIR": str(place.tools.settings.data_dir),
        "AHORRALUZ_LANG": "en",
        "AHORRALUZ_BROKER_URL": url,
        "AHORRALUZ_BROKER_CA": str(place.folder / "ca.crt"),
        **more,
    }
    with started(
        [sys.executable, "-m", "ahorraluz", "live"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        assert process.stdout is not None
        assert "Taking in readings" in process.stdout.readline()
        yield process


@pytest.mark.parametrize("certificate", [False, True])
def test_readings_that_come_by_tls_are_kept(place: Place, certificate: bool) -> None:
    more = {}
    url = f"mqtts://{WORKER}:{WORKER_KEY}@localhost:{place.ports[0]}"
    if certificate:
        url = f"mqtts://localhost:{place.ports[1]}"
        file, key = place.authority.sign("worker", WORKER)
        more = {"AHORRALUZ_BROKER_CERTIFICATE": file, "AHORRALUZ_BROKER_KEY": key}
    with live(place, url, **more) as process:
        sent: list[int] = []

        def heard() -> bool:
            # Said again until the worker has subscribed: nothing is kept for who never came.
            sent.append(250)
            place.says(250)
            return 250_000 in place.values()

        assert until(heard)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0, out


def test_nobody_enters_without_tls_a_key_or_a_certificate(place: Place) -> None:
    mine = replace(place.broker(), user=place.device.device.id, password=place.device.key)
    stranger = Authority(place.folder.parent)
    file, key = stranger.sign("stranger", WORKER)

    assert place.enters(mine)
    assert not place.enters(replace(mine, password="wrong"))
    assert not place.enters(place.broker())
    assert not place.enters(replace(mine, tls=False, authority=""))
    assert not place.enters(place.broker(certificate=True))
    assert not place.enters(replace(place.broker(certificate=True), certificate=file, key=key))


def test_a_broker_that_another_authority_signed_is_not_trusted(place: Place) -> None:
    other = place.folder.parent / "other"
    other.mkdir()
    Authority(other)
    context = ssl.create_default_context(cafile=str(other / "ca.crt"))

    with (
        socket.create_connection(("127.0.0.1", place.ports[0])) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        context.wrap_socket(plain, server_hostname="localhost")


def test_an_older_tls_is_not_spoken(place: Place) -> None:
    words = (CONF.read_text("utf-8")).splitlines()

    assert words.count("tls_version tlsv1.2") == words.count(
        "certfile /etc/mosquitto/ahorraluz/server.crt"
    )
