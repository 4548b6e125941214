"""``ahorraluz drift``: whether what models are fed, or how wrong they are, has moved."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.forecast.drift import Alarm, Course
    from ahorraluz.core.forecast.forecaster import Forecaster
    from ahorraluz.services.drift.checking import AskedTable, Checked, Realised
    from ahorraluz.services.drift.drill import Drill, Found

ON = 1
"""Exit code where an alarm is on."""
MISSING = "–"
LIMA = "America/Lima"


def _check(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.drift import advice_document, check_document
    from ahorraluz.services.write_file import write_whole

    found = _checked(session, given)
    path = given.file("trigger")
    if path is not None:
        said = {"day": found.day.isoformat(), **advice_document(found.advice)}
        write_whole(path, json.dumps(said, indent=1) + "\n")
    session.show(check_document(found, session.texts), _lines(found, session.texts))
    if found.watch.on():
        sys.exit(ON)


def _checked(session: Session, given: Given) -> "Checked":
    from ahorraluz.services.drift.checking import check_bills, check_table
    from ahorraluz.services.drift.kept import check_kept
    from ahorraluz.services.drift.reference_file import read_reference, reference_in_use

    bills = _bills(given)
    if bills is not None:
        return check_bills(bills, homes=given.file("panel_homes"), known_by=given.day("as_of"))
    if not given.has("drift_readings"):
        for name, option in (("panel_homes", "--homes"), ("drift_zone", "--zone")):
            if given.has(name):
                raise InvalidInputError("drift-option-unused", option=option)
        # What is usual of kept homes is their own or the shipped model's: it is in the settings.
        if given.has("reference"):
            raise InvalidInputError("drift-option-unused", option="--reference")
        return check_kept(tools=session.tools, as_of=session.day(given.day("as_of")))
    asked = _asked(session, given)
    path = given.file("reference")
    reference = reference_in_use(session.tools) if path is None else read_reference(path)
    return check_table(
        asked,
        reference=reference,
        model=_model(session, asked.zone or LIMA),
        progress=_Shown(session.texts),
    )


def _bills(given: Given) -> Path | None:
    """Return the table of bills, whichever option names it; ``None``: there is none."""
    from ahorraluz.services.drift.tables import is_of_bills

    bills, readings = given.file("drift_bills"), given.file("drift_readings")
    if bills is not None and readings is not None:
        raise InvalidInputError("backtest-option-unused", option="--readings", beside="--bills")
    if bills is None and (readings is None or not is_of_bills(readings)):
        return None
    for name, option in (("drift_zone", "--zone"), ("reference", "--reference")):
        if given.has(name):
            raise InvalidInputError("drift-option-of-hours", option=option)
    return bills or readings


def _asked(session: Session, given: Given) -> "AskedTable":
    from ahorraluz.services.drift.checking import AskedTable

    readings = given.file("drift_readings")
    if readings is None:
        raise InvalidInputError("option-missing", option="--readings")
    return AskedTable(
        readings=readings,
        homes=given.file("panel_homes"),
        zone=given.text("drift_zone"),
        as_of=session.day(given.day("as_of")),
    )


def _model(session: Session, zone: str) -> "Forecaster":
    from ahorraluz.services.serving_models import served_forecaster

    return served_forecaster(session.tools.serving, zone=zone)[0]


class _Shown:
    """Progress on the error stream of somebody who watches."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._watched = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._watched:
            said = self._texts.text(f"drift.step-{step}", done=done, total=total)
            click.echo(f"\r\x1b[K{said}", err=True, nl=done == total)


def _lines(found: "Checked", texts: Texts) -> Iterator[str]:
    yield texts.text("drift.checked", day=found.day, homes=found.homes, model=found.model or "-")
    reference = found.reference
    of_bills = not reference.usual
    yield texts.text(
        "drift.reference-bills" if of_bills else "drift.reference",
        made_of=reference.made_of,
        homes=reference.homes,
        days=reference.days,
    )
    on = found.watch.on()
    yield from heading(texts.text("drift.alarms"))
    yield from _alarms(on, texts) if on else iter([texts.text("drift.alarms-none")])
    yield from heading(texts.text("drift.moved"))
    rows = [[texts.text(f"drift.head-{name}") for name in ("series", "homes", "value", "score")]]
    rows += [_course(course, texts) for course in found.watch.courses if course.group == ""]
    yield from table(rows, right=(1, 2, 3))
    if found.realised:
        yield from heading(texts.text("drift.realised"))
        yield from _realised(found.realised, texts)
    yield ""
    yield texts.text("drift.retrain" if found.advice.retrain else "drift.retrain-not")
    for why in found.advice.why:
        yield texts.text(f"drift.why-{why}")
    yield from issue_lines(found.issues, texts)


def _alarms(on: "tuple[Alarm, ...]", texts: Texts) -> Iterator[str]:
    names = ("series", "group", "homes", "since", "value", "score")
    rows = [[texts.text(f"drift.head-{name}") for name in names]]
    rows += [
        [
            _series(alarm.series, texts),
            _group(alarm.group, texts),
            str(alarm.homes),
            texts.date(alarm.since),
            texts.number(alarm.value, places=3),
            texts.number(alarm.score, places=1),
        ]
        for alarm in on
    ]
    return table(rows, right=(2, 4, 5))


