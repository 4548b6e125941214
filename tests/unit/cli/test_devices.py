"""``ahorraluz devices``: what the pages do, at the command line."""

import json
import re
from pathlib import Path

import pytest
from tests.live_homes import add_home
from tests.unit.cli.running import run

from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings

REFUSED = 2


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("AHORRALUZ_DATA_DIR", str(tmp_path))
    tools = open_toolbox(Settings(data_dir=tmp_path))
    add_home(tools.store, "casa")
    tools.store.close()
    return "casa"


@pytest.fixture
def device(home: str) -> str:
    added = run("devices", "add", home, "--name", "Medidor", "--kind", "tasmota", "--json")
    assert added.exit_code == 0, added.output
    return str(json.loads(added.output)["id"])


def listed(home: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("devices", "list", home, "--json").output)[
        "devices"
    ]
    return found


def test_a_device_is_added_with_its_settings(home: str) -> None:
    shown = run("devices", "add", home, "--name", "Medidor", "--kind", "tasmota").output

    assert re.search(r"ald_[A-Za-z0-9_-]{43}", shown)
    assert "Backlog MqttHost localhost" in shown
    assert "Medidor" in run("devices", "list", home).output


def test_a_key_is_renewed_and_a_device_is_shut_out_and_erased(home: str, device: str) -> None:
    renewed = run("devices", "key", home, device)
    shut = run("devices", "shut", home, device)
    was_shut = listed(home)[0]["is_shut_out"]
    removed = run("devices", "remove", home, device, "--erase")

    assert [one.exit_code for one in (renewed, shut, removed)] == [0, 0, 0]
    assert was_shut is True
    assert listed(home) == []


def test_a_device_is_changed_and_what_is_not_said_stays(home: str, device: str) -> None:
    assert run("devices", "change", home, device, "--measures", "part").exit_code == 0

    (found,) = listed(home)
    assert (found["name"], found["kind"], found["measures"]) == ("Medidor", "tasmota", "part")


def test_a_message_is_tried(home: str, device: str, tmp_path: Path) -> None:
    message = tmp_path / "mensaje.json"
    message.write_text('{"ENERGY": {"Power": 250}}', "utf-8")
    words = ("devices", "try", home, device, "--message", str(message))

    read = run(*words, "--topic", "tele/SENSOR")
    other = run(*words, "--kind", "dsmr")

    assert (read.exit_code, "250000 mW" in read.output) == (0, True)
    assert other.exit_code == 1
    assert "No entendimos el mensaje" in other.output


def test_the_files_of_the_broker_are_written(home: str, device: str, tmp_path: Path) -> None:
    key = tmp_path / "clave"
    key.write_text("una clave larga\n", "utf-8")

    done = run("devices", "broker-files", str(tmp_path / "b"), "--worker-key-file", str(key))

    assert done.exit_code == 0, done.output
    assert f"{device}:$7$" in (tmp_path / "b" / "passwords").read_text("utf-8")
    assert "pattern readwrite ahorraluz/%u/#" in (tmp_path / "b" / "acl").read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("list", "otra"), "otra"),
        (("add", "casa"), "Ponle un nombre"),
        (("add", "casa", "--name", "x" * 61), "hasta 60 letras"),
        (("add", "casa", "--name", "Uno", "--kind", "toaster"), "toaster"),
        (("add", "casa", "--name", "Uno", "--measures", "all"), "all"),
        (("add", "casa", "--name", "Uno", "--kind", "mapped"), "El mapa debe ser"),
        (("add", "casa", "--name", "Uno", "--mapping", "/no/such"), "/no/such"),
        (("key", "casa", "nadie"), "nadie"),
        (("shut", "casa", "nadie"), "nadie"),
        (("remove", "casa", "DEVICE"), "--erase"),
        (("try", "casa", "DEVICE"), "--message"),
        (("broker-files", "/dev/null/x", "--worker-key-file", "/etc/hostname"), "/dev/null/x"),
        (("broker-files", "b"), "--worker-key-file"),
    ],
)
def test_what_cannot_be_is_said_in_words(
    home: str, device: str, words: tuple[str, ...], said: str
) -> None:
    done = run("devices", *(device if word == "DEVICE" else word for word in words))

    assert done.exit_code == REFUSED
    assert said in done.output
    assert len(listed(home)) == 1
