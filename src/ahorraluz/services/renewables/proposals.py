"""Entries that providers propose and an administrator publishes: checked, kept, never lost.

A proposal is a small TOML file, or a form that a provider fills in. Nothing of it is shown before
somebody published it, and every step is kept with who took it.
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ahorraluz.catalog.places import departments
from ahorraluz.catalog.renewables import PROVIDER_KINDS, load_technologies, needs_of
from ahorraluz.core.history import Grade, Source
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.renewables.technologies import Entry, EntryKind, Standing
from ahorraluz.ingest.files import read_limited
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.proposal_records import Proposal, ProposalState

MAX_BYTES = 20_000
MAX_TEXT = 120
MAX_SHOWN = 60
MAX_PRICE = Decimal(1_000_000)
KINDS = (EntryKind.PRODUCT.value, EntryKind.PROGRAMME.value, EntryKind.PROVIDER.value)
NEEDED = ("name", "kind", "technologies", "provider", "source", "source_date")
KEYS = (
    *NEEDED,
    "departments",
    "trade",
    "web",
    "price",
    "size",
    "size_unit",
    "remark",
)
SIZE_UNITS = ("L", "kWp", "Wp", "kWh", "kW", "m3", "unit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposal with the entry it would be."""

    proposal: Proposal
    entry: Entry


def propose(path: Path, *, tools: Toolbox, as_of: datetime) -> Proposed:
    """Keep the entry of a file as a proposal; nobody sees it before it is published.

    Raises
    ------
    InvalidInputError
        One issue for every key that cannot be used.
    StoreError
        ``proposal-there-already``, or what the database cannot do.
    """
    said = _read(path)
    return propose_entry(said, actor=str(said.get("provider", "")), tools=tools, as_of=as_of)


def propose_entry(
    said: Mapping[str, Any], *, actor: str, tools: Toolbox, as_of: datetime
) -> Proposed:
    """Keep an entry as a proposal: what a file says; raises as :func:`propose`."""
    issues = [*_wrong_keys(said), *_wrong_values(said, today=as_of.date())]
    if issues:
        raise InvalidInputError.of(issues)
    plain = {name: _plain(value) for name, value in said.items()}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    kept = tools.store.proposals.add(text, actor=actor, as_of=as_of)
    return Proposed(proposal=kept, entry=_entry(kept))


def publish(number: int, *, actor: str, tools: Toolbox, as_of: datetime) -> Proposed:
    """Show a proposal to everybody; raises ``proposal-unknown`` or ``proposal-state``."""
    kept = tools.store.proposals.decide(
        number, ProposalState.PUBLISHED, actor=_actor(actor), as_of=as_of
    )
    return Proposed(proposal=kept, entry=_entry(kept))


def reject(number: int, *, actor: str, reason: str, tools: Toolbox, as_of: datetime) -> Proposed:
    """Refuse a proposal, or take down one that was published, with the reason."""
    kept = tools.store.proposals.decide(
        number, ProposalState.REJECTED, actor=_actor(actor), as_of=as_of, note=reason[:MAX_TEXT]
    )
    return Proposed(proposal=kept, entry=_entry(kept))


def proposals(*, tools: Toolbox) -> tuple[Proposed, ...]:
    """Return every proposal, oldest first."""
    return tuple(
        Proposed(proposal=kept, entry=_entry(kept)) for kept in tools.store.proposals.all()
    )


def published_entries(tools: Toolbox) -> tuple[Entry, ...]:
    """Return the entries that were proposed and published."""
    return tuple(map(_entry, tools.store.proposals.all(ProposalState.PUBLISHED)))


def _actor(actor: str) -> str:
    name = actor.strip()[:MAX_TEXT]
    if not name:
        raise InvalidInputError("proposal-key-missing", field="by")
    return name


