"""Home files: one small TOML file with a household, its connection and its recibos."""

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from ahorraluz.core.consumption import ConsumptionError, check_kwh
from ahorraluz.core.home import Appliance, FixedCharges, Home, MonthlyUse, Supply
from ahorraluz.core.issues import AhorraLuzError, InvalidInputError, Issue, Parameter, Severity
from ahorraluz.core.periods import Period, month_after
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.ingest.files import read_limited
from ahorraluz.ingest.home_sections import (
    ApplianceEntry,
    AssumptionEntry,
    ChargesSection,
    HomeSection,
    ReceiptEntry,
    SupplySection,
    WithoutLineSection,
)
from ahorraluz.ingest.validation import issues_of

MAX_BYTES = 200_000
MAX_RECEIPTS = 24
MAX_APPLIANCES = 200
MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])", re.ASCII)
AT_LINE = re.compile(r"\(at line (\d+)")
BARE_DAY = re.compile(r"=\s*\d{4}-\d")
"""A day or a month without quotes on a line that is no TOML: there is no such day."""

TABLES: Mapping[str, type[BaseModel]] = {
    "supply": SupplySection,
    "home": HomeSection,
    "charges": ChargesSection,
    "without_line": WithoutLineSection,
}
OF_A_LINE = ("supply", "charges", "recibos")
"""Sections of a home with a line: one that says it has none says nothing of them."""
LISTS: Mapping[str, type[BaseModel]] = {"recibos": ReceiptEntry, "appliances": ApplianceEntry}
SECTIONS = (*TABLES, *LISTS, "assumptions")
LIMITS: Mapping[str, int] = {"recibos": MAX_RECEIPTS, "appliances": MAX_APPLIANCES}

M = TypeVar("M", bound=BaseModel)
FigureLimits = Mapping[str, tuple[Decimal, Decimal]]
"""Least and most of every figure that may be typed over, by its id."""


