"""Groups of homes that tell nothing of one home, however often they are published.

The unit of publication is a *block*: at least ``K`` homes of one place that are told together or
not at all. Every published cell is a sum of whole blocks. Three rules keep any sum or difference
of published figures, over places and over time, a sum over at least ``K`` homes:

- a block holds ``K`` homes, its *core*, that no block ever held before; homes of a block that was
  given up may join it as guests;
- a block that loses homes stands as it was told. It is cut only where ``K`` of its core left,
  ``K`` stay, and no home can have been more than half of those who left; it is given up whole;
- a figure of a block is told anew only where at least ``K`` of its core bring a value that was
  never told of them, and no home is more than half of the change.

Proof: take any combination of everything told, and the newest telling in it. At least ``K`` homes
of its core are in no earlier telling, in that value or that cut, so their part does not cancel.
What is left over when the cells within a place are taken from the place is itself blocks, so
that complementary suppression holds by construction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

K = 10
"""Least number of homes of any group."""
LEVELS = (6, 4, 2, 0)
"""Digits of a code of a district, a province, a department and the whole country."""
EDGE = 10
"""A share of a block is told as one tenth at least and nine tenths at most: that all of a group
are alike would tell of each."""

Values = Mapping[str, int]
"""Whole numbers by indicator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """An indicator."""

    name: str
    shares: str | None = None
    """For a yes or no, 1 or 0: the indicator that it is told together with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A home that agreed to be counted, as it is today."""

    mark: str
    """Stands for the home; the same each time."""
    place: str
    """Code of its district; shorter where less is known."""
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A home within a block."""

    mark: str
    core: bool
    told: Mapping[str, tuple[int, ...]] | None = None
    """By indicator the values that were told of it, oldest first; ``None``: its key is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Homes told together."""

    place: str
    members: tuple[Member, ...]
    sums: Values
    days: Mapping[str, str]
    """By indicator the day of which its sum is."""
    bounds: Values
    """By indicator a power of two that no value of a member exceeds."""
    live: bool = True
    """Whether it is still told."""
    number: int | None = None
    """``None``: new."""

    @property
    def homes(self) -> int:
        """How many it holds."""
        return len(self.members)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is told of a place: a sum of blocks."""

    place: str
    homes: int
    sums: Values
    oldest: Mapping[str, str]
    """By indicator the day of the oldest sum in it."""


@dataclass(slots=True)
class _Round:
    """One renewal: who is there, and what becomes of the blocks."""

    figures: Sequence[Figure]
    day: str
    present: Mapping[str, Present]
    blocks: list[Block]
    known: set[str] = field(default_factory=set)
    """Marks of everybody who was ever in a block."""


def renew(
    blocks: Iterable[Block], homes: Iterable[Present], figures: Sequence[Figure], *, day: str
) -> tuple[Block, ...]:
    """Return all blocks as they stand once today's homes are counted by the rules.

    Parameters
    ----------
    blocks
        Every block there ever was; those given up still say who was counted.
    homes
        Homes that agreed, each with all indicators.
    figures
        The indicators.
    day
        Today, ISO 8601.
    """
    now = _Round(
        figures=figures,
        day=day,
        present={home.mark: home for home in homes},
        blocks=list(blocks),
    )
    now.known = {member.mark for block in now.blocks for member in block.members}
    now.blocks = [new for block in now.blocks for new in _renewed(block, now)]
    _form(now)
    return tuple(now.blocks)


def cells_of(blocks: Iterable[Block]) -> tuple[Cell, ...]:
    """Return what is told: every place that holds a block, the country first."""
    within: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        if block.live:
            for digits in LEVELS:
                if digits <= len(block.place):
                    within[block.place[:digits]].append(block)
    return tuple(_cell(place, within[place]) for place in sorted(within))


def dominated(values: Iterable[int]) -> bool:
    """Tell whether one of some values is more than half of them, or there is nothing in them.

    Examples
    --------
    >>> dominated([5, 3, 2]), dominated([6, 3, 2]), dominated([0, 0])
    (False, True, True)
    """
    sizes = [abs(value) for value in values]
    total = sum(sizes)
    return total == 0 or 2 * max(sizes) > total


def bound_of(values: Iterable[int]) -> int:
    """Return the least power of two that no value exceeds in size.

    Examples
    --------
    >>> bound_of([3, -9, 4]), bound_of([0])
    (16, 1)
    """
    largest = max((abs(value) for value in values), default=0)
    return 1 << max(largest - 1, 0).bit_length()


def _cell(place: str, blocks: Sequence[Block]) -> Cell:
    names = blocks[0].sums
    return Cell(
        place=place,
        homes=sum(block.homes for block in blocks),
        sums={name: sum(block.sums[name] for block in blocks) for name in names},
        oldest={name: min(block.days[name] for block in blocks) for name in names},
    )


def _renewed(block: Block, now: _Round) -> tuple[Block, ...]:
    """Return a block as it is told now: anew, as it stood, or cut, and then those who left."""
    if not block.live:
        return (block,)
    staying = tuple(member for member in block.members if _is_there(member, block, now))
    if len(staying) == len(block.members):
        return (_told_anew(block, now),)
    cut = _cut(block, staying, now.figures)
    if cut is None:
        return (block,)
    left = tuple(member for member in block.members if member not in staying)
    gone = replace(block, members=left, live=False, number=None)
    return _told_anew(cut, now), gone


