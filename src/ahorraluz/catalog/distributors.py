"""Electricity distributors of Peru: who they are and how their bills round and tax."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import MAX_SHOWN, Row, read_table, refuse_duplicates
from ahorraluz.core.accents import without_accents
from ahorraluz.core.history import Source
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.schedule import DistributorSettings

TABLE = "distributors.csv"
COLUMNS = (
    "id",
    "osinergmin_code",
    "name",
    "aliases",
    "ownership",
    "regions",
    "systems",
    "grid",
    "igv",
    "igv_rounding",
    "total_rounding",
    "neighbours",
    "source",
    "igv_source",
    "rounding_source",
)
IGV_EXEMPT: Mapping[str, bool | None] = {"yes": False, "no": True, "mixed": None, "unknown": None}
SUGGESTIONS = 3
LEGAL_FORM = re.compile(r"(saa|sac|sa|srl|eirl)$")
MIN_INSIDE = 6
"""Shortest name that is looked for inside a longer text; shorter ones stand in other words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Distributor:
    """One distributor, with where each thing said of it comes from."""

    id: str
    code: str | None
    """Company code of Osinergmin."""
    name: str
    aliases: tuple[str, ...]
    """Other names on recibos, former names included."""
    ownership: str | None
    regions: str | None
    grid: str | None
    settings: DistributorSettings
    neighbours: tuple[str, ...]
    """Tariff files whose sheets stand in where this distributor has none, by nearness."""
    source: Source
    igv_source: Source
    rounding_source: Source


@cache
def load_distributors() -> Mapping[str, Distributor]:
    """Return every distributor by id, in the order of the table."""
    sources = load_sources()
    rows = read_table(TABLE, columns=COLUMNS)
    by_id = refuse_duplicates(rows, key=lambda row: (row.text("id"),))
    return {row.text("id"): _distributor(row, sources) for row in by_id.values()}


def _distributor(row: Row, sources: Mapping[str, Source]) -> Distributor:
    rounding_source = source_of(row, sources, column="rounding_source")
    igv_rounding = row.optional("igv_rounding") and row.choice("igv_rounding", IgvRounding)
    total_rounding = row.optional("total_rounding") and row.choice("total_rounding", TotalRounding)
    return Distributor(
        id=row.text("id"),
        code=row.optional("osinergmin_code"),
        name=row.text("name"),
        aliases=row.texts("aliases"),
        ownership=row.optional("ownership"),
        regions=row.optional("regions"),
        grid=row.optional("grid"),
        settings=DistributorSettings(
            id=row.text("id"),
            name=row.text("name"),
            source=rounding_source,
            igv_rounding=IgvRounding(igv_rounding) if igv_rounding else None,
            total_rounding=TotalRounding(total_rounding) if total_rounding else None,
            igv_exempt=IGV_EXEMPT[row.one_of("igv", IGV_EXEMPT)],
        ),
        neighbours=row.texts("neighbours"),
        source=source_of(row, sources),
        igv_source=source_of(row, sources, column="igv_source"),
        rounding_source=rounding_source,
    )


def find_distributor(text: str) -> Distributor:
    """Return the distributor that a person calls ``text``: id, name, other name or code.

    Case, accents, spaces and hyphens do not matter.

    Raises
    ------
    InvalidInputError
        ``distributor-unknown``, with the closest names.

    Examples
    --------
    >>> find_distributor("Luz del sur").id
    'luz-del-sur'
    >>> find_distributor("ENEL").id
    'pluz'
    """
    found = _known_by(squeeze(text))
    if found is None:
        raise InvalidInputError(
            "distributor-unknown",
            field="distributor",
            value=text[:MAX_SHOWN],
            suggestions=_closest(text),
        )
    return load_distributors()[found]


def _known_by(name: str) -> str | None:
    """Return the id behind a squeezed name: whole, without its legal form, or inside it.

    A recibo may print more than the name, such as the company's legal form; in a longer
    text the longest name counts.
    """
    names = _names()
    for spelling in (name, LEGAL_FORM.sub("", name)):
        if spelling in names:
            return names[spelling]
    inside = [known for known in names if len(known) >= MIN_INSIDE and known in name]
    return names[max(inside, key=len)] if inside else None


@cache
def _names() -> Mapping[str, str]:
    """Return the id of each way to call a distributor; ids win over names, names over codes."""
    names: dict[str, str] = {}
    distributors = load_distributors().values()
    for known in distributors:
        names.setdefault(squeeze(known.id), known.id)
    for known in distributors:
        for name in (known.name, *known.aliases, known.code or known.id):
            names.setdefault(squeeze(name), known.id)
    return names


def _closest(text: str) -> list[str]:
    from difflib import get_close_matches

    close = get_close_matches(squeeze(text)[:MAX_SHOWN], _names(), n=SUGGESTIONS * 2, cutoff=0.5)
    ids = list(dict.fromkeys(_names()[name] for name in close))[:SUGGESTIONS]
    return [load_distributors()[known].name for known in ids]


def squeeze(text: str) -> str:
    """Return ``text`` in lower case without accents, spaces and marks, to compare names.

    Examples
    --------
    >>> squeeze("Cañete – Lunahuaná")
    'canetelunahuana'
    """
    plain = without_accents(text)
    return "".join(letter for letter in plain.casefold() if letter.isascii() and letter.isalnum())
