"""Ask whether a package of the locks has a known vulnerability.

make audit                        # fails on a finding; says so where nobody could be asked
make audit ARGS="--strict"        # fails there too
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / ".venv-release" / "bin" / "pip-audit"
KNOWN_BAD = "jinja2==2.4.1"
"""A release with vulnerabilities that every service knows: one that does not tell was not asked."""
PIN = re.compile(r"([A-Za-z0-9][\w.-]*)==([^\s;\\]+)")
ASKED_S = 10
"""How long one answer may take. [s]"""
CANNOT_ASK = "The service of known vulnerabilities could not be asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the service said of packages."""

    found: tuple[str, ...]
    """One line for each vulnerability."""
    silent: tuple[str, ...]
    """Packages it said nothing of."""
    told: int
    """Packages it knows."""


def pins_of(lines: Iterable[str]) -> set[str]:
    """Return the packages that a lock pins, as ``name==version``."""
    found = (PIN.match(line) for line in lines)
    return {f"{each[1]}=={each[2]}" for each in found if each}


def answer_in(document: Any) -> Answer:  # noqa: ANN401 - JSON
    """Return what is in a report of pip-audit."""
    found, silent, told = [], [], 0
    for package in document["dependencies"]:
        if "skip_reason" in package:
            silent.append(package["name"])
            continue
        told += 1
        name = f"{package['name']} {package['version']}"
        for one in package["vulns"]:
            mend = ", ".join(one["fix_versions"]) or "nothing yet"
            found.append(f"{name}: {one['id']}, mended in {mend}")
    return Answer(found=tuple(found), silent=tuple(silent), told=told)


def ask(pins: Iterable[str]) -> Answer | None:
    """Ask about packages; ``None``: the service did not answer."""
    files: dict[str, list[str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        # One file holds one version of a package.
        for pin in sorted(pins):
            name = pin.split("==")[0]
            place = next(n for n in range(len(files) + 1) if name not in files.get(str(n), ()))
            files.setdefault(str(place), []).append(name)
            with (Path(folder) / f"{place}.txt").open("a", encoding="utf-8") as file:
                file.write(f"{pin}\n")
        words: list[str | Path] = [PROGRAM, "--no-deps", "--disable-pip", "--format", "json"]
        words += ["--progress-spinner", "off", "--timeout", str(ASKED_S)]
        for held in files:
            words += ["-r", Path(folder) / f"{held}.txt"]
        run = subprocess.run(words, check=False, capture_output=True, text=True)
    try:
        return answer_in(json.loads(run.stdout))
    except ValueError:
        print(run.stderr.strip()[-400:])
        return None


def main(words: Sequence[str] | None = None) -> int:
    """Look at the locks; return the exit code."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--strict", action="store_true", help="also fail where nobody answers")
    asked.add_argument("locks", nargs="*", type=Path, help="locks; without one, all of them")
    given = asked.parse_args(words)
    locks = given.locks or sorted(ROOT.glob("requirements*.txt"))
    pins: set[str] = set()
    for lock in locks:
        pins |= pins_of(lock.read_text("utf-8").splitlines())
    probe = ask([KNOWN_BAD])
    if probe is None or not probe.found:
        print(f"{CANNOT_ASK}: {len(pins)} packages of {len(locks)} locks were NOT looked at.")
        return int(given.strict)
    answer = ask(pins)
    if answer is None:
        print(f"{CANNOT_ASK}: {len(pins)} packages of {len(locks)} locks were NOT looked at.")
        return int(given.strict)
    print(*answer.found, sep="\n")
    print(f"{answer.told} packages of {len(locks)} locks: {len(answer.found)} vulnerabilities.")
    if answer.silent:
        print(f"Nothing is known of {len(answer.silent)}: {', '.join(answer.silent)}.")
    return int(bool(answer.found) or (given.strict and bool(answer.silent)))


if __name__ == "__main__":
    sys.exit(main())
