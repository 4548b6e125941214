"""From a row of a table of clients to what a page would say of the home, or what is wrong."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.distributors import find_distributor, squeeze
from ahorraluz.catalog.districts import districts_of, find_district, load_districts, load_provinces
from ahorraluz.catalog.places import find_department
from ahorraluz.core.home import CookingFuel, Roof, Tenure
from ahorraluz.core.issues import AhorraLuzError, Issue, Severity
from ahorraluz.services.households.keeping import LONGEST_LABEL
from ahorraluz.services.inquiries.checking import checked
from ahorraluz.services.inquiries.inquiry import inquire, issues_by_parameter
from ahorraluz.services.inquiries.query import Query, read_query
from ahorraluz.services.portfolio.columns import APPLIANCES, HISTORY, LABEL, PROVINCE, Row, Table
from ahorraluz.setting_values import LANGUAGES
from ahorraluz.texts import open_texts

CHOICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "te": ("web.tenure", tuple(Tenure)),
    "ro": ("web.roof", tuple(Roof)),
    "fu": ("web.fuel", tuple(CookingFuel)),
}
"""Keys of the words of each choice, with its values."""
ALSO: Mapping[str, Mapping[str, str]] = {
    "te": {
        "propia": Tenure.OWNER.value,
        "propio": Tenure.OWNER.value,
        "dueno": Tenure.OWNER.value,
        "alquilada": Tenure.TENANT.value,
        "alquilado": Tenure.TENANT.value,
        "inquilino": Tenure.TENANT.value,
        "rented": Tenure.TENANT.value,
    },
    "ro": {"propio": Roof.OWN.value, "compartido": Roof.SHARED.value, "no": Roof.NONE.value},
    "fu": {
        "gas": CookingFuel.LPG.value,
        "glp": CookingFuel.LPG.value,
        "electrica": CookingFuel.ELECTRICITY.value,
    },
}
"""How else people write a choice, squeezed."""
_UNIT = re.compile(r"\s*(?:kwh|kwp|kw)\s*(?:/\s*mes)?\s*$", re.IGNORECASE)
WITH_UNIT = ("k", "pk", HISTORY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRow:
    """One row as a home, or with what keeps it from being one."""

    file: str
    line: int
    label: str
    pairs: tuple[tuple[str, str], ...]
    """What a page would have been told; empty where something is wrong."""
    issues: tuple[Issue, ...]


def read_rows(
    table: Table, mapping: Sequence[str], *, known_labels: Sequence[str], as_of: date
) -> tuple[ClientRow, ...]:
    """Return every row of a table.

    Parameters
    ----------
    table
        Rows and columns.
    mapping
        Parameter that each column fills; empty: none.
    known_labels
        Names of the clients that are there already.
    as_of
        Today.
    """
    seen = {squeeze(label) for label in known_labels if label}
    rows = []
    for row in table.rows:
        read = _read(row, mapping, as_of=as_of)
        key = squeeze(read.label)
        if key and key in seen:
            twice = _wrong("client-there-already", name=read.label)
            read = replace(read, pairs=(), issues=(*read.issues, twice))
        seen.add(key)
        rows.append(read)
    return tuple(rows)


def _read(row: Row, mapping: Sequence[str], *, as_of: date) -> ClientRow:
    said, label = _said(row, mapping), ""
    label = said.pop(LABEL, "")[:LONGEST_LABEL]
    issues: dict[str, Issue] = {}
    owned = list(_appliances(said.pop(APPLIANCES, ""), issues))
    told = {name: [value] for name, value in _known(said, issues)}
    query = checked(read_query({**told, **({APPLIANCES: owned} if owned else {})}))
    query = query.with_errors(issues)
    if not query.errors:
        query = _tried(query, as_of=as_of)
    return ClientRow(
        file=row.file,
        line=row.line,
        label=label,
        pairs=() if query.errors else tuple(query.pairs()),
        issues=tuple(query.errors.values()),
    )


def _tried(query: Query, *, as_of: date) -> Query:
    """Return the query with what a service would refuse of it."""
    try:
        inquire(query, as_of=as_of)
    except AhorraLuzError as error:
        return query.with_errors(issues_by_parameter(error, otherwise="d"))
    return query


def _said(row: Row, mapping: Sequence[str]) -> dict[str, str]:
    said: dict[str, str] = {}
    for field, cell in zip(mapping, row.cells, strict=False):
        if not field or not cell:
            continue
        value = _UNIT.sub("", cell) if field in WITH_UNIT else cell
        said[field] = f"{said[field]} {value}" if field in said else value
    return said


def _known(said: Mapping[str, str], issues: dict[str, Issue]) -> Iterator[tuple[str, str]]:
    """Yield parameters in the form that pages use, and note what nobody knows."""
    department = None
    if "dep" in said:
        department = _found("dep", said["dep"], issues)
        yield "dep", department or said["dep"]
    for name, typed in said.items():
        if name == "d":
            yield name, _found(name, typed, issues) or typed
        elif name == "di":
            yield from _district(typed, department, said.get(PROVINCE, ""), issues)
        elif name in CHOICES:
            yield name, _words(name).get(squeeze(typed), typed)
        elif name == "o":
            yield name, typed.upper().replace(" ", "")
        elif name not in ("dep", PROVINCE):
            yield name, typed


def _found(name: str, typed: str, issues: dict[str, Issue]) -> str | None:
    try:
        return find_department(typed) if name == "dep" else find_distributor(typed).id
    except AhorraLuzError as error:
        issues[name] = error.issue
        return None


def _district(
    typed: str, department: str | None, province: str, issues: dict[str, Issue]
) -> Iterator[tuple[str, str]]:
    known = load_districts().get(typed.zfill(6))
    if department is None and known is not None:
        yield "dep", load_provinces()[known.province].department
        yield "di", known.code
    elif department is None:
        issues["di"] = _wrong("client-district-alone", value=typed[:60])
    else:
        code = _in_province(typed, department, province)
        try:
            yield "di", code or find_district(typed, department=department).code
        except AhorraLuzError as error:
            issues["di"] = error.issue


def _in_province(typed: str, department: str, province: str) -> str | None:
    """Return the code of a district of a province, ``None`` where they do not tell one."""
    provinces, wanted = load_provinces(), (squeeze(typed), squeeze(province))
    found = [
        district.code
        for district in districts_of(department)
        if (squeeze(district.name), squeeze(provinces[district.province].name)) == wanted
    ]
    return found[0] if len(found) == 1 else None


def _appliances(typed: str, issues: dict[str, Issue]) -> Iterator[str]:
    """Yield the appliances of a list parted by semicolons or commas, by their ids."""
    for word in filter(None, map(str.strip, re.split(r"[;,/|]", typed))):
        known = _appliance_names().get(squeeze(word))
        if known is None:
            issues[APPLIANCES] = _wrong("client-appliance-unknown", value=word[:60])
        else:
            yield known


@cache
def _appliance_names() -> Mapping[str, str]:
    """Return the id of each appliance by the ways to write it, squeezed."""
    names = {squeeze(id_): id_ for id_ in load_appliances()}
    for language in LANGUAGES:
        texts = open_texts(language)
        names |= {squeeze(texts.text(f"appliance.{id_}")): id_ for id_ in load_appliances()}
    return names


@cache
def _words(name: str) -> Mapping[str, str]:
    """Return each value of a choice by the ways to write it, squeezed."""
    key, values = CHOICES[name]
    texts = [open_texts(language) for language in LANGUAGES]
    words = {squeeze(text.text(f"{key}.{value}")): value for text in texts for value in values}
    return {**words, **{squeeze(value): str(value) for value in values}, **ALSO.get(name, {})}


def _wrong(code: str, **parameters: str) -> Issue:
    return Issue(code=code, severity=Severity.ERROR, parameters=dict(parameters))
