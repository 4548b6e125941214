"""``ahorraluz readings``: what is in a meter file, keep it for a home, take it back."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.meter_options import (
    hints_of,
    meter_options,
    stored_home_of,
    stored_home_option,
)
from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import NOTHING, Texts

if TYPE_CHECKING:
    from pathlib import Path

    from ahorraluz.services.manage_readings import Kept
    from ahorraluz.services.receive_readings import CheckedFile, KeptFile


def _file_of(given: Given) -> "Path":
    path = given.file("meter_file") or given.file("out_file")
    assert path is not None  # noqa: S101 - a required argument
    return path


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _check(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.readings import check_document
    from ahorraluz.services.receive_readings import check_file

    checked = check_file(_file_of(given), hints_of(given))
    session.show(check_document(checked, session.texts), check_lines(checked, session.texts))


def check_lines(checked: "CheckedFile", texts: Texts) -> Iterator[str]:
    """Yield what is in a meter file and how good it is, for a terminal."""
    from ahorraluz.services.documents.readings import format_name, quality_text, step_text

    report = checked.cleaned.report
    zone = checked.zone
    yield texts.text(
        "readings.recognised",
        file=checked.name,
        format=format_name(checked.file.format, texts),
        rows=checked.file.rows,
    )
    yield texts.text(
        "readings.span",
        start=_minute(report.start_s, zone),
        end=_minute(report.end_s, zone),
        zone=zone,
        intervals=report.intervals,
        step=step_text(report.interval_s, texts),
    )
    yield texts.text(
        "readings.energy",
        kwh=texts.number(report.kwh_total, places=3),
        clean=texts.number(checked.cleaned.readings.total_kwh, places=3),
        coverage=texts.percent(report.coverage, places=1),
    )
    yield from _channels(checked, texts)
    yield from heading(texts.text("readings.quality"))
    if not report.findings:
        yield texts.text("readings.nothing-wrong")
    for found in report.findings:
        yield f"- {quality_text(found, texts)}"
        yield f"  → {texts.text(f'quality-action.{found.action}')}"
        for example in found.examples[:2]:
            at = _minute(int(example.moment.timestamp()), zone)
            yield f"    {texts.text('readings.example', at=at, line=example.line)}"
    yield from issue_lines(checked.issues, texts)


def _minute(seconds: int | None, zone: str) -> str:
    from ahorraluz.services.documents.readings import moment

    return NOTHING if seconds is None else moment(seconds, zone=zone)[:16].replace("T", " ")


def _channels(checked: "CheckedFile", texts: Texts) -> Iterator[str]:
    from ahorraluz.core.readings.quality import channel_kwh

    if len(checked.file.channels) == 1:
        return
    yield from heading(texts.text("readings.channels"))
    titles = ("channel", "flow", "measure", "kwh", "counts")
    rows = [[texts.text(f"readings.column-{name}") for name in titles]]
    for channel in checked.file.channels:
        counts = any(channel is home for home in checked.home)
        rows.append(
            [
                channel.id,
                texts.text(f"flow.{channel.flow.value}"),
                texts.text(f"measure-kind.{channel.measure.value}"),
                texts.number(channel_kwh(channel, zone=checked.zone), places=2),
                texts.text("readings.counts") if counts else "",
            ]
        )
    yield from table(rows, right=[3])


def _import(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.readings import import_document
    from ahorraluz.services.receive_readings import check_file, check_home_name, keep_file

    home = check_home_name(stored_home_of(given))
    checked = check_file(_file_of(given), hints_of(given))
    kept = keep_file(
        checked,
        home=home,
        tools=session.tools,
        as_of=_now(),
        keep_rest=bool(given.flag("keep_rest")),
    )
    session.show(import_document(kept, session.texts), _import_lines(kept, session.texts))


def _import_lines(kept: "KeptFile", texts: Texts) -> Iterator[str]:
    receipt = kept.receipt
    yield from check_lines(kept.checked, texts)
    yield ""
    yield texts.text(
        f"readings.outcome-{receipt.outcome.value}",
        home=kept.home,
        number=str(receipt.import_id),
        added=receipt.added,
        changed=receipt.changed,
    )


def _export(session: Session, given: Given) -> None:
    from ahorraluz.services.manage_readings import export_readings

    path, home = _file_of(given), stored_home_of(given)
    rows = export_readings(home, path, tools=session.tools, raw=bool(given.flag("raw")))
    session.show(
        {"schema": "ahorraluz.readings-export.1", "home": home, "file": str(path), "rows": rows},
        [session.texts.text("readings.exported", rows=rows, file=str(path))],
    )


def _list(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.readings import list_document
    from ahorraluz.services.manage_readings import list_kept

    kept = list_kept(tools=session.tools, home=given.text("stored_home"))
    session.show(
        list_document(kept.homes, kept.imports, kept.aside), _list_lines(kept, session.texts)
    )


def _list_lines(kept: "Kept", texts: Texts) -> Iterator[str]:
    if not kept.homes:
        yield texts.text("readings.none-kept")
        return
    rows = [[texts.text(f"readings.column-{name}") for name in ("home", "files", "from", "to")]]
    for home in kept.homes:
        ends = [_minute(at, home.zone) for at in (home.start_s, home.end_s)]
        rows.append([home.id, str(home.imports), *ends])
    yield from table(rows, right=[1])
    if kept.imports:
        yield ""
    for record in kept.imports:
        yield texts.text(
            f"readings.import-{record.state.value}",
            number=str(record.id),
            file=record.file_name,
            rows=record.rows,
            kwh=texts.number(record.kwh, places=2),
        )
    for item in kept.aside:
        state = "aside" if item.released_at is None else "restored"
        yield texts.text(
            f"readings.item-{state}",
            number=str(item.id),
            channel=item.channel,
            at=_minute(item.start_s, kept.homes[0].zone),
            reason=item.reason,
        )


def _undo(session: Session, given: Given) -> None:
    home = stored_home_of(given)
    number = _whole(given, "number")
    session.tools.store.undo_import(home, number, _now())
    _say(session, "readings.undone", home=home, number=number)


def _redo(session: Session, given: Given) -> None:
    home = stored_home_of(given)
    number = _whole(given, "number")
    session.tools.store.redo_import(home, number, _now())
    _say(session, "readings.redone", home=home, number=number)


def _set_aside(session: Session, given: Given) -> None:
    from ahorraluz.services.manage_readings import put_aside

    at = given.text("at")
    if at is None:
        raise InvalidInputError("option-missing", option="--at")
    home = stored_home_of(given)
    numbers = put_aside(
        home,
        tools=session.tools,
        at=at,
        channel=given.text("channel"),
        reason=given.text("reason") or "",
        as_of=_now(),
    )
    _say(session, "readings.set-aside", home=home, numbers=numbers)


def _restore(session: Session, given: Given) -> None:
    home = stored_home_of(given)
    number = _whole(given, "number")
    session.tools.store.release(home, number, _now())
    _say(session, "readings.restored", home=home, number=number)


def _describe(session: Session, given: Given) -> None:
    from ahorraluz.services.describe_home import describe_home

    home, path = stored_home_of(given), given.file("home_file")
    if given.flag("withdraw"):
        session.tools.store.withdraw(home)
        _say(session, "readings.withdrawn", home=home)
        return
    if path is None:
        raise InvalidInputError("option-missing", option="FILE")
    described = describe_home(home, path, tools=session.tools, as_of=_now())
    kwh = session.texts.number(described.kwh_month, places=0)
    _say(session, "readings.described", home=home, kwh=kwh)


def _forget(session: Session, given: Given) -> None:
    from ahorraluz.services.forget_home import forget_home

    home = stored_home_of(given)
    if not given.flag("yes"):
        raise InvalidInputError("forget-needs-yes", home=home, option="--yes")
    forget_home(home, tools=session.tools)
    _say(session, "readings.forgotten", home=home)


def _say(session: Session, key: str, **parameters: str | int | Sequence[int]) -> None:
    """Show one sentence; as JSON it stands beside what it names."""
    schema = f"ahorraluz.{key.replace('.', '-')}.1"
    text = session.texts.text(
        key, **{name: _named(parameter) for name, parameter in parameters.items()}
    )
    session.show({"schema": schema, **parameters, "text": text}, [text])


def _named(parameter: str | int | Sequence[int]) -> str:
    """Return what a sentence names: numbers as they are to be typed."""
    match parameter:
        case str() | int():
            return str(parameter)
        case _:
            return ", ".join(map(str, parameter))


def _whole(given: Given, name: str) -> int:
    number = given.number(name)
    assert number is not None  # noqa: S101 - a required argument
    return int(number)


def _number_argument() -> click.Parameter:
    from ahorraluz.cli.typed import Number

    return click.Argument(["number"], type=Number(low=1, whole=True), metavar="N")


_FILE = click.Argument(["meter_file"], type=File(), metavar="FILE")
_OUT = click.Argument(["out_file"], type=File(), metavar="FILE")

check = TextCommand("readings-check", params=[_FILE, *meter_options()], run=_check)
import_ = TextCommand(
    "readings-import",
    params=[
        _FILE,
        stored_home_option(),
        TextOption(["--keep-rest"], is_flag=True),
        *meter_options(),
    ],
    run=_import,
)
export = TextCommand(
    "readings-export",
    params=[_OUT, stored_home_option(), TextOption(["--raw"], is_flag=True)],
    run=_export,
)
list_ = TextCommand("readings-list", params=[stored_home_option()], run=_list)
undo = TextCommand("readings-undo", params=[_number_argument(), stored_home_option()], run=_undo)
redo = TextCommand("readings-redo", params=[_number_argument(), stored_home_option()], run=_redo)
set_aside = TextCommand(
    "readings-set-aside",
    params=[
        stored_home_option(),
        TextOption(["--at"], metavar="YYYY-MM-DDTHH:MM"),
        TextOption(["--channel"], metavar="NAME"),
        TextOption(["--reason"], metavar="TEXT"),
    ],
    run=_set_aside,
)
restore = TextCommand(
    "readings-restore", params=[_number_argument(), stored_home_option()], run=_restore
)
describe = TextCommand(
    "readings-describe",
    params=[
        click.Argument(["home_file"], type=File(), required=False, metavar="FILE"),
        stored_home_option(),
        TextOption(["--withdraw"], is_flag=True),
    ],
    run=_describe,
)
forget = TextCommand(
    "readings-forget",
    params=[stored_home_option(), TextOption(["--yes"], is_flag=True)],
    run=_forget,
)
readings = TextGroup(
    "readings",
    commands={
        name: f"ahorraluz.cli.readings:{attribute}"
        for name, attribute in {
            "check": "check",
            "import": "import_",
            "export": "export",
            "list": "list_",
            "undo": "undo",
            "redo": "redo",
            "set-aside": "set_aside",
            "restore": "restore",
            "describe": "describe",
            "forget": "forget",
        }.items()
    },
)
