"""The page and the picture of a soak, from what was noted."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "hardening" / "soak.md"
PICTURE = ROOT / "docs" / "images" / "soak.svg"
SURE = 0.95
ROWS_EVERY_MIN = 5
WIDE, HIGH, EDGE = 640, 260, 44
COLOURS = ("#0b7285", "#c2410c")
FOUND = "## What it found"
INTRODUCTION = """# Soak

An hour of pages, jobs and live readings at once, and what the memory of each process does
meanwhile.

`serve` answers a resident, strangers from 500 addresses, and programs; it prints PDF reports,
takes meter files in and deletes them again. `live` takes in what the made-up meters of 20 homes
send every two seconds. No question repeats, so that whatever remembers has to forget. Memory is
resident memory (`VmRSS`), noted every half minute. The first third is for filling caches; through
the rest a line is fitted, and the highest slope that its points allow (upper 95 % limit, corrected
for neighbours that resemble each other) has to stay below {limit:.0%} of the memory an hour.

```console
$ python -m scripts.soak --minutes 60 --write
```

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """How memory moved after the warm-up."""

    mean_mb: float
    slope_mb_h: float
    upper_mb_h: float

    @property
    def share(self) -> float:
        """The highest rise that the points allow, as a share of the memory."""
        return self.upper_mb_h / self.mean_mb


def rise_of(moments: Sequence[float], memory: Sequence[float], warm_up: float) -> Rise:
    """Fit a line through the memory [MB] of the moments [min] after the warm-up."""
    after = [at >= moments[-1] * warm_up for at in moments]
    hours = np.array([at / 60 for at, is_after in zip(moments, after, strict=True) if is_after])
    values = np.array([mb for mb, is_after in zip(memory, after, strict=True) if is_after])
    line = stats.linregress(hours, values)
    left = values - (line.intercept + line.slope * hours)
    # Neighbouring readings tell less than as many independent ones would.
    alike = 0.0
    if left.std() > 0:
        alike = min(max(float(np.corrcoef(left[:-1], left[1:])[0, 1]), 0.0), 0.99)
    independent = max(len(values) * (1 - alike) / (1 + alike), 3.0)
    error = line.stderr * math.sqrt((len(values) - 2) / max(independent - 2, 1.0))
    far = float(stats.t.ppf(SURE, max(independent - 2, 1.0)))
    return Rise(
        mean_mb=float(values.mean()),
        slope_mb_h=float(line.slope),
        upper_mb_h=float(line.slope + far * error),
    )


def page(found: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the page, and whether memory was flat and nothing failed."""
    moments: list[float] = found["moments"]
    processes: Mapping[str, Mapping[str, list[float]]] = found["processes"]
    rises = {
        name: rise_of(moments, of["memory_mb"], found["warm_up"]) for name, of in processes.items()
    }
    passed = not found["errors"] and all(
        rise.share <= found["most_rise"] for rise in rises.values()
    )
    kinds = ", ".join(f"{name} {count:,}" for name, count in found["kinds"].items())
    lines = [
        INTRODUCTION.format(limit=found["most_rise"]).rstrip("\n"),
        "",
        f"{found['minutes']:.0f} minutes, {found['visits']:,} visits ({kinds}), "
        f"{found['errors']} errors of the service: **{'flat' if passed else 'not flat'}**.",
        "",
        "| process | memory after the warm-up [MB] | rise [MB/h] | at most [MB/h] | at most [%/h] "
        "| open files, first and last | threads, first and last |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, rise in rises.items():
        files, threads = processes[name]["files"], processes[name]["threads"]
        lines.append(
            f"| `{name}` | {rise.mean_mb:.0f} | {rise.slope_mb_h:+.1f} | {rise.upper_mb_h:+.1f} "
            f"| {100 * rise.share:+.1f} | {files[0]}, {files[-1]} | {threads[0]}, {threads[-1]} |"
        )
    lines += [
        "",
        "![Resident memory of each process over the soak, in MB](../images/soak.svg)",
        "",
        "| minute | " + " | ".join(f"`{name}` [MB]" for name in processes) + " |",
        "| ---: |" + " ---: |" * len(processes),
    ]
    wanted = 0.0
    for n, at in enumerate(moments):
        if at >= wanted or n == len(moments) - 1:
            row = " | ".join(f"{of['memory_mb'][n]:.0f}" for of in processes.values())
            lines.append(f"| {at:.0f} | {row} |")
            wanted += ROWS_EVERY_MIN
    return "\n".join(lines) + "\n" + _said_by_hand(), passed


def _said_by_hand() -> str:
    """Return what the present page says of what was found: no run writes that."""
    _, heading, found = PAGE.read_text("utf-8").partition(FOUND)
    return f"\n{heading}{found}" if heading else ""


def picture(found: Mapping[str, Any]) -> str:
    """Return the curves as SVG, on a white ground so that they show at night, too."""
    moments: list[float] = found["moments"]
    processes: Mapping[str, Mapping[str, list[float]]] = found["processes"]
    top = max(max(of["memory_mb"]) for of in processes.values()) * 1.1
    last = max(moments[-1], 1.0)

    def place(at: float, mb: float) -> str:
        x = EDGE + at / last * (WIDE - 2 * EDGE)
        return f"{x:.1f},{HIGH - EDGE - mb / top * (HIGH - 2 * EDGE):.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" '
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
        f'<path d="M{place(0, top)} L{place(0, 0)} L{place(last, 0)}" fill="none" '
        'stroke="#495057"/>',
        f'<text x="{EDGE}" y="{HIGH - 14}">0 min</text>',
        f'<text x="{WIDE - EDGE}" y="{HIGH - 14}" text-anchor="end">{last:.0f} min</text>',
        f'<text x="{EDGE - 6}" y="{EDGE}" text-anchor="end">{top:.0f}</text>',
        f'<text x="{EDGE - 6}" y="{EDGE - 16}" text-anchor="end">MB</text>',
    ]
    for colour, (name, of) in zip(COLOURS, processes.items(), strict=True):
        points = " ".join(map(place, moments, of["memory_mb"]))
        x, y = place(last, of["memory_mb"][-1]).split(",")
        parts += [
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>',
            f'<text x="{x}" y="{float(y) - 8:.1f}" fill="{colour}" text-anchor="end">{name}</text>',
        ]
    return "\n".join([*parts, "</svg>"]) + "\n"
