"""The installed command from outside: what a shell sees of it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.started import started
from tests.waiting import PATIENCE_S, free_port

from ahorraluz.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
COMMAND = Path(sys.executable).parent / "ahorraluz"
GOLDEN = ROOT / "tests" / "golden" / "bills"
BILL = (
    *("bill", "--distributor", "luz-del-sur", "--system", "lima-sur", "--option", "BT5B"),
    *("--from", "2026-08-05", "--to", "2026-09-03"),
)


def ran(
    *words: str | Path, env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env={**os.environ, **(env or {})},
    )


def bill(kwh: str) -> Any:
    run = ran(*BILL, "--kwh", kwh, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    return json.loads(run.stdout)


def test_the_kwh_that_costs_ten_soles() -> None:
    lines = {
        kwh: next(line for line in bill(kwh)["lines"] if line["code"] == "energy")
        for kwh in ("140", "141")
    }

    with_igv = {kwh: Decimal(line["amount_with_igv"]) for kwh, line in lines.items()}
    assert with_igv["141"] - with_igv["140"] == Decimal("9.78")


def test_a_bill_holds_what_the_docs_promise() -> None:
    document = bill("141")

    assert document.keys() >= {"lines", "subtotal", "igv", "total", "tariff_origin"}
    assert all(line.keys() >= {"code", "label", "amount"} for line in document["lines"])
    assert all(isinstance(line["amount"], str) for line in document["lines"])


AUGUST: dict[str, Any] = json.loads((GOLDEN / "lds-2026-08.json").read_text("utf-8"))
PLACES = [
    *(("items", place) for place in range(len(AUGUST["items"]))),
    *(("after_igv", place) for place in range(len(AUGUST["after_igv"]))),
]


@pytest.mark.parametrize("step", [0.05, -0.05, 1.0], ids=lambda step: f"{step:+}")
@pytest.mark.parametrize("place", PLACES, ids=lambda place: f"{place[0]} {place[1]}")
def test_a_changed_line_is_named_and_no_other(
    tmp_path: Path, place: tuple[str, int], step: float
) -> None:
    receipt = deepcopy(AUGUST)
    line = receipt[place[0]][place[1]]
    line["amount"] = round(line["amount"] + step, 2)
    path = tmp_path / "recibo.json"
    path.write_text(json.dumps(receipt), "utf-8")

    run = CliRunner().invoke(cli, ["audit", str(path), "--json"])

    document = json.loads(run.stdout)
    lines = [
        *document["lines"],
        *(document[name] for name in ("subtotal", "total_before", "total")),
    ]
    (off,) = [checked for checked in lines if checked["verdict"] == "off"]
    assert Decimal(off["printed"]) == Decimal(str(line["amount"]))


@pytest.mark.parametrize(
    "words",
    [
        pytest.param((*BILL, "--kwh", "-1"), id="a value"),
        pytest.param(("bill", "--nope"), id="an option"),
        pytest.param(("nope",), id="a command"),
        pytest.param(("plan", "nope.toml"), id="a file"),
    ],
)
def test_a_refusal_is_exit_code_two_one_sentence_and_nothing_else(words: tuple[str, ...]) -> None:
    run = ran(*words)

    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("Error: ")
    assert len(run.stderr.splitlines()) == 1


def test_a_misspelt_key_of_a_home_is_named_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "casa.toml"
    path.write_text("[home]\npepole = 3\n[[recibos]]\nkwh = 100\n", "utf-8")

    spanish, english = (ran("plan", path, "--lang", language) for language in ("es", "en"))

    assert (spanish.returncode, english.returncode) == (2, 2)
    assert "«[home] pepole»" in spanish.stderr
    assert "“[home] pepole”" in english.stderr
    assert "people" in spanish.stderr


def test_nothing_is_stored_by_asking(tmp_path: Path) -> None:
    ran(*BILL, "--kwh", "141", env={"AHORRALUZ_DATA_DIR": str(tmp_path)})
    ran(*BILL, "--kwh", "-1", env={"AHORRALUZ_DATA_DIR": str(tmp_path)})

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1"])
def test_a_terminal_that_cannot_show_a_letter_still_gets_the_answer(encoding: str) -> None:
    run = ran(*BILL, "--kwh", "141", env={"PYTHONIOENCODING": encoding, "LC_ALL": "C"})

    assert (run.returncode, run.stderr) == (0, "")
    assert "S/ 90.28" in run.stdout


@pytest.mark.skipif(os.name == "nt", reason="a pipe of POSIX")
def test_a_reader_that_leaves_early_is_no_error_to_tell() -> None:
    read, write = os.pipe()
    os.close(read)

    run = subprocess.run(
        [COMMAND, *BILL, "--kwh", "141", "--json"],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)

    assert run.stderr == ""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["keyboard", "keeper"])
def test_the_pages_are_served_until_they_are_stopped(
    tmp_path: Path, number: signal.Signals
) -> None:
    port = free_port()
    environment = {**os.environ, "AHORRALUZ_DATA_DIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with started(
        [COMMAND, "serve", "--port", str(port), "--lang", "en"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
    ) as served:
        assert served.stdout is not None
        said = served.stdout.readline()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
            status = page.status
        again = ran("serve", "--port", str(port))
        served.send_signal(number)
        code = served.wait(timeout=PATIENCE_S)

    assert f"http://127.0.0.1:{port}" in said
    assert (status, code) == (200, 0)
    assert (again.returncode, again.stdout) == (2, "")
    assert str(port) in again.stderr
