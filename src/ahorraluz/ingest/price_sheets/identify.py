"""Whose sheet it is, for which electric system, from which day, with or without IGV.

Only what the document says counts: a name it labels, the one name it mentions, the
entry its list has chosen. Two candidates are no answer.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from ahorraluz.ingest.price_sheets.sheet import FoundSystem, Page, SheetLine, SheetNames
from ahorraluz.ingest.price_sheets.words import find_days, find_igv, plain, slug

LABEL_REACH = 90
"""How far before a day the word stands that says what the day is. [char]"""

_START = re.compile(
    r"\bvigen|\ba partir\b|\bdesde\b|\bpliego\b|\bvalid[oa]|\brige\b|\btarifas? del\b"
)
_NO_START = re.compile(
    r"\bpublicacion\b|\bpublicad[oa]\b|\bemision\b|\bimpres|\bactualiza|\bresolucion\b|\bal\b"
    r"|\bhasta\b|\bconsulta|\belaborad|\bdecreto\b|\bley\b"
)
_PUBLISHED = re.compile(r"\bpublicacion\b|\bpublicad[oa]\b|\bemision\b")
_COMPANY = re.compile(
    r"\b(?:empresa|concesionari[oa]|distribuidora?)\b(?: \w+){0,2} ?: ?(.{2,80})",
)
_SYSTEM = re.compile(
    r"\b(?:sistema(?: electrico)?|pliego(?: tarifario)?|sector electrico) ?: ?(.{2,60})"
)
_NO_SYSTEM = re.compile(r"\bsein\b|\binterconectad|\baislad|\bnacional\b|\bsin igv\b|\bcon igv\b")
_NEXT_LABEL = re.compile(
    r"\b(?:vigencia|sector|interconexion|empresa|opcion|sistema|pliego|fecha|unidad)\b|[|;·]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a document says of itself."""

    distributors: tuple[str, ...]
    systems: tuple[FoundSystem, ...]
    systems_labelled: bool
    starts: tuple[date, ...]
    igv: tuple[bool, ...]
    published: date | None
    other_days: tuple[date, ...]
    from_list: bool


def identify(page: Page, names: SheetNames, *, head: int) -> Identity:
    """Return what ``page`` says of itself.

    Parameters
    ----------
    page
        The document.
    names
        Distributors and systems on file.
    head
        How many lines stand before the first price; a system that is only
        mentioned counts there, since place names fill the rest of a page.
    """
    texts = [plain(line.raw) for line in page.lines]
    chosen = [plain(text) for text in page.selected]
    starts, published, others = find_starts(texts)
    listed_days = [day for text in chosen for day, _ in find_days(text)]
    systems, how = _systems(texts[:head], texts, chosen, names)
    from_list = how == "listed" or (not starts and bool(listed_days))
    return Identity(
        distributors=_distributors(texts, chosen, systems, names),
        systems=systems,
        systems_labelled=how == "labelled",
        starts=tuple(dict.fromkeys(starts or listed_days)),
        igv=tuple(dict.fromkeys(said for text in texts for said in find_igv(text))),
        published=published,
        other_days=tuple(dict.fromkeys(others)),
        from_list=from_list,
    )


def find_starts(texts: Sequence[str]) -> tuple[list[date], date | None, list[date]]:
    """Return the days that prices hold from, the day of publication, and other days.

    Examples
    --------
    >>> starts, published, others = find_starts(["fecha de publicacion: 03/08/2026",
    ...                                          "vigencia a partir del 4/ago/2026"])
    >>> str(starts[0]), str(published), others
    ('2026-08-04', '2026-08-03', [])
    """
    starts: list[date] = []
    others: list[date] = []
    published: date | None = None
    before = ""
    for text in texts:
        for day, place in find_days(text):
            label = (text[:place].strip() or before)[-LABEL_REACH:]
            place_of_start, place_of_no = _last(_START, label), _last(_NO_START, label)
            if place_of_start > place_of_no:
                starts.append(day)
            elif _PUBLISHED.search(label):
                published = published or day
            elif place_of_no < 0:
                others.append(day)
        before = text
    return list(dict.fromkeys(starts)), published, others


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.start() for match in pattern.finditer(text)), default=-1)