def _entry(kept: Proposal) -> Entry:
    said: Mapping[str, Any] = json.loads(kept.entry)
    technologies = tuple(said["technologies"])
    price = said.get("price")
    amount = None if price is None else Decimal(price)
    decided = kept.decided_at or kept.proposed_at
    return Entry(
        id=f"proposal-{kept.id}",
        kind=EntryKind(said["kind"]),
        name=said["name"],
        trade=said.get("trade"),
        technologies=technologies,
        needs=needs_of(technologies),
        departments=tuple(said.get("departments", ())),
        size=None if said.get("size") is None else Decimal(said["size"]),
        size_unit=said.get("size_unit"),
        central=amount,
        unit=None if amount is None else "PEN",
        remark=said.get("remark"),
        web=said.get("web"),
        standing=Standing.PUBLISHED,
        source=Source(
            title=said["source"],
            issuer=said["provider"],
            url=said["source"] if _is_address(said["source"]) else "",
            published=date.fromisoformat(said["source_date"]),
            consulted=max(decided.date(), date.fromisoformat(said["source_date"])),
            id=f"proposal-{kept.id}",
            grade=Grade.VENDOR,
        ),
    )


def _read(path: Path) -> dict[str, Any]:
    content = read_limited(path, limit=MAX_BYTES)
    try:
        return tomllib.loads(content.decode("utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InvalidInputError("proposal-not-toml", file=path.name) from None


def _plain(value: object) -> object:
    """Return a value as JSON keeps it: numbers and days as text."""
    if isinstance(value, Decimal | int | date):
        return str(value)
    return value


def _wrong_keys(said: Mapping[str, Any]) -> list[Issue]:
    strange = [name for name in said if name not in KEYS]
    return [
        *(
            _wrong_key("proposal-key-unknown", name[:MAX_SHOWN], choices=", ".join(KEYS))
            for name in strange
        ),
        *(_wrong_key("proposal-key-missing", name) for name in NEEDED if name not in said),
    ]


def _wrong_values(said: Mapping[str, Any], *, today: date) -> list[Issue]:
    issues: list[Issue] = []
    for name in ("name", "provider", "source", "remark"):
        if name in said and not _is_text(said[name]):
            issues.append(_wrong_key("proposal-text", name, limit=MAX_TEXT))
    issues += _not_among(said, "kind", KINDS)
    issues += _not_among(said, "trade", PROVIDER_KINDS)
    issues += _not_among(said, "size_unit", SIZE_UNITS)
    issues += _lists_not_among(said, "technologies", tuple(load_technologies()))
    issues += _lists_not_among(said, "departments", tuple(departments()))
    if said.get("technologies") == []:
        issues.append(_wrong_key("proposal-key-missing", "technologies"))
    if "web" in said and not _is_address(said["web"]):
        issues.append(_wrong_key("proposal-address", "web"))
    for name in ("price", "size"):
        if name in said and not _is_amount(said[name]):
            issues.append(_wrong_key("proposal-number", name, limit=str(MAX_PRICE)))
    day = said.get("source_date")
    if day is not None and (type(day) is not date or day > today):
        issues.append(_wrong_key("proposal-day", "source_date"))
    return issues


def _not_among(said: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> list[Issue]:
    if name not in said or said[name] in allowed:
        return []
    return [_wrong_key("proposal-choice", name, choices=", ".join(allowed))]


def _lists_not_among(said: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> list[Issue]:
    values = said.get(name, [])
    if isinstance(values, list) and all(value in allowed for value in values):
        return []
    return [_wrong_key("proposal-choice", name, choices=", ".join(allowed))]


def _wrong_key(code: str, field: str, **parameters: str | int) -> Issue:
    return Issue(code=code, severity=Severity.ERROR, parameters={"field": field, **parameters})


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= MAX_TEXT and value.isprintable()


def _is_address(value: object) -> bool:
    if not isinstance(value, str) or len(value) > 2 * MAX_TEXT or not value.isprintable():
        return False
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and " " not in value


def _is_amount(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    number = Decimal(value)
    return number.is_finite() and 0 < number <= MAX_PRICE
