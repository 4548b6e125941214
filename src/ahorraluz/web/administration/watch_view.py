"""What the page of models shows of their watch: alarms, series with small pictures, errors."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ahorraluz.services.drift.kept import latest_check
from ahorraluz.web.page import Page, door

WIDTH, HEIGHT = 120, 28
"""Of a small picture. [px]"""
MOST_SCORE, LIMIT = 8.0, 4.0
"""Scores above are drawn at the edge; the line at which alarms begin, about."""
FAR = 0.25
"""Stability index from which homes are other homes than those that were learnt from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesRow:
    """A series of all homes, with its groups."""

    name: str
    value: str
    score: str
    on: bool
    points: Sequence[str]
    """Lines of the picture: points of each stretch of days without a gap."""
    groups: Sequence[tuple[str, int, str, bool]]
    """Name, homes, score, and whether an alarm is on, of each group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmRow:
    """An alarm of the last half year."""

    name: str
    group: str
    since: str
    until: str
    """Empty: it is on."""
    homes: int
    score: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchView:
    """Everything that the page shows."""

    day: str
    homes: int
    model: str
    enough: bool
    """Whether there were homes and days enough to look at."""
    retrain: bool
    why: Sequence[str]
    alarms: Sequence[AlarmRow]
    on: int
    series: Sequence[SeriesRow]
    realised: Sequence[Mapping[str, str]]
    made_of: Mapping[str, Any]
    versions: Sequence[tuple[str, str]]
    far: Sequence[str]


def watch_view(page: Page) -> WatchView | None:
    """Return what was found last; ``None``: nobody looked yet."""
    check = latest_check(tools=door().tools)
    if check is None:
        return None
    said: Mapping[str, Any] = check.content
    alarms = [_alarm(page, one) for one in reversed(said.get("alarms", ()))]
    return WatchView(
        day=page.texts.date(date.fromisoformat(str(said.get("day", check.day)))),
        homes=int(said["homes"]),
        model=str(said.get("model", "")),
        enough="series" in said,
        retrain=bool(said.get("retrain", False)),
        why=[page.texts.text(f"drift.why-{why}") for why in said.get("why", ())],
        alarms=sorted(alarms, key=lambda one: one.until != ""),
        on=sum(not one.until for one in alarms),
        series=_series(page, said.get("series", ())),
        realised=[_realised(page, one) for one in said.get("realised", ())],
        made_of=said.get("reference", {}),
        versions=[
            (version, page.texts.date(date.fromisoformat(first)))
            for version, first in sorted(said.get("versions", {}).items(), key=lambda each: each[1])
        ],
        far=[
            page.texts.text(f"drift.name-{name}")
            for name, index in said.get("distances", {}).items()
            if index > FAR
        ],
    )


def _alarm(page: Page, said: Mapping[str, Any]) -> AlarmRow:
    until = said["until"]
    return AlarmRow(
        name=_name(page, said["series"]),
        group=_group(page, said["group"]),
        since=page.texts.date(date.fromisoformat(said["since"])),
        until="" if until is None else page.texts.date(date.fromisoformat(until)),
        homes=int(said["homes"]),
        score=page.texts.number(said["score"], places=1),
    )


def _series(page: Page, said: Sequence[Mapping[str, Any]]) -> list[SeriesRow]:
    rows = []
    for one in (each for each in said if not each["group"]):
        groups = [each for each in said if each["series"] == one["series"] and each["group"]]
        rows.append(
            SeriesRow(
                name=_name(page, one["series"]),
                value=_number(page, one["value"], 3),
                score=_number(page, one["score"], 1),
                on=bool(one["on"]),
                points=lines_of(one["scores"]),
                groups=[
                    (
                        _group(page, each["group"]),
                        int(each["homes"]),
                        _number(page, each["score"], 1),
                        bool(each["on"]),
                    )
                    for each in groups
                ],
            )
        )
    return rows


def lines_of(scores: Sequence[float | None]) -> list[str]:
    """Return the points of a small picture, a line for each stretch without a gap.

    Examples
    --------
    >>> lines_of([0.0, 8.0, None, 99.0])
    ['0.0,28.0 40.0,0.0', '120.0,0.0']
    """
    step = WIDTH / max(len(scores) - 1, 1)
    lines: list[list[str]] = [[]]
    for place, score in enumerate(scores):
        if score is None:
            lines.append([])
            continue
        height = HEIGHT * (1 - min(max(score, 0.0), MOST_SCORE) / MOST_SCORE)
        lines[-1].append(f"{place * step:.1f},{height:.1f}")
    return [" ".join(line) for line in lines if line]


def _realised(page: Page, said: Mapping[str, Any]) -> Mapping[str, str]:
    return {
        "group": _group(page, said["group"]),
        "ahead": str(said["ahead"]),
        "homes": page.texts.number(said["homes"]),
        "nmae": page.texts.percent(said["nmae"]),
        "over_naive": _number(page, said["over_naive"], 2),
        "over_usual": _number(page, said["over_usual"], 2),
        "coverage": page.texts.percent(said["coverage"]),
    }


def _name(page: Page, key: str) -> str:
    name, _, pace = key.partition(".")
    text = page.texts.text
    return text("drift.series", name=text(f"drift.name-{name}"), pace=text(f"drift.pace-{pace}"))


def _group(page: Page, name: str) -> str:
    kind, _, value = name.partition(":")
    if not name:
        return page.texts.text("drift.all-homes")
    if kind == "level":
        return page.texts.text(f"drift.level-{value}")
    return page.texts.text(f"drift.group-{kind}", value=value)


def _number(page: Page, value: float | None, places: int) -> str:
    return "–" if value is None else page.texts.number(value, places=places)
