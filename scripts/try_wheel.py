"""Try the wheel where there is nothing but the locked packages: ``make dist``.

python -m scripts.try_wheel dist
"""

import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = Path(sys.executable).parent / "uv"
CARRIED = {
    "src/ahorraluz": "ahorraluz",
    "examples": "ahorraluz/examples",
    "docs/reference/schemas": "ahorraluz/schemas",
}
"""Folders that the wheel carries, and what they are called in it."""
BILL = (
    *("bill", "--distributor", "luz-del-sur", "--system", "lima-sur", "--option", "BT5B"),
    *("--from", "2026-08-05", "--to", "2026-09-03", "--kwh", "141", "--lang", "en"),
)
TOTAL = "S/ 90.28"
"""What that bill comes to; tests/golden holds the recibo it is of."""


def left_out(wheel: Path) -> list[str]:
    """Return the files of the repository that a wheel should carry and does not."""
    with zipfile.ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    tracked = subprocess.run(
        ["git", "ls-files", "--", *CARRIED], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout.splitlines()
    missing = []
    for name in tracked:
        folder = next(folder for folder in CARRIED if name.startswith(f"{folder}/"))
        if CARRIED[folder] + name.removeprefix(folder) not in carried:
            missing.append(name)
    return missing


def install(wheel: Path, python: Path) -> None:
    """Install a wheel and the locked packages, fetched before where that is so."""
    words: list[str | Path] = [UV, "--no-config", "pip", "install", "--quiet", "--python", python]
    locked: list[str | Path] = ["--require-hashes", "-r", ROOT / "requirements.txt"]
    run = subprocess.run([*words, "--offline", *locked], check=False, capture_output=True)
    if run.returncode:
        pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, *locked], check=True)
    subprocess.run([*words, "--offline", "--no-deps", wheel], check=True)


def said_by(program: Path, *words: str, folder: Path) -> str:
    """Return what the installed program says, in a folder of its own."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("AHORRALUZ_", "PYTHON"))}
    return subprocess.run(
        [program, *words],
        check=True,
        capture_output=True,
        text=True,
        cwd=folder,
        env={**kept, "AHORRALUZ_DATA_DIR": str(folder / "data")},
    ).stdout


def main() -> int:
    """Try the one wheel of a folder; return the exit code."""
    (wheel,) = Path(sys.argv[1]).resolve().glob("*.whl")
    missing = left_out(wheel)
    if missing:
        print(f"{wheel.name} lacks {len(missing)} files:", *missing, sep="\n  ")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        venv.create(place / "empty", with_pip=True)
        programs = place / "empty" / "bin"
        install(wheel, programs / "python")
        version = said_by(programs / "ahorraluz", "--version", folder=place).strip()
        bill = said_by(programs / "ahorraluz", *BILL, folder=place)
    whole = version == f"ahorraluz {wheel.name.split('-')[1]}" and TOTAL in bill
    print(f"{wheel.name}: {version}, a bill of {TOTAL if whole else 'another sum'}")
    return int(not whole)


if __name__ == "__main__":
    sys.exit(main())