class HomeFileError(AhorraLuzError):
    """A file that is no home file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeFile:
    """What a home file says; a :class:`Home` once its supply is known."""

    supply: SupplySection
    """The connection as it was typed: names and ids are resolved by the services."""
    history: tuple[MonthlyUse, ...]
    """By rising date, at least one; empty without a line."""
    receipts: tuple[Receipt, ...]
    """The recibos that print a price or a line, by rising date."""
    appliances: tuple[Appliance, ...]
    assumptions: Mapping[str, Decimal]
    about: HomeSection
    charges: FixedCharges
    without_line: WithoutLineSection | None = None
    """What a home without a line pays instead; ``None``: it has a line."""

    def home(self, supply: Supply) -> Home:
        """Return the household with the connection that its file names."""
        about = self.about
        return Home(
            supply=supply,
            history=self.history,
            people=about.people,
            department=about.department,
            city=about.city,
            altitude_m=about.altitude_m,
            tenure=about.tenure,
            roof=about.roof,
            panels_kwp=about.panels_kwp,
            cooking=about.cooking,
            appliances=self.appliances,
            homes_on_meter=about.homes_on_meter,
            share_of_meter=about.share_of_meter,
            people_on_meter=about.people_on_meter,
            budget_pen=about.budget,
            lpg_cylinder_pen=about.lpg_cylinder,
            fise_voucher=about.fise_voucher,
            charges=self.charges,
            assumptions=self.assumptions,
        )


def read_home(
    path: Path, *, as_of: date, appliance_ids: Collection[str], assumption_limits: FigureLimits
) -> HomeFile:
    """Return the home in the TOML file ``path``; raises like :func:`parse_home`."""
    return parse_home(
        read_limited(path, limit=MAX_BYTES),
        name=path.name,
        as_of=as_of,
        appliance_ids=appliance_ids,
        assumption_limits=assumption_limits,
    )


def parse_home(
    content: bytes,
    *,
    as_of: date,
    appliance_ids: Collection[str],
    assumption_limits: FigureLimits,
    name: str = "home.toml",
) -> HomeFile:
    """Return the home in TOML ``content``.

    Parameters
    ----------
    content
        UTF-8 TOML as ``docs/reference/home-file.md`` describes it.
    as_of
        Day of reading: a lone recibo without dates is of the calendar month before.
    appliance_ids
        Appliances there are, for the mend of a misspelt one.
    assumption_limits
        Assumptions that may be typed over, each with its least and its most.
    name
        File name, for messages.

    Raises
    ------
    HomeFileError
        ``home-not-utf8``, ``home-not-toml`` or ``home-date-invalid``: no TOML.
    InvalidInputError
        One issue for every key that cannot be used.
    """
    raw = _toml(content, name)
    reader = _Reader(raw)
    supply = reader.table("supply", SupplySection)
    about = reader.table("home", HomeSection)
    charges = reader.table("charges", ChargesSection)
    recibos = reader.entries("recibos", ReceiptEntry)
    appliances = reader.entries("appliances", ApplianceEntry)
    assumptions = reader.assumptions(assumption_limits)
    reader.check_appliances(appliances, appliance_ids)
    lineless = reader.without_line()
    periods = [] if lineless is not None else reader.periods(recibos, as_of=as_of)
    reader.finish()
    months = sorted(zip(periods, recibos.values(), strict=True), key=lambda month: month[0])
    receipts = tuple(
        entry.receipt(period, distributor=supply.distributor or "", option=supply.option)
        for period, entry in months
        if entry.prints_something
    )
    return HomeFile(
        supply=supply,
        history=tuple(
            MonthlyUse(period=period, kwh=entry.kwh, total_pen=entry.total)
            for period, entry in months
        ),
        receipts=receipts,
        appliances=tuple(entry.appliance() for entry in appliances.values()),
        assumptions=assumptions,
        about=about,
        charges=_charges(charges, receipts),
        without_line=lineless,
    )


def closest(name: str, known: Collection[str], *, most: int = 1) -> list[str]:
    """Return the known names most like ``name``, best first; the first few where none is."""
    return difflib.get_close_matches(name, sorted(known), n=most) or sorted(known)[:most]


class _Reader:
    """Sections of one document checked one by one, every issue kept to the end."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self._issues = [
            _issue("field-unknown", _key(name), suggestion=closest(name, SECTIONS)[0])
            for name in raw
            if name not in SECTIONS
        ]

    def table(self, section: str, model: type[M]) -> M:
        """Return the table ``[section]``, empty where it is left out."""
        found = self._raw.get(section, {})
        if not isinstance(found, dict):
            self._issues.append(_shape(f"[{section}]"))
            return model()
        return self._validated(model, found, place=f"[{section}] ") or model()

    def without_line(self) -> WithoutLineSection | None:
        """Return what a home without a line pays; ``None``: the file tells of none."""
        if "without_line" not in self._raw:
            return None
        both = (section for section in OF_A_LINE if section in self._raw)
        self._issues += [_issue("line-and-none", _key(section)) for section in both]
        return self.table("without_line", WithoutLineSection)

    def entries(self, section: str, model: type[M]) -> dict[int, M]:
        """Return the tables ``[[section]]`` by their place in the file, counted from one."""
        found = self._raw.get(section, [])
        place = f"[[{section}]]"
        if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
            self._issues.append(_shape(place))
            return {}
        if len(found) > LIMITS[section]:
            self._issues.append(_issue("field-too-long", place, limit=str(LIMITS[section])))
            return {}
        read = {
            number: self._validated(model, entry, place=f"{place} {number}, ")
            for number, entry in enumerate(found, 1)
        }
        return {number: entry for number, entry in read.items() if entry is not None}

    def assumptions(self, known: FigureLimits) -> Mapping[str, Decimal]:
        """Return what was typed over the assumptions, by id."""
        found = self._raw.get("assumptions", {})
        if not isinstance(found, dict):
            self._issues.append(_shape("[assumptions]"))
            return {}
        typed = {}
        for name, value in found.items():
            field = f"[assumptions] {name}"
            if name not in known:
                suggestion = ", ".join(closest(name, known, most=3))
                self._issues.append(_issue("field-unknown", field, suggestion=suggestion))
                continue
            entry = self._validated(AssumptionEntry, {"value": value}, place=field, whole=True)
            if entry is None:
                continue
            least, most = known[name]
            if least <= entry.value <= most:
                typed[name] = entry.value
            else:
                told: dict[str, Parameter] = {"value": entry.value, "least": least, "most": most}
                self._issues.append(_issue("assume-range", field, **told))
        return typed

    def check_appliances(
        self, entries: Mapping[int, ApplianceEntry], known: Collection[str]
    ) -> None:
        """Keep an issue for each appliance that is not in the catalogue."""
        for number, entry in entries.items():
            if entry.id not in known:
                self._issues.append(
                    _issue(
                        "appliance-not-listed",
                        f"[[appliances]] {number}, id",
                        value=entry.id,
                        suggestions=closest(entry.id, known, most=3),
                    )
                )

    def periods(self, entries: Mapping[int, ReceiptEntry], *, as_of: date) -> list[Period]:
        """Return the days of each recibo; none of them may lie in two."""
        if not entries and not self._issues:
            self._issues.append(_issue("history-empty", "[[recibos]]"))
        periods = []
        listed = self._raw.get("recibos")
        alone = isinstance(listed, list) and len(listed) == 1
        for number, entry in entries.items():
            place = f"[[recibos]] {number}, "
            try:
                check_kwh(entry.kwh, field_name=f"{place}kwh")
                periods.append(_period(entry, place, as_of=as_of if alone else None))
            except (ConsumptionError, HomeFileError) as error:
                self._issues.extend(error.issues)
        for before, after in pairwise(sorted(periods)):
            if after.start < before.end:
                self._issues.append(
                    Issue(
                        code="recibos-overlap",
                        severity=Severity.ERROR,
                        parameters={
                            "first_start": before.start,
                            "first_end": before.end,
                            "second_start": after.start,
                            "second_end": after.end,
                        },
                    )
                )
        return periods

    def finish(self) -> None:
        """Refuse the whole document if anything in it is wrong."""
        if self._issues:
            raise InvalidInputError.of(self._issues)

    def _validated(
        self, model: type[M], found: Mapping[str, Any], *, place: str, whole: bool = False
    ) -> M | None:
        names = [field.alias or name for name, field in model.model_fields.items()]
        try:
            return model.model_validate(found)
        except ValidationError as error:
            for issue in issues_of(error, fields=names):
                field = place if whole else f"{place}{issue.parameters['field']}"
                parameters = {**issue.parameters, "field": field, **_choices(issue)}
                self._issues.append(replace(issue, parameters=parameters))
            return None


