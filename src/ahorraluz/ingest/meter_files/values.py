"""Which columns hold energy or power, and which say whose, what and how good it is."""

from collections.abc import Sequence
from dataclasses import dataclass

from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.meter_files.columns import Column, Kind, by_name
from ahorraluz.ingest.meter_files.content import MeterFileError
from ahorraluz.ingest.meter_files.units import exact_unit, is_piped
from ahorraluz.ingest.meter_files.words import (
    Word,
    flow_of,
    fold,
    tokens_of,
    unknown_tokens,
    words_of,
)

_KNOWN = (
    Word.ENERGY, Word.POWER, Word.REGISTER, Word.IMPORT, Word.EXPORT, Word.PRODUCTION,
    Word.LOAD, Word.CONSUMPTION, Word.CIRCUIT,
)  # fmt: skip
_SAME_THING = ("change", "sum", "delta", "state", "mean", "value")
"""Columns of which a statistics export has several for one thing; the first one serves."""
_ALWAYS_GAS = {"gas", "gaz", "gasverbruik", "m3"}
_NOT_THE_HOME = (Flow.CIRCUIT, Flow.EXPORT, Flow.PRODUCTION)
_PLACES = {"home", "house", "casa", "haus", "plant", "planta", "site", "my", "mi"}
_DELIVERED = {"delivered", "levering", "geleverd", "entregada"}
_RECEIVED = {"received", "recibida"}
_WHOLE = {
    *("mains", "total", "grid", "whole", "aggregate", "principal", "overall", "net", "building"),
    *("aggregated", "combined", "totaal", "gesamt", "totale", "global"),
}
"""Words for the whole home among names that the vocabulary does not hold."""
MAX_SERIES = 60
"""Most different series of a column whose cells are numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValuePlan:
    """Columns of one table beside its times."""

    values: tuple[Column, ...]
    series: tuple[int, ...] = ()
    """Columns whose texts name the series of a row."""
    homes: tuple[int, ...] = ()
    """Columns whose texts name the home or meter of a row."""
    unit: int | None = None
    quality: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()
    """Columns of gas or water."""
    wanted: str | None = None
    """The only series or home to read, where the person named one."""

    @property
    def places(self) -> tuple[int, ...]:
        """Every column of it."""
        one = () if self.unit is None else (self.unit,)
        values = (column.place for column in self.values)
        return tuple(dict.fromkeys((*values, *self.series, *self.homes, *one, *self.quality)))


def plan_values(
    columns: Sequence[Column], *, taken: Sequence[int], chosen: str | None, name: str
) -> ValuePlan:
    """Return the columns of energy or power, and those that explain them.

    Raises
    ------
    MeterFileError
        ``table-no-energy-column``, ``meter-file-not-electricity`` or ``table-column-unknown``.
    """
    rest = [column for column in columns if column.place not in taken]
    unit = next((column for column in rest if _is_unit(column)), None)
    quality = [column for column in rest if _is_quality(column)]
    homes = [column for column in rest if column is not unit and _is_home(column)]
    series = [
        column for column in rest
        if column is not unit and column not in quality and column not in homes
        and _is_series(column)
    ]  # fmt: skip
    used = {column.place for column in (*quality, *homes, *series)} | {unit.place if unit else -1}
    free = [column for column in rest if column.place not in used]
    gas = [column for column in free if _is_gas(column)]
    column = by_name(rest, chosen) if chosen else None
    if column is not None:
        values = [column]
    else:
        values = _values([item for item in free if item not in gas])
        if chosen and not (series or homes):
            names = [item.name[:40] for item in columns[:12]]
            raise MeterFileError(
                "table-column-unknown", file=name, column=chosen[:60], columns=names
            )
    if not values:
        if gas:
            raise MeterFileError(
                "meter-file-not-electricity", file=name, found=[item.name[:40] for item in gas[:6]]
            )
        names = [item.name[:40] for item in columns[:12]]
        raise MeterFileError("table-no-energy-column", file=name, columns=names)
    return ValuePlan(
        values=tuple(values),
        series=tuple(item.place for item in series),
        homes=tuple(item.place for item in homes),
        unit=unit.place if unit else None,
        quality=tuple(item.place for item in quality),
        left_out=tuple(item.name[:60] for item in gas),
        wanted=chosen if chosen and column is None else None,
    )


def _is_unit(column: Column) -> bool:
    if column.kind is not Kind.TEXT or (column.says(Word.QUALITY) and not column.says(Word.UNIT)):
        return False
    return bool(column.distinct) and any(
        exact_unit(cell) or is_piped(cell) for cell in column.distinct
    ) and (column.says(Word.UNIT) or all(len(cell) <= 5 for cell in column.distinct))  # fmt: skip


def _is_quality(column: Column) -> bool:
    if column.unit is not None:
        return False
    if column.kind is Kind.NUMBER:
        return column.says(Word.ESTIMATED) and set(column.distinct) <= {"0", "1", "0.0", "1.0"}
    if column.kind is not Kind.TEXT:
        return False
    estimated = any(Word.ESTIMATED in words_of(cell) for cell in column.distinct[:50])
    return column.says(Word.QUALITY, Word.ESTIMATED) or (estimated and len(column.distinct) < 10)


def _is_home(column: Column) -> bool:
    if not column.says(Word.HOME) or column.unit is not None:
        return False
    if column.kind is Kind.TEXT:
        return not column.says(Word.SERIES) or "id" in tokens_of(column.name)
    if column.kind not in (Kind.NUMBER, Kind.STAMP) or not column.whole:
        return False
    # A counter is called a meter too: a number that never changes is no reading.
    return len(column.distinct) <= 1 or "id" in tokens_of(column.name)


def _is_series(column: Column) -> bool:
    if column.unit is not None or not column.says(Word.SERIES):
        return False
    if column.kind is Kind.TEXT:
        return True
    return (
        column.kind is Kind.NUMBER
        and not column.says(*_KNOWN)
        and 1 < len(column.distinct) <= MAX_SERIES
    )


def _is_gas(column: Column) -> bool:
    if not column.says(Word.NOT_ELECTRIC) or column.kind not in (Kind.NUMBER, Kind.EMPTY):
        return False
    return column.unit is None or not _ALWAYS_GAS.isdisjoint(tokens_of(column.name))


def _values(columns: Sequence[Column]) -> list[Column]:
    numbers = [
        column for column in columns
        if not column.says(Word.OTHER) and not column.says(Word.QUALITY)
        and (
            column.kind is Kind.NUMBER
            or (column.kind in (Kind.EMPTY, Kind.STAMP) and column.says(*_KNOWN))
            or (column.kind in (Kind.EMPTY, Kind.STAMP) and column.unit is not None)
            or _is_spoiled(column)
        )
    ]  # fmt: skip
    told = [column for column in numbers if column.unit is not None or column.says(*_KNOWN)]
    if told and (any(column.unit is not None for column in told) or _one_thing(numbers)):
        numbers = told
    same = [column for column in numbers if fold(column.name) in _SAME_THING]
    if len(same) > 1:
        best = min(same, key=lambda column: _SAME_THING.index(fold(column.name)))
        numbers = [column for column in numbers if column not in same or column is best]
    if len(numbers) > 2:
        plain = [column for column in numbers if not _is_bare_total(column)]
        numbers = plain or numbers
    return numbers


def _is_spoiled(column: Column) -> bool:
    """Tell whether a column of states or of energy has numbers among its words."""
    if column.kind is not Kind.TEXT or not (column.says(Word.NEUTRAL) or column.unit):
        return False
    return any(cell.replace(".", "", 1).isdigit() for cell in column.distinct)


def _one_thing(columns: Sequence[Column]) -> bool:
    return all(fold(column.name) in _SAME_THING for column in columns)


def _is_bare_total(column: Column) -> bool:
    """Tell whether a column is called a total and nothing else: that of the others."""
    plain = (Word.TOTAL, Word.ENERGY, Word.POWER)
    return column.says(Word.TOTAL) and all(
        not words_of(token).isdisjoint(plain) for token in tokens_of(column.name)
    )


def settle_flows(names: Sequence[str]) -> tuple[Flow, ...]:
    """Return the flow of each series of one file, from all their names.

    What a home consumes is the load where the file also tells the import or the
    production, and the import where it is the only thing the meter tells.

    Examples
    --------
    >>> [flow.value for flow in settle_flows(["Consumo kWh", "Exportación kWh"])]
    ['import', 'export']
    >>> [flow.value for flow in settle_flows(["PV", "Purchased", "Feed-in", "Consumption"])]
    ['production', 'import', 'export', 'load']
    """
    names = _without_place(names)
    said = [flow_of(name) for name in names]
    said = _of_two_sides(names, said)
    behind = Flow.IMPORT in said or Flow.PRODUCTION in said
    alone = said.count(None) == 1
    settled = []
    for name, flow in zip(names, said, strict=True):
        used = alone and Word.CONSUMPTION in words_of(name)
        if flow is not None:
            settled.append(flow)
        elif unknown_tokens(name) and len(names) > 1 and not used:
            settled.append(Flow.CIRCUIT)
        elif Word.CONSUMPTION in words_of(name):
            settled.append(Flow.LOAD if behind else Flow.IMPORT)
        elif Flow.IMPORT in said:
            settled.append(Flow.CIRCUIT)
        else:
            settled.append(Flow.IMPORT)
    if all(flow in _NOT_THE_HOME for flow in settled):
        settled = [
            Flow.IMPORT if flow is Flow.CIRCUIT and _is_whole(name) else flow
            for name, flow in zip(names, settled, strict=True)
        ]
    return tuple(settled)


def _without_place(names: Sequence[str]) -> list[str]:
    """Return the names without the words of a place or device that all of them begin with."""
    tokens = [tokens_of(name) for name in names]
    kept = 0
    for together in zip(*tokens, strict=False):
        token = together[0]
        same = len(names) > 1 and len(set(together)) == 1 and token.isalpha()
        if not same or not (token in _PLACES or not words_of(token)):
            break
        kept += 1
    if not kept or any(len(parts) <= kept for parts in tokens):
        return list(names)
    return [" ".join(parts[kept:]) for parts in tokens]


def _of_two_sides(names: Sequence[str], said: Sequence[Flow | None]) -> list[Flow | None]:
    """Return the flows where "delivered" stands beside its counterpart.

    A distributor delivers to the home and receives from it; beside the use of the home,
    what is delivered goes the other way.
    """
    tokens = [set(tokens_of(name)) for name in names]
    delivered = [not parts.isdisjoint(_DELIVERED) for parts in tokens]
    received = [not parts.isdisjoint(_RECEIVED) for parts in tokens]
    used = any(Word.CONSUMPTION in words_of(name) for name in names)
    found = list(said)
    for place in range(len(names)):
        if received[place] and any(delivered):
            found[place] = Flow.EXPORT
            continue
        back = delivered[place] and Word.CONSUMPTION not in words_of(names[place])
        if back and used and not any(received) and Flow.EXPORT not in said:
            found[place] = Flow.EXPORT
    return found


def _is_whole(name: str) -> bool:
    """Tell whether the name of a circuit is one for the whole home."""
    tokens = set(tokens_of(name))
    return not tokens.isdisjoint(_WHOLE)
