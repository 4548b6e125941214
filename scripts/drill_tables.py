"""Tables of drills: printed, and put into their page between two marks."""

import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HARDENING = Path(__file__).resolve().parents[1] / "docs" / "hardening"
BEGIN, END = "<!-- drill: begin -->\n", "<!-- drill: end -->"
BYTES_KB = 1_000


@dataclass
class Drill:
    """What was tried of one database, and what came of it."""

    name: str
    rows: list[tuple[str, str, float]] = field(default_factory=list)
    """What was done, what came of it, how long it took. [s]"""
    failed: bool = False

    def timed(self, what: str, does: Callable[[], str]) -> None:
        """Do something, and note what came of it."""
        began = time.monotonic()
        came = does()
        self.note(what, came, seconds=time.monotonic() - began)

    def note(self, what: str, came: str, *, seconds: float = 0.0) -> None:
        """Note what came of something."""
        self.rows.append((what, came, seconds))
        print(f"{self.name}: {what}: {came} ({seconds:.1f} s)", flush=True)

    def same(self, what: str, answers: Mapping[str, str], others: Mapping[str, str]) -> None:
        """Note whether two sets of answers are the same to the byte."""
        differ = [question for question in answers if answers[question] != others.get(question)]
        self.failed = self.failed or bool(differ) or answers.keys() != others.keys()
        size = sum(len(answer.encode()) for answer in answers.values())
        came = f"{len(answers) - len(differ)} of {len(answers)} the same, {size // BYTES_KB} kB"
        self.note(what, f"{came}; other: {', '.join(differ)}" if differ else came)


def command(*words: str | Path, settings: Mapping[str, str], code: int = 0) -> str:
    """Run the command as people do; return what it says."""
    run = subprocess.run(
        [sys.executable, "-m", "ahorraluz", *map(str, words)],
        env=dict(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != code:
        raise RuntimeError(f"{words}: {run.returncode}\n{run.stdout}{run.stderr}")
    return run.stdout + run.stderr


def table_of(drills: Sequence[Drill]) -> str:
    """Return the tables in Markdown."""
    parts = []
    for drill in drills:
        lines = [
            f"### {drill.name}",
            "",
            "| step | what came of it | time |",
            "| --- | --- | ---: |",
        ]
        lines += [
            f"| {what} | {came} | {f'{seconds:.1f} s' if seconds else ''} |"
            for what, came, seconds in drill.rows
        ]
        parts.append("\n".join(lines))
    return "\n\n".join(parts) + "\n"


def finish(drills: Sequence[Drill], page: str, *, write: bool) -> int:
    """Print the tables, put them into their page if asked to, and return the exit code."""
    shown = table_of(drills)
    print(shown)
    if write:
        path = HARDENING / page
        text = path.read_text("utf-8")
        before, _, rest = text.partition(BEGIN)
        path.write_text(
            before + BEGIN + "\n" + shown + "\n" + END + rest.partition(END)[2], "utf-8"
        )
    return int(any(drill.failed for drill in drills))
