"""``ahorraluz tariffs``: the price sheets on file, what one says, and how to add one."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import Day, File, Number
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from decimal import Decimal

    from ahorraluz.core.history import Source
    from ahorraluz.services.import_tariffs import ImportedSheet
    from ahorraluz.services.sheet_checks import PriceChange
    from ahorraluz.services.tariff_sheets import SheetOnFile, ShownList, ShownPrice, ShownTariff

MAX_COLUMNS = 60


def _list(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.tariffs import list_document
    from ahorraluz.services.tariff_sheets import sheets_on_file

    sheets = sheets_on_file(tools=session.tools, distributor=given.text("distributor"))
    session.show(list_document(sheets), _list_lines(sheets, session.texts))


def _list_lines(sheets: "Sequence[SheetOnFile]", texts: Texts) -> Iterator[str]:
    if not sheets:
        yield texts.text("tariffs.none")
        return
    columns = ("distributor", "system", "start", "options", "origin", "source")
    rows = [
        [
            sheet.distributor,
            sheet.system,
            sheet.start.isoformat(),
            " ".join(sheet.options),
            _origin(texts, imported=sheet.imported),
            sheet.source.title,
        ]
        for sheet in sheets
    ]
    yield from table([[texts.text(f"tariffs.column-{name}") for name in columns], *rows])
    yield ""
    yield texts.text("tariffs.how-to-show")


def _show(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.tariffs import show_document
    from ahorraluz.services.tariff_sheets import tariff_on

    distributor = given.text("distributor")
    assert distributor is not None  # noqa: S101 - a required argument
    tariff = tariff_on(
        distributor,
        tools=session.tools,
        day=session.day(given.day("day")),
        system=given.text("shown_system"),
        option=given.text("shown_option"),
    )
    session.show(show_document(tariff, session.texts), _show_lines(tariff, session.texts))


def _show_lines(tariff: "ShownTariff", texts: Texts) -> Iterator[str]:
    yield texts.text(
        "tariffs.on-day", distributor=_distributor(tariff.distributor, texts), day=tariff.day
    )
    for shown in tariff.lists:
        yield from _list_table(shown, texts)
    yield from heading(texts.text("tariffs.sources"))
    for source in tariff.sources:
        yield f"- {_source(source, texts)}"
    yield from issue_lines(tariff.issues, texts)


def _list_table(shown: "ShownList", texts: Texts) -> Iterator[str]:
    yield from heading(
        texts.text(
            "tariffs.list-heading",
            system=_system(shown.system, texts),
            option=shown.option,
            start=shown.start,
        )
    )
    titles = ("price", "before-igv", "with-igv", "unit")
    rows: list[list[str]] = [["", *(texts.text(f"tariffs.column-{name}") for name in titles[1:])]]
    for segment, prices in groupby(shown.prices, key=lambda price: price.row.segment):
        rows.append([texts.text(f"segment.{segment}")])
        rows += [_price_row(price, texts) for price in prices]
    yield from table(rows, right=[1, 2])


def _price_row(price: "ShownPrice", texts: Texts) -> list[str]:
    return [
        f"  {charge_name(price.row.charge, texts)}",
        _number(price.before_igv, texts),
        _number(price.with_igv, texts),
        texts.text(f"unit.{price.row.unit}"),
    ]


def _import(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.tariffs import import_document
    from ahorraluz.services.import_tariffs import ImportRequest, import_sheet

    path = given.file("sheet")
    assert path is not None  # noqa: S101 - a required argument
    column = given.number("column")
    request = ImportRequest(
        path=path,
        distributor=given.text("distributor"),
        system=given.text("sheet_system"),
        new_system=bool(given.flag("new_system")),
        valid_from=given.day("valid_from"),
        igv_included=given.flag("igv_included"),
        column=None if column is None else int(column),
        options=tuple((given.text("taken_options") or "").replace(",", " ").split()),
        accept_large_change=bool(given.flag("accept_large_change")),
        replace=bool(given.flag("replace")),
        dry_run=bool(given.flag("dry_run")),
    )
    sheet = import_sheet(request, tools=session.tools, as_of=session.day(given.day("as_of")))
    session.show(import_document(sheet, session.texts), _import_lines(sheet, session.texts))


def _import_lines(sheet: "ImportedSheet", texts: Texts) -> Iterator[str]:
    yield texts.text(
        "tariffs.recognised",
        distributor=sheet.distributor_name,
        system=sheet.system.name,
        start=sheet.start,
    )
    for option, changes in groupby(sheet.changes, key=lambda change: change.row.option):
        yield from heading(texts.text("tariffs.option-heading", option=option))
        yield from _change_table(list(changes), texts)
    yield ""
    if sheet.ignored_options:
        yield texts.text("tariffs.ignored-options", options=list(sheet.ignored_options))
    if sheet.ignored_charges:
        yield texts.text("tariffs.ignored-charges", charges="; ".join(sheet.ignored_charges))
    yield texts.text(
        f"tariffs.outcome-{sheet.outcome.value}",
        file=str(sheet.files[-1]) if sheet.files else "",
    )
    yield from issue_lines(sheet.issues, texts)


def _change_table(changes: "Sequence[PriceChange]", texts: Texts) -> Iterator[str]:
    titles = ("old", "new", "change", "unit")
    rows: list[list[str]] = [["", *(texts.text(f"tariffs.column-{name}") for name in titles)]]
    for segment, group in groupby(changes, key=lambda change: change.row.segment):
        rows.append([texts.text(f"segment.{segment}")])
        rows += [_change_row(change, texts) for change in group]
    yield from table(rows, right=[1, 2, 3])


def _change_row(change: "PriceChange", texts: Texts) -> list[str]:
    from ahorraluz.services.documents.tariffs import percent

    moved = texts.text("tariffs.is-new") if change.ratio is None else f"{percent(change.ratio)} %"
    return [
        f"  {charge_name(change.row.charge, texts)}",
        _number(change.old, texts),
        _number(change.new, texts),
        moved,
        texts.text(f"unit.{change.row.unit}"),
    ]


def _number(value: "Decimal | None", texts: Texts) -> str:
    return "—" if value is None else texts.number(value)


def charge_name(charge: str, texts: Texts) -> str:
    """Return the name of a charge; energy and fixed charge are called as on a recibo."""
    key = f"charge.{charge}"
    return texts.text(key if texts.has(key) else f"line.{charge}")


def _origin(texts: Texts, *, imported: bool) -> str:
    return texts.text("tariffs.imported" if imported else "tariffs.shipped")


def _source(source: "Source", texts: Texts) -> str:
    grade = texts.text(f"grade.{source.grade.value}")
    consulted = texts.text("tariffs.consulted", day=source.consulted)
    return ". ".join(filter(None, (source.title, source.url, f"{grade}; {consulted}")))


def _distributor(name: str, texts: Texts) -> str:
    key = f"distributor.{name}"
    return texts.text(key) if texts.has(key) else name


def _system(name: str, texts: Texts) -> str:
    key = f"system.{name}"
    return texts.text(key) if texts.has(key) else name


list_ = TextCommand("tariffs-list", params=[TextOption(["--distributor"])], run=_list)
show = TextCommand(
    "tariffs-show",
    params=[
        click.Argument(["distributor"]),
        TextOption(["--system", "shown_system"]),
        TextOption(["--option", "shown_option"]),
        TextOption(["--day"], type=Day(), metavar="YYYY-MM-DD"),
    ],
    run=_show,
)
import_ = TextCommand(
    "tariffs-import",
    params=[
        click.Argument(["sheet"], type=File(), metavar="FILE"),
        TextOption(["--distributor"]),
        TextOption(["--system", "sheet_system"]),
        TextOption(["--new-system"], is_flag=True),
        TextOption(["--valid-from"], type=Day(), metavar="YYYY-MM-DD"),
        TextOption(["--igv-included/--igv-excluded"], default=None),
        TextOption(["--column"], type=Number(low=1, high=MAX_COLUMNS, whole=True), metavar="N"),
        TextOption(["--option", "taken_options"]),
        TextOption(["--accept-large-change"], is_flag=True),
        TextOption(["--replace"], is_flag=True),
        TextOption(["--dry-run"], is_flag=True),
        as_of_option(),
    ],
    run=_import,
)
tariffs = TextGroup(
    "tariffs",
    commands={
        "list": "ahorraluz.cli.tariffs:list_",
        "show": "ahorraluz.cli.tariffs:show",
        "import": "ahorraluz.cli.tariffs:import_",
        "compare": "ahorraluz.cli.compare:compare",
        "hourly": "ahorraluz.cli.hourly:hourly",
    },
)
