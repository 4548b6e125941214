"""``ahorraluz renewables``: what there is in Peru, and what it would do at a home."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import heading, table
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.renewables.technologies import Entry
    from ahorraluz.services.renewables.proposals import Proposed

OPERATOR = "operator"
"""Who decides where nobody is named."""


def _list(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.renewables import list_document
    from ahorraluz.services.renewables.entries import Filters, find_entries

    filters = Filters(
        technology=given.text("technology"),
        region=given.text("region"),
        need=given.text("need"),
        kind=given.text("kind"),
        text=given.text("words"),
    )
    found = find_entries(filters, tools=session.tools, texts=session.texts)
    session.show(list_document(found, session.texts), _rows(found, session.texts))


def _rows(found: Sequence["Entry"], texts: Texts) -> Iterator[str]:
    from ahorraluz.services.renewables.entries import entry_name, entry_value, regions_of

    if not found:
        yield texts.text("renewables.none")
        return
    kinds = dict.fromkeys(entry.kind for entry in found)
    for kind in kinds:
        yield from heading(texts.text(f"entry-kind.{kind.value}"))
        yield from table(
            [
                (
                    entry.id,
                    entry_name(entry, texts),
                    entry_value(entry, texts) or "",
                    regions_of(entry, texts) if entry.name else "",
                    _dated(entry, texts),
                )
                for entry in found
                if entry.kind is kind
            ]
        )
    yield ""
    yield texts.text("renewables.count", count=len(found))


def _dated(entry: "Entry", texts: Texts) -> str:
    source = entry.source
    day = texts.date(source.published or source.consulted)
    key = "renewables.published" if source.published else "renewables.consulted"
    return texts.text(key, day=day)


def _show(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.renewables import show_document
    from ahorraluz.services.renewables.entries import find_entry

    name = given.text("entry")
    assert name is not None  # noqa: S101 - a required argument
    entry = find_entry(name, tools=session.tools)
    session.show(show_document(entry, session.texts), _lines(entry, session.texts))


def _lines(entry: "Entry", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.renewables.entries import (
        entry_about,
        entry_name,
        entry_value,
        regions_of,
    )

    yield entry_name(entry, texts)
    about = entry_about(entry, texts)
    if about:
        yield about
    rows = [
        (texts.text("renewables.label-kind"), texts.text(f"entry-kind.{entry.kind.value}")),
        (
            texts.text("renewables.label-technology"),
            ", ".join(texts.text(f"technology.{name}") for name in entry.technologies),
        ),
        (
            texts.text("renewables.label-need"),
            ", ".join(texts.text(f"need.{need.value}") for need in entry.needs),
        ),
        (texts.text("renewables.label-region"), regions_of(entry, texts)),
        (texts.text("renewables.label-value"), entry_value(entry, texts) or ""),
        (texts.text("renewables.label-web"), entry.web or ""),
        (
            texts.text("renewables.label-standing"),
            texts.text(f"standing-of.{entry.standing.value}"),
        ),
        (texts.text("renewables.label-source"), f"{entry.source.title} · {entry.source.issuer}"),
        (texts.text("renewables.label-date"), _dated(entry, texts)),
        (texts.text("renewables.label-grade"), texts.text(f"grade.{entry.source.grade.value}")),
        ("", entry.source.url),
    ]
    yield from table([row for row in rows if row[1]])


def _propose(session: Session, given: Given) -> None:
    from ahorraluz.services.renewables.proposals import propose

    path = given.file("proposal_file")
    assert path is not None  # noqa: S101 - a required argument
    _say(session, [propose(path, tools=session.tools, as_of=datetime.now(UTC))])


def _publish(session: Session, given: Given) -> None:
    from ahorraluz.services.renewables.proposals import publish

    actor = given.text("by") or OPERATOR
    done = publish(_number(given), actor=actor, tools=session.tools, as_of=datetime.now(UTC))
    _say(session, [done])


def _reject(session: Session, given: Given) -> None:
    from ahorraluz.services.renewables.proposals import reject

    reason = given.text("reason")
    if reason is None:
        raise InvalidInputError("option-missing", option="--reason")
    done = reject(
        _number(given),
        actor=given.text("by") or OPERATOR,
        reason=reason,
        tools=session.tools,
        as_of=datetime.now(UTC),
    )
    _say(session, [done])


def _proposals(session: Session, _: Given) -> None:
    from ahorraluz.services.renewables.proposals import proposals

    _say(session, proposals(tools=session.tools))


def _say(session: Session, found: Sequence["Proposed"]) -> None:
    from ahorraluz.services.documents.renewables import proposal_document

    texts = session.texts
    lines = [
        texts.text(
            f"renewables.proposal-{one.proposal.state.value}",
            number=one.proposal.id,
            name=one.entry.name,
            by=one.proposal.decided_by or one.proposal.proposed_by,
            note=one.proposal.note or "",
        )
        for one in found
    ]
    session.show(proposal_document(found, texts), lines or [texts.text("renewables.no-proposals")])


def _number(given: Given) -> int:
    number = given.number("number")
    assert number is not None  # noqa: S101 - a required argument
    return int(number)


def _number_argument() -> click.Parameter:
    return click.Argument(["number"], type=Number(low=1, whole=True), metavar="N")


list_ = TextCommand(
    "renewables-list",
    params=[
        TextOption(["--technology"], metavar="ID"),
        TextOption(["--region"], metavar="NAME"),
        TextOption(["--need"], metavar="ID"),
        TextOption(["--kind"], metavar="ID"),
        TextOption(["--text", "words"], metavar="TEXT"),
    ],
    run=_list,
)
show = TextCommand("renewables-show", params=[click.Argument(["entry"], metavar="ID")], run=_show)
propose = TextCommand(
    "renewables-propose",
    params=[click.Argument(["proposal_file"], type=File(), metavar="FILE")],
    run=_propose,
)
publish = TextCommand(
    "renewables-publish",
    params=[_number_argument(), TextOption(["--by"], metavar="NAME")],
    run=_publish,
)
reject = TextCommand(
    "renewables-reject",
    params=[
        _number_argument(),
        TextOption(["--by"], metavar="NAME"),
        TextOption(["--reason"], metavar="TEXT"),
    ],
    run=_reject,
)
proposals = TextCommand("renewables-proposals", params=[], run=_proposals)
renewables = TextGroup(
    "renewables",
    commands={
        "list": "ahorraluz.cli.renewables:list_",
        "show": "ahorraluz.cli.renewables:show",
        "size": "ahorraluz.cli.renewables_size:size",
        "propose": "ahorraluz.cli.renewables:propose",
        "proposals": "ahorraluz.cli.renewables:proposals",
        "publish": "ahorraluz.cli.renewables:publish",
        "reject": "ahorraluz.cli.renewables:reject",
    },
)
