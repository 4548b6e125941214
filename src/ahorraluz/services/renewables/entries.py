"""The repository of what there is in Peru: found by technology, need, region and words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from ahorraluz.catalog.places import departments, find_department
from ahorraluz.catalog.renewables import load_entries, load_technologies, squeezed
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.renewables.technologies import Entry, EntryKind, Need
from ahorraluz.services.renewables.proposals import published_entries
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.texts import Texts

MAX_SHOWN = 60
TUBES = " tubes"
BARE_PRICE = "price"
"""An item that its technology has to name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is looked for; ``None``: anything."""

    technology: str | None = None
    region: str | None = None
    """Department, by id or name; what is offered in the whole country is always there."""
    need: str | None = None
    kind: str | None = None
    text: str | None = None
    """Words that all must occur, without accents."""


def find_entries(filters: Filters, *, tools: Toolbox, texts: Texts) -> tuple[Entry, ...]:
    """Return the entries that fit, those of the region itself first.

    Raises
    ------
    InvalidInputError
        ``entry-filter-unknown``: a technology, need or kind that is none;
        ``department-unknown``.
    """
    technology = _one_of("technology", filters.technology, load_technologies())
    need = _one_of("need", filters.need, [need.value for need in Need])
    kind = _one_of("kind", filters.kind, [kind.value for kind in EntryKind])
    region = None if filters.region is None else find_department(filters.region)
    words = [squeezed(word) for word in (filters.text or "").split()]
    found = [
        entry
        for entry in every_entry(tools)
        if (technology is None or technology in entry.technologies)
        and (need is None or need in entry.needs)
        and (kind is None or kind == entry.kind)
        and (region is None or not entry.departments or region in entry.departments)
        and _has(entry, words, texts)
    ]
    if region is not None:
        found.sort(key=lambda entry: region not in entry.departments)
    return tuple(found)


def find_entry(name: str, *, tools: Toolbox) -> Entry:
    """Return one entry by its id; raises ``entry-misspelt`` or ``entry-unknown``."""
    known = {entry.id: entry for entry in every_entry(tools)}
    if name in known:
        return known[name]
    close = get_close_matches(name, known, n=3)
    if close:
        raise InvalidInputError("entry-misspelt", value=name[:MAX_SHOWN], known=close)
    raise InvalidInputError("entry-unknown", value=name[:MAX_SHOWN])


def every_entry(tools: Toolbox) -> tuple[Entry, ...]:
    """Return the entries on file and those that were proposed and published."""
    return (*load_entries(), *published_entries(tools))


def entry_name(entry: Entry, texts: Texts) -> str:
    """Return how people call an entry."""
    if entry.name is not None:
        return entry.name
    if entry.item is None:
        return texts.text(f"technology.{entry.technologies[0]}")
    if entry.item == BARE_PRICE:
        technology = texts.text(f"technology.{entry.technologies[0]}")
        return texts.text("renewables.price-of", technology=technology)
    item = texts.text(f"renewables.item.{entry.item}")
    if entry.size is None or entry.size_unit is None or entry.kind is not EntryKind.PRODUCT:
        return item
    if entry.size_unit == "unit":
        return item
    return f"{item}, {entry.size.normalize():f} {entry.size_unit}"


def entry_about(entry: Entry, texts: Texts) -> str:
    """Return what is to be known of an entry, in a sentence; empty: nothing more."""
    if entry.kind is EntryKind.TECHNOLOGY:
        return texts.text(f"technology.{entry.id}-about")
    if entry.remark is not None:
        brand, _, tubes = entry.remark.partition(", ")
        if tubes.endswith(TUBES):
            return texts.text("renewables.tubes", brand=brand, count=tubes.removesuffix(TUBES))
        return entry.remark
    key = f"renewables.about.{entry.id}"
    return texts.text(key) if texts.has(key) else ""


def entry_value(entry: Entry, texts: Texts) -> str | None:
    """Return the figure of an entry as people read it; ``None``: it has none.

    A product without a price says that none was found.
    """
    ends = [value for value in (entry.low, entry.central, entry.high) if value is not None]
    if not ends:
        return texts.text("renewables.no-price") if entry.kind is EntryKind.PRODUCT else None
    low, high = min(ends), max(ends)
    if entry.unit == "PEN":
        shown = [texts.soles(low), texts.soles(high)]
    else:
        unit = texts.text(f"renewables.unit.{entry.unit}")
        shown = [texts.shown(low), f"{texts.shown(high)} {unit}"]
    if low != high:
        return texts.text("renewables.range", low=shown[0], high=shown[1])
    if entry.central is None and (entry.low is None or entry.high is None):
        key = "renewables.up-to" if entry.low is None else "renewables.from"
        return texts.text(key, value=shown[1])
    return shown[1]


def regions_of(entry: Entry, texts: Texts) -> str:
    """Return where an entry is offered."""
    if not entry.departments:
        return texts.text("renewables.national")
    names = departments()
    return ", ".join(names[name] for name in entry.departments)


def _has(entry: Entry, words: Sequence[str], texts: Texts) -> bool:
    if not words:
        return True
    parts: Iterable[str] = (
        entry.id,
        entry_name(entry, texts),
        entry_about(entry, texts),
        regions_of(entry, texts),
        *(texts.text(f"technology.{name}") for name in entry.technologies),
        *(texts.text(f"need.{need.value}") for need in entry.needs),
        texts.text(f"trade.{entry.trade}") if entry.trade else "",
    )
    whole = squeezed(" ".join(parts))
    return all(word in whole for word in words)


def _one_of(field: str, value: str | None, allowed: Iterable[str]) -> str | None:
    known = list(allowed)
    if value is None or value in known:
        return value
    raise InvalidInputError(
        "entry-filter-unknown", field=field, value=value[:MAX_SHOWN], choices=", ".join(known)
    )
