"""Spoilt meter files get an answer or a sentence, never a traceback."""

import random
from pathlib import Path
from typing import Any

import pytest
from tests.meter_samples import csv_of, rows
from tests.unit.cli.running import run

pytestmark = pytest.mark.usefixtures("data_folder")


def _spoilt(chance: random.Random, text: str) -> str:
    lines = text.splitlines()
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                lines[at] = chance.choice(lines)
            case 1:
                del lines[at]
            case 2:
                lines[at] = lines[at].replace(chance.choice("0123,: -"), chance.choice("9x;, "))
            case 3:
                lines.insert(at, "\x00basura;ñ,,,")
            case _:
                lines = lines[at : at + chance.randint(1, 200)] or lines
        lines = lines or [""]
    return "\n".join(lines)


@pytest.mark.parametrize("seed", range(8))
def test_a_spoilt_file_gets_an_answer_or_a_sentence(seed: int, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(_spoilt(random.Random(seed), csv_of(rows(days=20))), "utf-8")
    asked: list[tuple[Any, ...]] = [
        ("readings", "check", path),
        ("readings", "import", path, "--home", "casa", "--keep-rest"),
        ("usage", path),
        ("tariffs", "compare", path, "--distributor", "luz-del-sur"),
    ]

    results = [run(*words) for words in asked]

    assert {result.exit_code for result in results} <= {0, 2}
    assert not any("Traceback" in result.stderr for result in results)