def _is_there(member: Member, block: Block, now: _Round) -> bool:
    home = now.present.get(member.mark)
    return home is not None and member.told is not None and home.place.startswith(block.place)


def _told_anew(block: Block, now: _Round) -> Block:
    """Return a block with today's values for every indicator that may be told again."""
    for figure in now.figures:
        if figure.shares is None and _may_be_told(block, figure.name, now):
            block = _with_values(block, figure.name, now)
            for beside in now.figures:
                if beside.shares == figure.name:
                    block = _with_values(block, beside.name, now)
    return block


def _may_be_told(block: Block, name: str, now: _Round) -> bool:
    values = [now.present[member.mark].values[name] for member in block.members]
    told = [(member.told or {})[name] for member in block.members]
    new = sum(
        member.core and value not in former
        for member, value, former in zip(block.members, values, told, strict=True)
    )
    changes = [value - former[-1] for value, former in zip(values, told, strict=True)]
    return new >= K and not dominated(changes) and not dominated(values)


def _with_values(block: Block, name: str, now: _Round) -> Block:
    values = [now.present[member.mark].values[name] for member in block.members]
    members = tuple(
        replace(member, told={**(member.told or {}), name: ((member.told or {})[name] + (value,))})
        for member, value in zip(block.members, values, strict=True)
    )
    return replace(
        block,
        members=members,
        sums={**block.sums, name: _sum(values, name, now.figures)},
        days={**block.days, name: now.day},
        bounds={**block.bounds, name: bound_of(values)},
    )


def _cut(block: Block, staying: tuple[Member, ...], figures: Sequence[Figure]) -> Block | None:
    """Return a block without those who left, in the values told of it; ``None``: not to be cut."""
    core = sum(member.core for member in block.members)
    stay = sum(member.core for member in staying)
    if stay < K or core - stay < K:
        return None
    sums = {}
    for figure in figures:
        name = figure.name
        values = [(member.told or {})[name][-1] for member in staying]
        sums[name] = _sum(values, name, figures)
        if figure.shares is None:
            left = block.sums[name] - sums[name]
            # Their values are gone with their keys: none can be more than the bound.
            if dominated(values) or 2 * block.bounds[name] > abs(left):
                return None
    return replace(block, members=staying, sums=sums)


def _sum(values: Sequence[int], name: str, figures: Sequence[Figure]) -> int:
    """Return the sum of a block; of a yes or no neither all nor none of it."""
    total = sum(values)
    if any(figure.name == name and figure.shares is not None for figure in figures):
        edge = -(-len(values) // EDGE)
        return min(max(total, edge), len(values) - edge)
    return total


def _form(now: _Round) -> None:
    """Make blocks of the homes that were never in one, in the smallest place that has enough."""
    waiting = sorted(
        (home for home in now.present.values() if home.mark not in now.known),
        key=lambda home: (home.place, home.mark),
    )
    for digits in LEVELS:
        left: list[Present] = []
        for place, group in groupby(waiting, key=lambda home: home.place[:digits]):
            homes = list(group)
            core = _undominated(homes, now.figures) if len(place) == digits else []
            if len(core) < K:
                left += homes
                continue
            _make(place, core, now)
            taken = {home.mark for home in core}
            left += [home for home in homes if home.mark not in taken]
        waiting = left


def _make(place: str, core: Sequence[Present], now: _Round) -> None:
    """Add a block; blocks of its place that lost homes are given up, and the rest are guests."""
    for at, block in enumerate(now.blocks):
        lost = not all(_is_there(member, block, now) for member in block.members)
        if block.live and block.place == place and lost:
            now.blocks[at] = replace(block, live=False)
    counted = {member.mark for block in now.blocks if block.live for member in block.members}
    before = {
        member.mark: member
        for block in now.blocks
        if block.place == place
        for member in block.members
        if member.mark not in counted and _is_there(member, block, now)
    }
    guests = [now.present[mark] for mark in sorted(before)]
    homes = [*core, *guests]
    if any(dominated(home.values[f.name] for home in homes) for f in _amounts(now.figures)):
        homes, before = list(core), {}
    values = {f.name: [home.values[f.name] for home in homes] for f in now.figures}
    now.blocks.append(
        Block(
            place=place,
            members=tuple(_member(home, before) for home in homes),
            sums={name: _sum(of, name, now.figures) for name, of in values.items()},
            days=dict.fromkeys(values, now.day),
            bounds={name: bound_of(of) for name, of in values.items()},
        )
    )


def _member(home: Present, before: Mapping[str, Member]) -> Member:
    guest = before.get(home.mark)
    former = {} if guest is None else guest.told or {}
    return Member(
        mark=home.mark,
        core=guest is None,
        told={name: (*former.get(name, ()), value) for name, value in home.values.items()},
    )


def _undominated(homes: Sequence[Present], figures: Sequence[Figure]) -> list[Present]:
    """Return as many homes as no single one of which is more than half of any figure."""
    left = list(homes)
    for figure in _amounts(figures):
        while len(left) >= K and dominated(home.values[figure.name] for home in left):
            left.remove(max(left, key=lambda home: abs(home.values[figure.name])))
    if len(left) < K or any(dominated(h.values[f.name] for h in left) for f in _amounts(figures)):
        return []
    return left


def _amounts(figures: Sequence[Figure]) -> list[Figure]:
    return [figure for figure in figures if figure.shares is None]