def _toml(content: bytes, name: str) -> Mapping[str, Any]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HomeFileError("home-not-utf8", file=name) from None
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        lines = text.splitlines() or [""]
        found = AT_LINE.search(str(error))
        number = min(int(found[1]) if found else len(lines), len(lines))
        code = "home-date-invalid" if BARE_DAY.search(lines[number - 1]) else "home-not-toml"
        raise HomeFileError(code, file=name, line=number) from None
    except (ValueError, RecursionError):
        # Numbers of thousands of digits, or tables nested without end.
        raise HomeFileError("home-not-toml", file=name, line=1) from None


def _decimal(text: str) -> Decimal:
    """Return a TOML number exactly; one beyond every exponent is no number."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _period(entry: ReceiptEntry, place: str, *, as_of: date | None) -> Period:
    """Return the days a recibo bills: its reading days, its month, or the month before."""
    given = (entry.month, entry.start, entry.end)
    match given:
        case (str(month), None, None):
            found = MONTH.fullmatch(month)
            if found is None:
                raise HomeFileError("month-invalid", field=f"{place}month", value=month)
            first = date(int(found[1]), int(found[2]), 1)
            return Period(first, month_after(first))
        case (None, date() as start, date() as end):
            if end <= start:
                raise HomeFileError("period-empty", start=start, end=end)
            return Period(start, end)
        case (None, None, None) if as_of is not None:
            last = as_of.replace(day=1) - timedelta(days=1)
            return Period(last.replace(day=1), as_of.replace(day=1))
    raise HomeFileError("recibo-dates-unclear", field=place.rstrip(", "))


def _charges(typed: ChargesSection, receipts: Sequence[Receipt]) -> FixedCharges:
    """Return the charges as typed; connection and lighting else from the newest recibo."""
    charges = FixedCharges(
        connection=typed.connection, lighting=typed.lighting, **typed.amounts_of_the_month()
    )
    for receipt in reversed(receipts):
        if charges.connection is None:
            charges = replace(charges, connection=receipt.amount(LineCode.CONNECTION))
        if charges.lighting is None:
            charges = replace(charges, lighting=receipt.amount(LineCode.LIGHTING))
    return charges


def _choices(issue: Issue) -> dict[str, str]:
    """Return the choices of an issue as a list that is no English."""
    choices = issue.parameters.get("choices")
    return {"choices": ", ".join(re.findall(r"'([^']+)'", str(choices)))} if choices else {}


def _key(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:40]}…"


def _issue(code: str, field: str, **parameters: Parameter) -> Issue:
    return Issue(
        code=code, severity=Severity.ERROR, parameters={"field": field, "value": "", **parameters}
    )


def _shape(form: str) -> Issue:
    return Issue(code="home-section-shape", severity=Severity.ERROR, parameters={"form": form})