def _course(course: "Course", texts: Texts) -> list[str]:
    value, score = float(course.value[-1]), float(course.score[-1])
    return [
        _series(course.series.key, texts),
        str(int(course.homes[-1])),
        MISSING if value != value else texts.number(value, places=3),
        MISSING if score != score else texts.number(score, places=1),
    ]


def _realised(realised: "tuple[Realised, ...]", texts: Texts) -> Iterator[str]:
    names = ("group", "ahead", "homes", "nmae", "over_naive", "over_usual", "coverage")
    rows = [[texts.text(f"drift.head-{name}") for name in names]]
    rows += [
        [
            _group(one.group, texts),
            str(one.ahead),
            str(one.homes),
            texts.number(one.nmae, places=3),
            MISSING if one.over_naive is None else texts.number(one.over_naive, places=3),
            texts.number(one.over_usual, places=3),
            texts.percent(one.coverage),
        ]
        for one in realised
    ]
    return table(rows, right=range(1, len(names)))


def _series(key: str, texts: Texts) -> str:
    name, _, pace = key.partition(".")
    return texts.text(
        "drift.series", name=texts.text(f"drift.name-{name}"), pace=texts.text(f"drift.pace-{pace}")
    )


def _group(name: str, texts: Texts) -> str:
    kind, _, value = name.partition(":")
    if not name:
        return texts.text("drift.all-homes")
    if kind == "level":
        return texts.text(f"drift.level-{value}")
    return texts.text(f"drift.group-{kind}", value=value)


def _drill(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.drift import drill_document
    from ahorraluz.services.drift.drill import drill as run

    zone = given.text("drift_zone")
    found = run(
        _model(session, zone or LIMA),
        readings=given.file("drift_readings"),
        zone=zone,
        progress=_Shown(session.texts),
    )
    session.show(drill_document(found), _drill_lines(found, session.texts))


def _drill_lines(found: "Drill", texts: Texts) -> Iterator[str]:
    yield texts.text("drift.drill", homes=found.homes, model=found.model, tests=found.tests_day)
    names = ("kind", "what", "part", "days", "by")
    rows = [[texts.text(f"drift.head-{name}") for name in names]]
    rows += [_found(one, texts) for one in found.found]
    yield from table(rows, right=(2, 3))
    yield ""
    yield texts.text(
        "drift.drill-quiet",
        years=texts.number(found.quiet_years, places=1),
        alarms=found.false_alarms,
        days=found.false_days,
    )


def _found(one: "Found", texts: Texts) -> list[str]:
    key = f"drift.done-{one.name}" + ("-slowly" if one.ramp_days else "")
    return [
        texts.text(f"drift.kind-{one.kind}"),
        texts.text(key, size=texts.number(one.size, places=2), days=one.ramp_days),
        texts.percent(one.part),
        texts.text("drift.not-found", days=one.followed) if one.days is None else str(one.days),
        ", ".join(_series(key, texts) for key in one.by[:2]) or MISSING,
    ]


def _reference(session: Session, given: Given) -> None:
    from ahorraluz.services.drift.making_reference import make_reference
    from ahorraluz.services.drift.reference_file import as_text, reference_document
    from ahorraluz.services.write_file import write_whole

    asked = _asked(session, given)
    found = make_reference(
        asked, model=_model(session, asked.zone or LIMA), progress=_Shown(session.texts)
    )
    path = given.file("out")
    if path is None:
        raise InvalidInputError("option-missing", option="--out")
    write_whole(path, as_text(found))
    line = session.texts.text(
        "drift.reference-made", file=path.name, homes=found.homes, days=found.days
    )
    session.show(reference_document(found), [line])


PANEL = (
    TextOption(["--readings", "drift_readings"], type=File(), metavar="FILE"),
    TextOption(["--zone", "drift_zone"], metavar="UTC"),
)

check = TextCommand(
    "drift-check",
    params=[
        *PANEL,
        TextOption(["--bills", "drift_bills"], type=File(), metavar="FILE"),
        TextOption(["--homes", "panel_homes"], type=File(), metavar="FILE"),
        TextOption(["--reference"], type=File(), metavar="FILE"),
        TextOption(["--trigger"], type=File(), metavar="FILE"),
        as_of_option(),
    ],
    run=_check,
)
drill = TextCommand("drift-drill", params=[*PANEL], run=_drill)
reference = TextCommand(
    "drift-reference",
    params=[*PANEL, TextOption(["--out"], type=File(), metavar="FILE"), as_of_option()],
    run=_reference,
)
drift = TextGroup(
    "drift",
    commands={
        "check": "ahorraluz.cli.drift:check",
        "drill": "ahorraluz.cli.drift:drill",
        "reference": "ahorraluz.cli.drift:reference",
    },
)
