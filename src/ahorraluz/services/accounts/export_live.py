"""What is kept of a home's devices and live readings, as tables to take along."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from ahorraluz.core.forecast.drift_days import FAULTS, INPUTS
from ahorraluz.core.forecast.drift_errors import SCORES
from ahorraluz.core.live.readings import LiveChannel
from ahorraluz.services.live.wishing import without_addresses
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.live.records import Device, Span, Sum

ALWAYS_S = 2**40
"""Later than any sum begins. [s since 1970 UTC]"""
AT_ONCE = 100_000
"""Single readings that are fetched at once."""
Table = tuple[str, Sequence[str], Iterable[Sequence[object]]]
"""Name of the file, titles and rows."""


def live_tables(home: str, account: str, *, tools: Toolbox) -> Iterator[Table]:
    """Yield everything that is kept of a home's devices, and of what an account was told of it."""
    devices = tools.store.live.devices.of_home(home)
    yield from _devices(devices, home, tools=tools)
    yield from _readings(tools.store.live.devices.channels(home), tools=tools)
    yield from _watched(home, account, tools=tools)
    yield from _of_models(home, tools=tools)


def _devices(devices: Sequence[Device], home: str, *, tools: Toolbox) -> Iterator[Table]:
    book = tools.store.live.devices
    yield (
        "aparatos.csv",
        ("id", "name", "dialect", "mapping", "settings", "made_at", "last_seen_at", "revoked_at"),
        [
            (
                one.id,
                one.name,
                one.dialect,
                json.dumps(one.mapping, ensure_ascii=False),
                json.dumps(one.settings, ensure_ascii=False),
                one.made_at,
                None if one.last_seen_ms is None else _moment(one.last_seen_ms),
                one.revoked_at,
            )
            for one in devices
        ],
    )
    ignored = book.ignored(home)
    yield (
        "canales.csv",
        ("channel", "device", "name", "flow", "quantity", "ignored"),
        [
            (one.id, one.device, one.name, one.flow.value, one.quantity.value, one.id in ignored)
            for one in book.channels(home)
        ],
    )
    yield (
        "mensajes-rechazados.csv",
        ("device", "at", "reason", "topic", "payload"),
        [
            (one.device, _moment(one.at_ms), one.reason, one.topic, one.payload.decode("latin-1"))
            for device in devices
            for one in book.refused(device)
        ],
    )


def _readings(channels: Sequence[LiveChannel], *, tools: Toolbox) -> Iterator[Table]:
    live = tools.store.live
    numbers = [channel.id for channel in channels]
    titles = ("channel", "start", "energy_uj", "readings", "lowest", "highest", "measured_ms")
    for span, name in ((Span.QUARTER, "en-vivo-cuartos.csv"), (Span.DAY, "en-vivo-dias.csv")):
        found = live.sums(numbers, span, first_s=0, end_s=ALWAYS_S)
        yield name, titles, map(_sum, found)
    for number in numbers:
        yield (
            f"en-vivo-lecturas-{number}.csv",
            ("at", "value"),
            _single(number, tools=tools),
        )


def _sum(one: Sum) -> Sequence[object]:
    start = datetime.fromtimestamp(one.start_s, tz=UTC)
    return (
        one.channel, start, one.energy_uj, one.readings, one.lowest, one.highest, one.measured_ms
    )  # fmt: skip


def _single(channel: int, *, tools: Toolbox) -> Iterator[Sequence[object]]:
    first_ms = 0
    while found := tools.store.live.readings(
        channel, first_ms=first_ms, end_ms=ALWAYS_S * 1000, most=AT_ONCE
    ):
        for one in found:
            yield _moment(one.at_ms), one.value
        first_ms = found[-1].at_ms + 1


def _watched(home: str, account: str, *, tools: Toolbox) -> Iterator[Table]:
    live = tools.store.live
    events = live.watches.events(home)
    yield (
        "avisos.csv",
        ("id", "at", "kind", "content", "cents", "told"),
        [
            (
                one.id,
                _moment(one.at_ms),
                one.kind,
                json.dumps(one.content, ensure_ascii=False),
                one.cents,
                one.told.value,
            )
            for one in events
        ],
    )
    sent = [one for one in live.telling.sent(account=account) if one.home == home]
    yield (
        "avisos-enviados.csv",
        ("event", "at", "outcome", "attempts"),
        [(one.event, _moment(one.at_ms), one.outcome, one.attempts) for one in sent],
    )
    wishes = live.telling.wishes(home).get(account)
    yield (
        "avisos-pedidos.csv",
        ("wishes",),
        [] if wishes is None else [(json.dumps(without_addresses(wishes), ensure_ascii=False),)],
    )
    yield (
        "ahora.csv",
        ("name", "at", "value", "unit"),
        [(one.name, _moment(one.at_ms), one.value, one.unit) for one in live.watches.now(home)],
    )
    yield (
        "cifras.csv",
        ("day", "name", "label", "low", "middle", "high", "unit"),
        [
            (one.day, one.name, one.label, one.low, one.middle, one.high, one.unit)
            for one in live.figures.of_home(home)
        ],
    )


def _of_models(home: str, *, tools: Toolbox) -> Iterator[Table]:
    """Yield what the watch of models keeps of a home: its days in numbers, and past forecasts."""
    book = tools.store.model_watch
    yield (
        "dias-en-cifras.csv",
        ("day", *INPUTS, *FAULTS),
        [(one.day, *one.inputs, *one.faults) for one in book.days(since_day="", home=home)],
    )
    yield (
        "pronosticos.csv",
        ("origin", "ahead", "day", "model", "version", *SCORES),
        [
            (one.origin, one.ahead, one.day, one.model, one.version, *(one.scores or ()))
            for one in book.forecasts(home)
        ],
    )


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, tz=UTC)
