"""The files of the broker on Kubernetes: written with its certificates, and read again by it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.deploy_tools import ROOT
from tests.manifests import FOLDER
from tests.waiting import free_port

SCRIPT = FOLDER / "components/broker/renew.sh"
SEARCHED = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"], "/usr/sbin"])
MOSQUITTO = shutil.which("mosquitto", path=SEARCHED)
APART = ["unshare", "--pid", "--fork", "--mount-proc"]
"""Sees its own processes alone, as the containers of one pod do."""
BOTH = """
    mosquitto -c "$1" 2>"$2" &
    broker=$!
    sh "$3" always &
    renewing=$!
    for look in $(seq 600); do
        grep -q 'Reloading config' "$2" && break
        sleep 0.1
    done
    kill -TERM $renewing && wait $renewing && kill -TERM $broker && wait $broker
"""


def configuration() -> str:
    return (ROOT / "deploy/broker/mosquitto.conf").read_text("utf-8")


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Give what the script is told, with databases that are current."""
    for name in ("certificates", "files", "kept"):
        (tmp_path / name).mkdir()
    for name in ("ca.crt", "server.crt", "server.key"):
        (tmp_path / "certificates" / name).write_text(name, "utf-8")
    told = {
        "PATH": SEARCHED,
        "BROKER_FOLDER": str(tmp_path / "files"),
        "BROKER_CERTIFICATES": str(tmp_path / "certificates"),
        "BROKER_ALIVE": str(tmp_path / "alive"),
        "BROKER_RENEW_S": "1",
        "AHORRALUZ_DATA_DIR": str(tmp_path / "data"),
        "AHORRALUZ_BROKER_URL": "mqtts://ahorraluz-live:una-clave-larga@broker:8883",
    }
    upgrade = [sys.executable, "-m", "ahorraluz", "database", "upgrade"]
    subprocess.run(upgrade, check=True, capture_output=True, env=told)
    return told


def test_everything_that_mosquitto_reads_is_written(
    environment: dict[str, str], tmp_path: Path
) -> None:
    words = ["sh", str(SCRIPT), "once"]

    written = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)
    (tmp_path / "certificates/server.key").unlink()
    lacking = subprocess.run(words, check=False, capture_output=True, text=True, env=environment)

    assert written.returncode == 0, written.stderr
    named = set(re.findall(r"/etc/mosquitto/ahorraluz/(\S+)", configuration()))
    assert len(named) == 5
    assert named <= {path.name for path in (tmp_path / "files").iterdir()}
    assert lacking.returncode != 0


def can_be_apart() -> bool:
    if shutil.which(APART[0]) is None:
        return False
    return subprocess.run([*APART, "true"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(MOSQUITTO is None, reason="apt install mosquitto")
@pytest.mark.skipif(not can_be_apart(), reason="the right to part processes (unshare)")
def test_mosquitto_reads_its_files_again_and_both_end_when_they_are_told(
    environment: dict[str, str], tmp_path: Path
) -> None:
    certificates = tmp_path / "certificates"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker"),
            *("-keyout", certificates / "server.key", "-out", certificates / "server.crt"),
        ],
        check=True,
        capture_output=True,
    )
    shutil.copy(certificates / "server.crt", certificates / "ca.crt")
    subprocess.run(["sh", SCRIPT, "once"], check=True, capture_output=True, env=environment)
    text = configuration().replace("/etc/mosquitto/ahorraluz", str(tmp_path / "files"))
    text = text.replace("/var/lib/mosquitto", str(tmp_path / "kept")) + "\nuser root\n"
    for port in ("8883", "8884"):
        text = text.replace(f"listener {port}", f"listener {free_port()} 127.0.0.1")
    (tmp_path / "mosquitto.conf").write_text(text, "utf-8")
    log = tmp_path / "log"
    files = (tmp_path / "mosquitto.conf", log, SCRIPT)

    ended = subprocess.run(
        [*APART, "--kill-child", "sh", "-c", BOTH, "both", *files],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
    )

    assert ended.returncode == 0, ended.stderr
    assert "Reloading config" in log.read_text("utf-8")
    assert (tmp_path / "alive").is_file()
