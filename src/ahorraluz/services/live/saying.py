"""Events in words: one sentence each, with what it is about and the soles at stake."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ahorraluz.core.live.ladder import CENTS, WH
from ahorraluz.store.live.records import LiveEvent, NewEvent
from ahorraluz.texts import Texts

MINUTES_HOUR = 60
MUCH_W = 1_000


def event_sentence(
    event: LiveEvent | NewEvent,
    texts: Texts,
    *,
    zone: str,
    names: Mapping[str, str] | None = None,
) -> str:
    """Return what an event says, in one or two sentences.

    Parameters
    ----------
    event
        As it is kept.
    texts
        Language of whoever reads it.
    zone
        Of the home, for hours.
    names
        What people call its devices, by id.
    """
    content = event.content
    figures = content.get("figures")
    figures = figures if isinstance(figures, Mapping) else {}
    told = {
        name: text
        for key, value in figures.items()
        for name, text in _shown(str(key), value, texts, zone)
    }
    device = str(figures.get("device", ""))
    told["device"] = (names or {}).get(device, device)
    sentence = texts.text(_key(event.kind, figures, texts), **told)
    basis = str(content.get("basis", ""))
    if event.cents is None or not basis or event.cents <= 0:
        return sentence
    stake = texts.text(f"live-stake.{basis}", soles=texts.soles(Decimal(event.cents) / CENTS))
    return f"{sentence} {stake}"


def event_title(event: LiveEvent | NewEvent, texts: Texts) -> str:
    """Return the name of the kind of an event."""
    return texts.text(f"live-title.{event.kind}")


def _key(kind: str, figures: Mapping[object, object], texts: Texts) -> str:
    """Return the key of the sentence that fits what is known."""
    key = f"live-event.{kind}"
    for name in ("way", "line", "circuit", "usual_wh", "before_wh"):
        value = figures.get(name)
        if value is None:
            continue
        closer = f"{key}.{value}" if name in ("way", "line") else f"{key}.{name.split('_')[0]}"
        if texts.has(closer):
            return closer
    return key


def _shown(name: str, value: object, texts: Texts, zone: str) -> list[tuple[str, str]]:
    """Return a figure as words, under its name without its unit."""
    stem, _, unit = name.rpartition("_")
    if not isinstance(value, int) or isinstance(value, bool):
        return [(name, str(value))]
    match unit:
        case "wh":
            places = 0 if value % WH == 0 else 1
            return [(stem or "energy", f"{texts.number(Decimal(value) / WH, places=places)} kWh")]
        case "w":
            if value >= MUCH_W:
                return [(stem, f"{texts.number(Decimal(value) / WH, places=1)} kW")]
            return [(stem, f"{texts.number(value)} W")]
        case "cents":
            return [(stem, texts.soles(Decimal(value) / CENTS))]
        case "min":
            return [(stem, _duration(value, texts))]
        case "ms":
            return [(stem, _hour(value, zone))]
        case "day":
            return [(stem or "day", texts.shown(date.fromordinal(value)))]
        case "percent":
            return [(stem, texts.percent(Decimal(abs(value)) / 100))]
        case _:
            return (
                [(name, texts.number(value))]
                if name != "day"
                else [("day", texts.shown(date.fromordinal(value)))]
            )


def _duration(minutes: int, texts: Texts) -> str:
    hours, rest = divmod(minutes, MINUTES_HOUR)
    if hours == 0:
        return texts.text("live-time.minutes", minutes=rest)
    if rest == 0:
        return texts.text("live-time.hours", hours=hours)
    return texts.text("live-time.both", hours=hours, minutes=rest)


def _hour(at_ms: int, zone: str) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at_ms)
    return f"{moment.astimezone(ZoneInfo(zone)):%H:%M}"
