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
that complementary suppression holds by construction. Every table that tells one thing of homes,
whoever reads it, is made of the same blocks; else two tables could be taken from each other.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

K = 10
"""Least number of homes of any group."""
P_PERCENT = 10
"""Who knows the second largest value of a sum can still be wrong about the largest by this part
of it at least. [percent]"""
LEVELS = (6, 4, 2, 0)
"""Digits of a code of a district, a province, a department and the whole country."""
APART = ":"
"""Between the mark of a home and what one of its several values is of."""
EDGE = 10
"""A share of a block is told as one tenth at least and nine tenths at most: that all of a group
are alike would tell of each."""

Values = Mapping[str, int]
"""Whole numbers by indicator."""
Level = Callable[[str], str | None]
"""From the place of a home to the place of the block that it would be in; ``None``: in none."""


def _digits(count: int) -> Level:
    return lambda place: place[:count] if len(place) >= count else None


GEOGRAPHY: tuple[Level, ...] = tuple(map(_digits, LEVELS))
"""From the district to the country."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """An indicator."""

    name: str
    shares: str | None = None
    """For a yes or no, 1 or 0: the indicator that it is told together with."""
    at_least: bool = False
    """Whether a yes or no is told as "so many or more": nobody may then be the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A home that agreed to be counted, as it is today."""

    mark: str
    """Stands for the home, or, after ``APART``, for one of several things of it; the same each
    time."""
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
    levels: Sequence[Level]
    known: set[str] = field(default_factory=set)
    """Marks of everybody who was ever in a block."""


def renew(
    blocks: Iterable[Block],
    homes: Iterable[Present],
    figures: Sequence[Figure],
    *,
    day: str,
    levels: Sequence[Level] = GEOGRAPHY,
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
    levels
        Places that blocks are of, the smallest first.
    """
    now = _Round(
        figures=figures,
        day=day,
        present={home.mark: home for home in homes},
        blocks=list(blocks),
        levels=levels,
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
    """Tell whether a sum of some values would tell too much of the largest, or is of nothing.

    That is so where it is more than half of them, or where what is neither it nor the second
    largest is less than ``P_PERCENT`` of it.

    Examples
    --------
    >>> dominated([5, 3, 2]), dominated([6, 3, 2]), dominated([0, 0]), dominated([50, 49, 2])
    (False, True, True, True)

    References
    ----------
    A. Hundepool and others, Statistical Disclosure Control (2012), chapter 4: the rules of
    dominance, (1, 50), and of p percent.
    """
    sizes = sorted((abs(value) for value in values), reverse=True)
    total = sum(sizes)
    if not total or 2 * sizes[0] > total:
        return True
    return 100 * (total - sizes[0] - sizes[1]) < P_PERCENT * sizes[0]


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
    # A block that stands since before an indicator was told has no sum of it.
    names = dict.fromkeys(name for block in blocks for name in block.sums)
    sums = {n: sum(b.sums[n] for b in blocks if n in b.sums) for n in names}
    oldest = {n: min(b.days[n] for b in blocks if n in b.days) for n in names}
    return Cell(place=place, homes=sum(b.homes for b in blocks), sums=sums, oldest=oldest)


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
    if home is None or member.told is None:
        return False
    return any(level(home.place) == block.place for level in now.levels)


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
    told = [(member.told or {}).get(name, ()) for member in block.members]
    new = sum(
        member.core and value not in former
        for member, value, former in zip(block.members, values, told, strict=True)
    )
    changes = [value - sum(former[-1:]) for value, former in zip(values, told, strict=True)]
    return new >= K and not dominated(changes) and not dominated(values)


def _with_values(block: Block, name: str, now: _Round) -> Block:
    values = [now.present[member.mark].values[name] for member in block.members]
    members = tuple(
        replace(member, told={**(t := member.told or {}), name: (*t.get(name, ()), value)})
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
        if name not in block.sums:
            continue
        values = [(member.told or {})[name][-1] for member in staying]
        sums[name] = _sum(values, name, figures)
        if figure.shares is None:
            left = abs(block.sums[name] - sums[name])
            # Their values are gone with their keys: none can be more than the bound, so that
            # what is neither of the two largest is at least the rest.
            rest = left - 2 * block.bounds[name]
            if dominated(values) or 100 * rest < P_PERCENT * block.bounds[name]:
                return None
    return replace(block, members=staying, sums=sums)


def _sum(values: Sequence[int], name: str, figures: Sequence[Figure]) -> int:
    """Return the sum of a block; of a yes or no neither all nor none of it."""
    total = sum(values)
    figure = next(figure for figure in figures if figure.name == name)
    if figure.shares is None:
        return total
    edge = -(-len(values) // EDGE)
    return min(max(total, 0 if figure.at_least else edge), len(values) - edge)


def _form(now: _Round) -> None:
    """Make blocks of the homes that were never in one, in the smallest place that has enough."""
    fresh = (home for home in now.present.values() if home.mark not in now.known)
    waiting = sorted(fresh, key=lambda home: (home.place, home.mark))
    for level in now.levels:
        groups: dict[str, list[Present]] = defaultdict(list)
        for home in waiting:
            place = level(home.place)
            if place is not None:
                groups[place].append(home)
        taken: set[str] = set()
        for place in sorted(groups):
            core = _undominated(_one_of_each(groups[place]), now.figures)
            if len(core) >= K:
                _make(place, core, now)
                taken |= {home.mark for home in core}
        waiting = [home for home in waiting if home.mark not in taken]


def _one_of_each(homes: Iterable[Present]) -> list[Present]:
    """Return no home twice: several things of one home are no group."""
    return list({home_of(home.mark): home for home in homes}.values())


def home_of(mark: str) -> str:
    """Return what stands for the home of a mark."""
    return mark.partition(APART)[0]


def _make(place: str, core: Sequence[Present], now: _Round) -> None:
    """Add a block; blocks of its place that lost homes are given up, and the rest are guests."""
    for at, block in enumerate(now.blocks):
        lost = not all(_is_there(member, block, now) for member in block.members)
        if block.live and block.place == place and lost:
            now.blocks[at] = replace(block, live=False)
    counted = {member.mark for block in now.blocks if block.live for member in block.members}
    there = {home_of(home.mark) for home in core}
    before = {
        member.mark: member
        for block in now.blocks
        if block.place == place
        for member in block.members
        if member.mark not in counted
        and home_of(member.mark) not in there
        and _is_there(member, block, now)
    }
    guests = _one_of_each(now.present[mark] for mark in sorted(before))
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
