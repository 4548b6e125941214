"""An invented town that all outlets publish of again and again, while homes come, go and change."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.attacker import Row, Variable

from ahorraluz.core.anonymity import APART, Block, Present, home_of
from ahorraluz.services import outlets
from ahorraluz.services.accounts.consents import TECHNOLOGIES
from ahorraluz.services.outlets import AGREED, KEPT, PROMISED, USE, VERIFIED, saving_place

DISTRICTS = ("150101", "150102", "150103", "150201", "080101", "15", "")
STEPS = ("led", "tank", "timer")
DISTRIBUTORS = ("luz-del-sur", "else")
PRICE = 8
"""What a saved tenth of a kWh is worth, the same for every home: an attacker who knows it may take
tables of soles from tables of kWh. [céntimo]"""
Topics = Mapping[str, tuple[Block, ...]]


@dataclass
class House:
    """A home, as it is today."""

    mark: str
    place: str
    kwh: int
    """[kWh/10 month]"""
    wants: frozenset[str]
    saved: dict[str, int]
    """By step what was measured. [kWh/10 month]"""
    promised: bool
    who: str = AGREED


@dataclass
class PublishedTown:
    """What is published of it, with what an attacker knows is in each figure."""

    districts: tuple[str, ...] = DISTRICTS
    there: dict[str, House] = field(default_factory=dict)
    away: dict[str, House] = field(default_factory=dict)
    topics: Topics = field(default_factory=dict)
    tables: list[dict[str, Any]] = field(default_factory=list)
    used: list[tuple[Row, int]] = field(default_factory=list)
    """Sums of energy used."""
    saved: list[tuple[Row, int]] = field(default_factory=list)
    """Sums of energy saved, in kWh or soles."""
    counted: list[tuple[Row, int]] = field(default_factory=list)
    """Numbers of homes."""
    steps: dict[str, str] = field(default_factory=dict)
    """The step of homes that took one."""
    memory: dict[tuple[str, str, frozenset[str], str], int] = field(default_factory=dict)

    def publish(self) -> dict[str, Any]:
        """Publish by every outlet; remember what is in each figure, and return the tables."""
        counted = self.count()
        day = f"2026-{len(self.tables):02}"
        self.topics = self._numbered(outlets.renewed_topics(self.topics, counted, day=day))
        tables = json.loads(json.dumps(outlets.tables_of(self.topics)))
        self.tables.append(tables)
        self._remember(tables)
        return dict(tables)

    def count(self) -> dict[str, list[Present]]:
        """Return the homes of today by topic."""
        found: dict[str, list[Present]] = {USE: [], VERIFIED: [], PROMISED: []}
        for home in self.there.values():
            if home.who == AGREED:
                found[USE].append(Present(mark=home.mark, place=home.place, values=use_of(home)))
            if not home.promised and home.saved:
                self.steps[home.mark] = next(iter(home.saved))
                values = {"verified": sum(home.saved.values())}
                found[VERIFIED].append(Present(mark=home.mark, place=home.place, values=values))
            if home.promised:
                found[PROMISED] += promises_of(home)
        return found

    def delete(self, marks: Iterable[str]) -> None:
        """Delete homes: their keys are gone, and with them what was told of them."""
        gone = set(marks)
        for mark in gone:
            del self.there[mark]
        self.topics = {
            topic: tuple(_forgotten(block, gone) for block in blocks)
            for topic, blocks in self.topics.items()
        }

    def _numbered(self, topics: Topics) -> Topics:
        return {
            topic: tuple(replace(block, number=at) for at, block in enumerate(blocks))
            for topic, blocks in topics.items()
        }

    def _remember(self, tables: dict[str, Any]) -> None:
        live = {t: [b for b in blocks if b.live] for t, blocks in self.topics.items()}
        for row in tables[USE]:
            blocks = [b for b in live[USE] if b.place.startswith(row["place"])]
            self._keep(self.used, USE, "consumption", blocks, row["sums"]["consumption"])
            self.counted.append(
                ({(m.mark, "", 1): 1 for b in blocks for m in b.members}, row["homes"])
            )
        for row in tables[VERIFIED]:
            parts = [(VERIFIED, b) for b in live[VERIFIED] if b.place.startswith(row["place"])]
            parts += [
                (PROMISED, b)
                for b in live[PROMISED]
                if b.place.split("/")[0] == AGREED
                and b.place.split("/")[1].startswith(row["place"])
            ]
            summed = self._sum(parts, "verified")
            assert sum(value * n for (_, _, value), n in summed.items()) == row["sums"]["verified"]
            self.saved.append((summed, row["sums"]["verified"]))
        for row in tables["scores"]:
            blocks = [
                b
                for b in live[PROMISED]
                if row["distributor"] in ("", b.place.split("/")[2])
                and row["step"] in ("", b.place.split("/")[3])
            ]
            summed = self._sum([(PROMISED, b) for b in blocks], "measured")
            kwh = {(mark, of, value // PRICE): n for (mark, of, value), n in summed.items()}
            total = round(row["measured"] * 100)
            assert PRICE * sum(value * n for (_, _, value), n in kwh.items()) == total
            self.saved.append((kwh, total // PRICE))

    def _keep(
        self,
        kept: list[tuple[Row, int]],
        topic: str,
        name: str,
        blocks: Iterable[Block],
        total: int,
    ) -> None:
        summed = self._sum([(topic, block) for block in blocks], name)
        assert sum(value * n for (_, _, value), n in summed.items()) == total
        kept.append((summed, total))

    def _sum(self, parts: Iterable[tuple[str, Block]], name: str) -> dict[Variable, int]:
        """Return what is in a sum of blocks; of homes whose key is gone, what was told last."""
        row: dict[Variable, int] = {}
        for topic, block in parts:
            core = frozenset(m.mark for m in block.members if m.core)
            for member in block.members:
                key = (topic, name, core, member.mark)
                if member.told is not None:
                    self.memory[key] = member.told[name][-1]
                mark, _, step = member.mark.partition(APART)
                of = (step or self.steps[mark]) if topic != USE else name
                variable = (mark, of, self.memory[key])
                row[variable] = row.get(variable, 0) + 1
        return row


def use_of(home: House) -> dict[str, int]:
    """Return what counts of a home in the tables of use."""
    wants = {technology: int(technology in home.wants) for technology in TECHNOLOGIES}
    return {
        **wants,
        "consumption": home.kwh,
        "fose": int(home.kwh <= 1_400),
        "forecast": home.kwh + 30,
        "potential": home.kwh * 20,
    }


def promises_of(home: House) -> Iterator[Present]:
    """Yield each promise of a home."""
    for step, saved in home.saved.items():
        whose = DISTRIBUTORS[home.place.startswith("08")]
        yield Present(
            mark=f"{home.mark}{APART}{step}",
            place=saving_place(home.who, home.place if home.who == AGREED else "", whose, step),
            values={
                "promised": 900 + len(home.mark),
                "measured": saved * PRICE,
                "gained": int(saved > 0),
                "noise": 400,
                "verified": saved,
            },
        )


def house(chance: random.Random, mark: str, districts: tuple[str, ...]) -> House:
    """Return an invented home; a few use as much as a factory."""
    promised = chance.random() < 0.7
    steps = chance.sample(STEPS, chance.choice((0, 1, 1, 2) if promised else (0, 1)))
    return House(
        mark=mark,
        place=chance.choice(districts),
        kwh=chance.randint(300, 4_000) + (chance.random() < 0.04) * 300_000,
        wants=frozenset(chance.sample(TECHNOLOGIES, chance.randint(0, 4))),
        saved={step: chance.randint(-90, 400) for step in steps},
        promised=promised,
        who=AGREED if chance.random() < 0.8 else KEPT,
    )


def alike(count: int, *, step: str | None = None) -> PublishedTown:
    """Return a town of homes in one district."""
    town = PublishedTown()
    for n in range(count):
        town.there[f"h{n}"] = House(
            mark=f"h{n}",
            place="150101",
            kwh=1_000 + n,
            wants=frozenset(TECHNOLOGIES[:n]),
            saved={} if step is None else {step: 100 + n},
            promised=False,
        )
    return town


def live_on(town: PublishedTown, chance: random.Random, turn: int) -> set[str]:
    """Let homes come, go, return and change; return those that moved."""
    leaving = min(chance.choice((0, 1, 1, 3, 9, 10, 12)), len(town.there))
    gone = chance.sample(sorted(town.there), leaving)
    back = chance.sample(
        sorted(town.away), chance.choice((0, max(len(town.away) - 1, 0), len(town.away)))
    )
    if chance.random() < 0.5:
        town.away |= {mark: town.there.pop(mark) for mark in gone}
    else:
        town.delete(gone)
    town.there |= {mark: town.away.pop(mark) for mark in back}
    new = [f"{turn}-{n}" for n in range(chance.choice((0, 1, 5, 9, 10, 25, 60)))]
    town.there |= {mark: house(chance, mark, town.districts) for mark in new}
    changing = chance.choice((0, 1, 9, 10, len(town.there)))
    changed = chance.sample(sorted(town.there), min(changing, len(town.there)))
    for mark in changed:
        _change(town.there[mark], chance)
    return {*gone, *back, *new, *changed}


def _change(home: House, chance: random.Random) -> None:
    if home.saved and not home.promised and chance.random() < 0.5:
        home.promised = True
        return
    home.kwh = chance.randint(300, 4_000)
    home.wants = frozenset(chance.sample(TECHNOLOGIES, chance.randint(0, 3)))
    home.saved = {step: chance.randint(-90, 400) for step in home.saved}


def _forgotten(block: Block, gone: set[str]) -> Block:
    members = (replace(m, told=None) if home_of(m.mark) in gone else m for m in block.members)
    return replace(block, members=tuple(members))
