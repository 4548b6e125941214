"""What there is in Peru: technologies, products, programmes and who provides them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ahorraluz.catalog.distributors import squeeze
from ahorraluz.catalog.evidence import EquipmentFacts, load_equipment
from ahorraluz.catalog.places import departments
from ahorraluz.catalog.sources import load_sources, source_of
from ahorraluz.catalog.tables import Row, read_table, refuse_duplicates
from ahorraluz.core.renewables.technologies import Entry, EntryKind, Need, Standing

TECHNOLOGIES_TABLE = "technologies.csv"
TECHNOLOGIES_COLUMNS = ("id", "needs", "source")
PROVIDERS_TABLE = "providers.csv"
PROVIDERS_COLUMNS = (
    "id",
    "name",
    "kind",
    "technologies",
    "departments",
    "web",
    "status",
    "source",
)
PROVIDER_KINDS = (
    "association",
    "certifier",
    "concession",
    "fair",
    "installer",
    "lender",
    "maker",
    "ngo",
    "public-programme",
    "regulator",
    "shop",
    "social-enterprise",
    "supplier",
    "university",
)
PROGRAMMES = ("public-programme", "lender")
PRICE_UNIT = "PEN"
MONEY = ("finance", "incentive", "tax")
"""Rows of these are programmes and rules, not things to put up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Technology:
    """One technology with the needs it answers."""

    id: str
    needs: tuple[Need, ...]


@cache
def load_technologies() -> Mapping[str, Technology]:
    """Return every technology by id."""
    rows = read_table(TECHNOLOGIES_TABLE, columns=TECHNOLOGIES_COLUMNS)
    by_id = refuse_duplicates(rows, key=lambda row: (row.text("id"),))
    return {row.text("id"): _technology(row) for row in by_id.values()}


@cache
def load_entries() -> tuple[Entry, ...]:
    """Return every entry on file: technologies, then products and figures, then providers."""
    rows = read_table(PROVIDERS_TABLE, columns=PROVIDERS_COLUMNS)
    by_id = refuse_duplicates(rows, key=lambda row: (row.text("id"),))
    named = [_technology_entry(row) for row in _technology_rows()]
    products = [_product(facts) for facts in load_equipment()]
    return (*named, *products, *(_provider(row) for row in by_id.values()))


def needs_of(technologies: tuple[str, ...]) -> tuple[Need, ...]:
    """Return every need that some of these technologies answer."""
    known = load_technologies()
    return tuple(dict.fromkeys(need for name in technologies for need in known[name].needs))


def _technology_rows() -> tuple[Row, ...]:
    return read_table(TECHNOLOGIES_TABLE, columns=TECHNOLOGIES_COLUMNS)


def _technology(row: Row) -> Technology:
    source_of(row, load_sources())
    needs = []
    for name in row.texts("needs"):
        if name not in list(Need):
            raise row.refusal(
                "data-value-unknown", column="needs", value=name, allowed=[n.value for n in Need]
            )
        needs.append(Need(name))
    return Technology(id=row.text("id"), needs=tuple(needs))


def _technology_entry(row: Row) -> Entry:
    name = row.text("id")
    return Entry(
        id=name,
        kind=EntryKind.TECHNOLOGY,
        technologies=(name,),
        needs=load_technologies()[name].needs,
        standing=Standing.SEEN,
        source=source_of(row, load_sources()),
    )


def _product(facts: EquipmentFacts) -> Entry:
    size = "" if facts.size is None else f"-{facts.size.normalize():f}"
    if facts.technology in MONEY:
        kind = EntryKind.PROGRAMME
    else:
        kind = EntryKind.PRODUCT if facts.unit == PRICE_UNIT else EntryKind.FIGURE
    return Entry(
        id=f"{facts.technology}-{facts.item}{size}",
        kind=kind,
        item=facts.item,
        technologies=(facts.technology,),
        needs=load_technologies()[facts.technology].needs,
        size=facts.size,
        size_unit=facts.size_unit,
        low=facts.low,
        central=facts.central,
        high=facts.high,
        unit=facts.unit,
        remark=facts.basis,
        standing=Standing.SEEN,
        source=facts.source,
    )


def _provider(row: Row) -> Entry:
    known, places = load_technologies(), departments()
    for column, allowed in (("technologies", known), ("departments", places)):
        for name in row.texts(column):
            if name not in allowed:
                raise row.refusal(
                    "data-value-unknown", column=column, value=name, allowed=list(allowed)
                )
    technologies = row.texts("technologies")
    trade = row.one_of("kind", PROVIDER_KINDS)
    return Entry(
        id=row.text("id"),
        kind=EntryKind.PROGRAMME if trade in PROGRAMMES else EntryKind.PROVIDER,
        name=row.text("name"),
        trade=trade,
        technologies=technologies,
        needs=needs_of(technologies),
        departments=row.texts("departments"),
        web=row.optional("web"),
        standing=row.choice("status", Standing),
        source=source_of(row, load_sources()),
    )


def squeezed(text: str) -> str:
    """Return a text as searches compare it: no accents, capitals, spaces or marks."""
    return squeeze(text)
