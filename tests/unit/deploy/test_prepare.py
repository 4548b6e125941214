"""What is made before the first start: secrets by chance, certificates that hold, nothing twice."""

import datetime as dt
import importlib.util
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

ROOT = Path(__file__).resolve().parents[3]


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "deploy/compose/prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["prepare"] = module
    spec.loader.exec_module(module)
    return module


PREPARE = _load()


@pytest.fixture(autouse=True)
def _nobody_is_made_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep files of a test with who runs it, who may be the administrator."""
    monkeypatch.setattr(PREPARE.os, "chown", lambda *_: None)


def files(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names(held: x509.Certificate) -> list[str]:
    value = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return value.get_values_for_type(x509.DNSName)


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    PREPARE.prepare(tmp_path, name="luz.example")
    before = files(tmp_path)

    PREPARE.prepare(tmp_path, name="luz.example")

    assert files(tmp_path) == before


def test_secrets_differ_from_each_other_and_between_machines(tmp_path: Path) -> None:
    for machine in ("a", "b"):
        (tmp_path / machine).mkdir()
        PREPARE.prepare(tmp_path / machine, name="localhost")

    secrets = [
        (tmp_path / machine / place).read_text()
        for machine in ("a", "b")
        for place in (
            "postgres/admin",
            "postgres/data",
            "postgres/keys",
            "redis/password",
            "live/password",
            "app/metrics_token",
            "grafana/admin",
        )
    ]
    assert len(set(secrets)) == len(secrets)
    assert min(map(len, secrets)) >= 43


def test_no_file_with_a_secret_is_open_to_others(tmp_path: Path) -> None:
    PREPARE.prepare(tmp_path, name="localhost")

    others = {
        path.name
        for path in tmp_path.rglob("*")
        if path.is_file() and path.stat().st_mode & stat.S_IRWXO
    }
    folders = [path for path in tmp_path.iterdir() if path.stat().st_mode & stat.S_IRWXO]
    assert others == {"ca.crt", "server.crt"}
    assert folders == []


def test_certificates_are_for_their_names_and_of_the_one_authority(tmp_path: Path) -> None:
    PREPARE.prepare(tmp_path, name="luz.example")
    ca = certificate(tmp_path / "app" / "ca.crt")

    for folder, expected in {
        "postgres": ["postgres"],
        "broker": ["broker", "localhost", "luz.example"],
        "proxy": ["luz.example", "localhost"],
    }.items():
        held = certificate(tmp_path / folder / "server.crt")
        held.verify_directly_issued_by(ca)
        assert names(held) == expected
    key = ca.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)


def test_another_name_gets_another_certificate_and_keeps_the_secrets(tmp_path: Path) -> None:
    PREPARE.prepare(tmp_path, name="localhost")
    before = files(tmp_path)

    PREPARE.prepare(tmp_path, name="192.0.2.7")

    after = files(tmp_path)
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {f"{of}/server.{end}" for of in ("broker", "proxy") for end in ("crt", "key")}


def test_a_certificate_near_its_end_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PREPARE.prepare(tmp_path, name="localhost")
    before = files(tmp_path)
    later = PREPARE.now() + dt.timedelta(days=PREPARE.CERTIFICATE_DAYS - 59)
    monkeypatch.setattr(PREPARE, "now", lambda: later)

    PREPARE.prepare(tmp_path, name="localhost")

    after = files(tmp_path)
    assert after["postgres/server.crt"] != before["postgres/server.crt"]
    assert after["authority/ca.key"] == before["authority/ca.key"]


def test_a_start_that_was_cut_off_is_made_whole(tmp_path: Path) -> None:
    PREPARE.prepare(tmp_path, name="localhost")
    before = files(tmp_path)
    for lost in ("app/database_url", "redis/users.acl", "proxy/server.key"):
        (tmp_path / lost).unlink()
    (tmp_path / "app" / ".keys_url.part").write_text("half", encoding="utf-8")

    PREPARE.prepare(tmp_path, name="localhost")

    after = files(tmp_path)
    assert after["app/database_url"] == before["app/database_url"]
    assert after["redis/users.acl"] == before["redis/users.acl"]
    assert after["proxy/server.crt"] != before["proxy/server.crt"]
    assert after.keys() == before.keys()
