"""Appliances: power over the sources, hours and duty by default, stand-by."""

from collections.abc import Mapping
from functools import cache

from ahorraluz.catalog.sources import load_sources, optional_source, source_of
from ahorraluz.catalog.tables import Row, read_table, refuse_duplicates
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.history import Grade, Source
from ahorraluz.core.home import CookingFuel
from ahorraluz.core.usage.facts import (
    ApplianceFacts,
    EndUseId,
    OwnershipFacts,
    Physics,
    Zone,
)

TABLE = "appliances.csv"
COLUMNS = (
    "id",
    "end_use",
    "physics",
    "power_w",
    "power_w_low",
    "power_w_high",
    "power_source",
    "duty",
    "default_h_day",
    "default_kwh_month",
    "use_source",
    "standby_w",
    "standby_source",
    "shiftable",
    "left_on",
    "responds_to_heat",
    "responds_to_cold",
)
OWNERSHIP_TABLE = "ownership.csv"
OWNERSHIP_COLUMNS = ("id", "appliance", "zone", "share", "count", "cooking", "source")
POWER_BASIS = "basis.catalogue-default"
YES_NO: Mapping[str, bool] = {"yes": True, "no": False}


@cache
def load_appliances() -> Mapping[str, ApplianceFacts]:
    """Return every appliance by id, in the order of the table."""
    by_id = refuse_duplicates(read_table(TABLE, columns=COLUMNS), key=lambda row: (row.text("id"),))
    sources = load_sources()
    return {row.text("id"): _appliance(row, sources) for row in by_id.values()}


def _appliance(row: Row, sources: Mapping[str, Source]) -> ApplianceFacts:
    power = source_of(row, sources, column="power_source")
    use = optional_source(row, sources, column="use_source")
    standby = optional_source(row, sources, column="standby_source")
    return ApplianceFacts(
        id=row.text("id"),
        end_use=row.choice("end_use", EndUseId),
        physics=row.choice("physics", Physics),
        power_w=_power(row),
        power_grade=power.grade,
        power_source=power.id,
        duty=row.optional_number("duty"),
        default_h_day=row.optional_number("default_h_day"),
        use_grade=use.grade if use else Grade.INFERENCE,
        default_kwh_month=row.optional_number("default_kwh_month"),
        standby_w=row.optional_number("standby_w"),
        standby_grade=standby.grade if standby else Grade.INFERENCE,
        standby_source=standby.id if standby else "",
        shiftable=_yes_no(row, "shiftable"),
        left_on=_yes_no(row, "left_on") if row.optional("left_on") else None,
        responds_to_heat=_yes_no(row, "responds_to_heat"),
        responds_to_cold=_yes_no(row, "responds_to_cold"),
    )


def _power(row: Row) -> Estimate | None:
    if row.optional("power_w") is None:
        return None
    return Estimate(
        low=row.number("power_w_low"),
        middle=row.number("power_w"),
        high=row.number("power_w_high"),
        unit="W",
        basis=POWER_BASIS,
    )


def _yes_no(row: Row, column: str) -> bool:
    return YES_NO[row.one_of(column, YES_NO)]


@cache
def load_ownership() -> tuple[OwnershipFacts, ...]:
    """Return how many homes own each kind of appliance, published shares first.

    Raises
    ------
    CatalogError
        ``data-value-missing``: a kind of appliance has no share for all homes;
        ``data-value-unknown``: a row stands for an appliance that is not in its table.
    """
    rows = read_table(OWNERSHIP_TABLE, columns=OWNERSHIP_COLUMNS)
    by_id: dict[str, dict[Zone, Row]] = {}
    for row in refuse_duplicates(rows, key=lambda row: (row.text("id"), row.text("zone"))).values():
        row.one_of("appliance", load_appliances())
        by_id.setdefault(row.text("id"), {})[row.choice("zone", Zone)] = row
    return tuple(_ownership(zones) for zones in by_id.values())


def _ownership(zones: Mapping[Zone, Row]) -> OwnershipFacts:
    first = next(iter(zones.values()))
    if Zone.ALL not in zones:
        raise first.refusal("data-value-missing", column="zone")
    source = source_of(zones[Zone.ALL], load_sources())
    return OwnershipFacts(
        id=first.text("id"),
        appliance=first.text("appliance"),
        shares={zone: row.number("share") for zone, row in zones.items()},
        count=first.number("count"),
        cooking=first.choice("cooking", CookingFuel) if first.optional("cooking") else None,
        grade=source.grade,
        source=source.id,
    )
