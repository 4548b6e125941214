"""A fleet of homes that nobody lives in: kept like others, and what their meters would send."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.solar import load_use_hours
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.live.readings import Quantity
from ahorraluz.core.live.synthetic import DAY_MS, Catalogue, SyntheticHome, make_home
from ahorraluz.core.readings.channels import Flow
from ahorraluz.ingest.files import read_limited
from ahorraluz.services.accounts.entering import Joining, join
from ahorraluz.services.households.keeping import MOST_HOMES as OWNED_BY_ONE
from ahorraluz.services.households.keeping import keep_home
from ahorraluz.services.live.devices import DeviceWish, LetIn, let_in
from ahorraluz.services.toolbox import Toolbox

MOST_HOMES = 200
"""Each home has a connection of its own to the broker."""
OFFSET_MS = -5 * 3_600_000
"""Of Peru, all year."""
NAME = "simulado"
"""Of a made-up device; its homes belong to an account of that name."""
PAIRS = (("d", "luz-del-sur"), ("s", "lima-sur"), ("k", "150"))
"""What is stated of a made-up home: the most usual supply there is."""
MOST_BYTES = 2**30
MICROJOULES = 3_600_000
"""Of a milliwatt hour. [µJ]"""
PASSWORD_BYTES = 12
FIRST_STANDING = 10**9
"""Highest standing that a made-up meter begins with: a thousand kWh. [mWh]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedHome:
    """A made-up home with its device."""

    home: str
    let_in: LetIn
    made_up: SyntheticHome

    @property
    def topic(self) -> str:
        """Where its device writes, as a Tasmota does."""
        return f"ahorraluz/{self.let_in.device.id}/tele/SENSOR"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a made-up meter says at one moment."""

    at_ms: int
    power_mw: int
    register_mwh: int

    def body(self) -> bytes:
        """Return it as a Tasmota writes it, with all digits."""
        seconds, rest = divmod(self.at_ms, 1000)
        stamp = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        energy = {
            "Total": _decimal(self.register_mwh, 6),
            "Power": _decimal(self.power_mw, 3),
        }
        numbers = ",".join(f'"{key}":{value}' for key, value in energy.items())
        return f'{{"Time":"{stamp}.{rest:03}+00:00","ENERGY":{{{numbers}}}}}'.encode()


def _decimal(whole: int, places: int) -> str:
    units, rest = divmod(whole, 10**places)
    return f"{units}.{rest:0{places}}"


@cache
def _catalogue() -> Catalogue:
    return Catalogue(
        appliances=load_appliances(), ownership=load_ownership(), hours=load_use_hours()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Made-up homes, and how to look at them on the pages."""

    homes: tuple[SimulatedHome, ...]
    account: str
    """Name to enter with, of the account with the first homes."""
    password: str = field(repr=False)


def make_fleet(count: int, *, seed: int, tools: Toolbox, as_of: datetime) -> Fleet:
    """Return a fleet of made-up homes of new accounts, each with a device and its key.

    An account has as many homes as it may; all of them open with the same password.

    Raises
    ------
    InvalidInputError
        ``simulate-homes``: fewer than one or more than two hundred.
    """
    if not 1 <= count <= MOST_HOMES:
        raise InvalidInputError("simulate-homes", value=count, most=MOST_HOMES)
    name = f"{NAME}-{seed}-{int(as_of.timestamp() * 1000)}"
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    accounts = [
        join(
            Joining(name=f"{name}-{place}@ejemplo.pe", password=password, language="es"),
            tools=tools,
            as_of=as_of,
        )
        for place in range(-(-count // OWNED_BY_ONE))
    ]
    homes = list[SimulatedHome]()
    for number in range(count):
        owner = accounts[number // OWNED_BY_ONE].id
        home = keep_home(PAIRS, account=owner, tools=tools, as_of=as_of).id
        wish = DeviceWish(name=f"{NAME} {number + 1}", dialect="tasmota")
        made_up = make_home(seed, number, _catalogue())
        entered = let_in(home, wish, tools=tools, as_of=as_of)
        homes.append(SimulatedHome(home=home, let_in=entered, made_up=made_up))
    return Fleet(homes=tuple(homes), account=accounts[0].name, password=password)


def says(home: SyntheticHome, *, start_ms: int, every_ms: int) -> Iterator[Sent]:
    """Yield what the meter of a made-up home says from a moment on, without end.

    Its register goes on from day to day; meters of a fleet do not all speak at once.
    """
    chance = np.random.default_rng((home.seed, home.number, 1))
    standing_uj = int(chance.integers(FIRST_STANDING)) * MICROJOULES
    at_ms = start_ms + int(chance.integers(every_ms))
    while True:
        day, offset = divmod(at_ms + OFFSET_MS, DAY_MS)
        offsets = np.arange(offset, DAY_MS, every_ms, dtype=np.int64)
        power, energy = home.readings(day, np.append(offsets, DAY_MS))
        # The register counts from the first moment asked for.
        before = int(energy[0]) if at_ms - start_ms < every_ms else 0
        for place, since in enumerate(offsets.tolist()):
            moment = at_ms - offset + since
            yield Sent(
                moment,
                int(power[place]),
                (standing_uj + int(energy[place]) - before) // MICROJOULES,
            )
        standing_uj += int(energy[-1]) - before
        at_ms += -offset + int(offsets[-1]) + every_ms


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What was published beside what is kept."""

    published: int
    kept: int
    missing: int
    different: int
    others: int
    """Kept readings of these channels that nobody published."""


def compare(path: Path, *, tools: Toolbox) -> Compared:
    """Compare what a simulation noted as published with what the store keeps of it.

    Parameters
    ----------
    path
        Its file; each line is JSON with ``device``, ``at_ms``, ``power_mw`` and ``register_mwh``.

    Raises
    ------
    InvalidInputError
        ``simulate-file``: a line that is none of it.
    FileReadError
        A file that cannot be read.
    """
    lines = read_limited(path, limit=MOST_BYTES).decode("utf-8", "replace").splitlines()
    said = dict[tuple[str, Quantity], dict[int, int]]()
    for number, line in enumerate(lines, start=1):
        try:
            row = json.loads(line)
            device, at_ms = str(row["device"]), int(row["at_ms"])
            values = (int(row["power_mw"]), int(row["register_mwh"]))
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidInputError("simulate-file", line=number) from error
        for quantity, value in zip((Quantity.POWER, Quantity.REGISTER), values, strict=True):
            said.setdefault((device, quantity), {})[at_ms] = value
    live = tools.store.live
    channels = {
        (channel.device, channel.quantity): channel.id
        for channel in live.devices.channels()
        if channel.flow is Flow.IMPORT
    }
    totals = [0, 0, 0, 0, 0]
    for key, published in said.items():
        channel = channels.get(key)
        span = {"first_ms": min(published), "end_ms": max(published) + 1}
        rows = live.readings(channel, most=10**9, **span) if channel is not None else ()
        kept = {row.at_ms: row.value for row in rows}
        wrong = sum(kept[at] != value for at, value in published.items() if at in kept)
        counted = (
            len(published),
            len(kept),
            len(published.keys() - kept.keys()),
            wrong,
            len(kept.keys() - published.keys()),
        )
        totals = [total + one for total, one in zip(totals, counted, strict=True)]
    return Compared(
        published=totals[0],
        kept=totals[1],
        missing=totals[2],
        different=totals[3],
        others=totals[4],
    )