def mentions(text: str, names: SheetNames) -> tuple[str, ...]:
    """Return the distributors a plain text mentions; a name inside a longer one is none.

    Examples
    --------
    >>> names = SheetNames(distributors={"electrosur": ("Electro Sur",),
    ...                                  "electro-sur-este": ("Electro Sur Este",)}, systems={})
    >>> mentions("electro sur este s.a.a.", names)
    ('electro-sur-este',)
    """
    found = [
        (match.start(), match.end(), distributor)
        for distributor, ways in names.distributors.items()
        for way in ways
        for match in _name_pattern(way).finditer(text)
    ]
    whole = [
        hit
        for hit in found
        if not any(
            other[0] <= hit[0] and hit[1] <= other[1] and other[1] - other[0] > hit[1] - hit[0]
            for other in found
        )
    ]
    return tuple(dict.fromkeys(distributor for _, _, distributor in sorted(whole)))


@lru_cache(maxsize=512)
def _name_pattern(name: str) -> re.Pattern[str]:
    words = re.findall(r"[a-z0-9]+", plain(name))
    return re.compile(r"(?<![a-z0-9])" + r"[ ._-]{0,3}".join(words) + r"(?![a-z0-9])")


def _distributors(
    texts: Sequence[str],
    chosen: Sequence[str],
    systems: Sequence[FoundSystem],
    names: SheetNames,
) -> tuple[str, ...]:
    """Return who the sheet is of: whom it labels, else whom it mentions, else by its system."""
    labelled = [
        distributor
        for text in texts
        for match in _COMPANY.finditer(text)
        for distributor in mentions(match[1], names)[:1]
    ]
    mentioned = [name for text in (*chosen, *texts) for name in mentions(text, names)]
    # A site's menu lists every company; the system, where it is one company's, decides.
    of_system = [system.distributor for system in systems if system.distributor]
    for candidates in (labelled, mentioned, of_system):
        distinct = tuple(dict.fromkeys(candidates))
        if len(distinct) == 1:
            return distinct
    if len(set(of_system)) == 1 and set(of_system) <= set(labelled or mentioned):
        return (of_system[0],)
    return tuple(dict.fromkeys(labelled or mentioned))


def _systems(
    head: Sequence[str], texts: Sequence[str], chosen: Sequence[str], names: SheetNames
) -> tuple[tuple[FoundSystem, ...], str]:
    """Return the systems the sheet names, and how: labelled, mentioned or listed."""
    labelled = [
        system
        for text in texts
        for match in _SYSTEM.finditer(text)
        if (system := _labelled_system(match[1], names)) is not None
    ]
    if labelled:
        return _distinct(labelled), "labelled"
    mentioned = _distinct(system for text in head for system in known_systems(text, names))
    if mentioned:
        return mentioned, "mentioned"
    listed = _distinct(system for text in chosen for system in known_systems(text, names))
    return listed, "listed" if listed else ""


def _distinct(systems: Iterable[FoundSystem]) -> tuple[FoundSystem, ...]:
    """Return the systems by id; one that two distributors have is of neither for sure."""
    found: dict[str, FoundSystem] = {}
    for system in systems:
        before = found.setdefault(system.id, system)
        if before.distributor != system.distributor:
            found[system.id] = replace(before, distributor=None)
    return tuple(found.values())


def known_systems(text: str, names: SheetNames) -> tuple[FoundSystem, ...]:
    """Return the systems on file that a plain text names, from left to right."""
    found = [
        (match.start(), FoundSystem(id=system, name=name, distributor=distributor))
        for (distributor, system), name in names.systems.items()
        for match in _name_pattern(name).finditer(text)
    ]
    return tuple(system for _, system in sorted(found, key=lambda hit: hit[0]))


def _labelled_system(text: str, names: SheetNames) -> FoundSystem | None:
    name = _NEXT_LABEL.split(text)[0].strip(" -:.,()")
    known = known_systems(name, names)
    if known:
        return known[0]
    is_name = slug(name) and not any(letter.isdigit() for letter in name)
    if not is_name or _NO_SYSTEM.search(name) or mentions(name, names):
        return None
    return FoundSystem(id=slug(name), name=_title(name))


def _title(name: str) -> str:
    return unicodedata.normalize("NFC", name).title()


def heading_systems(line: SheetLine, names: SheetNames) -> tuple[FoundSystem, ...]:
    """Return the systems that one line of headings names, from left to right."""
    return known_systems(plain(line.raw), names)
