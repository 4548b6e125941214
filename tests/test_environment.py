"""Every variable of the environment that is documented is read, and every one read documented."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.environment_reads import ROOT, python_reads, reads, shell_reads

from ahorraluz.setting_files import SUFFIX
from ahorraluz.setting_table import PREFIX, TABLE

PAGE = ROOT / "docs" / "reference" / "settings.md"
OWN = re.compile(r"(?<![\w.])((?:AHORRALUZ|LUZ)_[A-Z0-9]+(?:_[A-Z0-9]+)*)(?![\w*])")
SETTINGS = {setting.variable for setting in TABLE}
IN_FILES = {setting.variable + SUFFIX for setting in TABLE if not setting.names_a_path}


def documented() -> set[str]:
    """Return the variables in the first column of the tables of the reference page."""
    rows = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| `")]
    return {
        name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]*)`", row.split(" | ")[0])
    }


def texts() -> Iterator[tuple[Path, str]]:
    """Yield what people and machines are told of variables: docs and files of deployment."""
    for place in ("README.md", "CONTRIBUTING.md", "Dockerfile", "compose.yaml", "docs", "deploy"):
        path = ROOT / place
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            parts = file.relative_to(ROOT).parts
            if file.is_file() and parts[:2] != ("docs", "_build") and "__pycache__" not in parts:
                yield file, file.read_bytes().decode("utf-8", "ignore")


def test_every_variable_that_is_read_is_documented() -> None:
    found = reads()

    unclear = {name for name in found if name.startswith("?")}
    unknown = {name: sorted(found[name]) for name in set(found) - documented() - unclear}
    assert unclear == set()
    assert unknown == {}


def test_every_variable_that_is_documented_is_read() -> None:
    assert documented() - set(reads()) - SETTINGS == set()
    assert documented() >= SETTINGS


def test_every_variable_of_ours_that_a_text_names_is_one() -> None:
    known = documented() | IN_FILES
    # Airflow's own variables end in the name of a parameter.
    wrong = {
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in texts()
        for name in OWN.findall(text)
        if name not in known
    }

    assert wrong == set()


def test_reads_are_found_however_they_are_written(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "import os\n"
        'ONE = "B_ONE"\nMANY = {"C_ONE": "1", "C_TWO": "2"}\n'
        'a = os.environ["A_ONE"], os.getenv("A_TWO"), os.environ.get(ONE, "x")\n'
        "for name, value in MANY.items():\n    os.environ.setdefault(name, value)\n"
        'os.environ["WRITTEN"] = "1"\n'
        'b = {n: v for n, v in os.environ.items() if n != "D"}\n',
        encoding="utf-8",
    )

    found = set(python_reads(module))

    assert found == {"A_ONE", "A_TWO", "B_ONE", "C_ONE", "C_TWO"}


def test_scripts_read_what_they_do_not_set() -> None:
    script = (
        "A=1\nB=${B:-2}\nfor C in x; do echo \"$A $C ${D:-}\" '$E'; done  # $F\nread -r G\n$G\n"
    )

    assert shell_reads(script) == {"B", "D"}


def test_variables_of_the_program_begin_alike() -> None:
    assert all(name.startswith(PREFIX) for name in SETTINGS)
