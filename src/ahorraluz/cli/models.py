"""``ahorraluz models``: the models that were trained, and which of them is served."""

import getpass
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.tables import heading, table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption
from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.models.book import Act, KnownVersion
    from ahorraluz.services.models.comparing import Comparison
    from ahorraluz.services.models.promoting import Changed, Order
    from ahorraluz.services.models.registering import Listed

COLUMNS = ("number", "version", "alias", "trained", "data", "error-day", "error-week", "held")
SCORES = ("24h/wql", "168h/wql", "168h/coverage80")
"""Scores of the last three columns, of homes that were never seen."""
COMPARED = ("cohort", "hours", "score", "homes", "challenger", "champion", "ratio", "range")


def _now() -> datetime:
    return datetime.now(tz=UTC)


def _list(session: Session, given: Given) -> None:
    from ahorraluz.services.models.registering import list_models

    found = list_models(tools=session.tools, as_of=_now())
    document = {
        "schema": "ahorraluz.models-list.1",
        "model": found.name,
        "served": found.served,
        "registry_asked": found.asked,
        "versions": [asdict(one) for one in found.versions],
        "changes": [asdict(act) for act in found.acts],
        "issues": _documents(found.issues, session.texts),
    }
    session.show(document, _list_lines(found, session.texts))


def _list_lines(found: "Listed", texts: Texts) -> Iterator[str]:
    rows = [[texts.text(f"models.column-{name}") for name in COLUMNS]]
    rows += [_row(one, texts) for one in found.versions]
    yield from table(rows, right=(0, 5, 6, 7))
    if found.acts:
        yield from heading(texts.text("models.changes"))
        yield from (_act_line(act, texts) for act in found.acts)
    yield from _issue_lines(found.issues, texts)


def _row(one: "KnownVersion", texts: Texts) -> list[str]:
    alias = ", ".join(texts.text(f"models.alias-{alias}") for alias in one.aliases)
    if "challenger" in one.aliases and one.verdict:
        alias += f" ({texts.text(f'models.verdict-{one.verdict}')})"
    scores = [one.scores.get(place) for place in SCORES]
    said = ["–" if value is None else texts.number(value, places=3) for value in scores]
    return [str(one.number), one.version, alias, one.trained, one.data_version, *said]


def _act_line(act: "Act", texts: Texts) -> str:
    line = texts.text(
        f"models.act-{act.kind}",
        at=act.at[:16].replace("T", " "),
        by=act.by,
        number=act.number,
        version=act.version,
        before=act.before,
    )
    if act.forced:
        line += f" {texts.text('models.act-forced')}"
    return f"{line} {texts.text('models.act-reason', reason=act.reason)}" if act.reason else line


def _register(session: Session, given: Given) -> None:
    from ahorraluz.services.models.registering import register

    folder = given.file("model_folder")
    if folder is None:
        raise InvalidInputError("option-missing", option="FOLDER")
    done = register(folder, tools=session.tools, as_of=_now())
    document = {
        "schema": "ahorraluz.models-registered.1",
        **asdict(done.version),
        "anew": done.anew,
        "issues": _documents(done.issues, session.texts),
    }
    key = "models.registered" if done.anew else "models.registered-before"
    said = session.texts.text(key, number=done.version.number, version=done.version.version)
    session.show(document, [said, *_issue_lines(done.issues, session.texts)])


def _compare(session: Session, given: Given) -> None:
    from ahorraluz.services.models.comparing import as_document, compare

    found = compare(
        given.text("model_version"),
        given.file("model_data"),
        tools=session.tools,
        as_of=_now(),
        progress=_Shown(session.texts),
    )
    document = {
        "schema": "ahorraluz.models-compared.1",
        **as_document(found),
        "issues": _documents(found.issues, session.texts),
    }
    session.show(document, _compared_lines(found, session.texts))


def _compared_lines(found: "Comparison", texts: Texts) -> Iterator[str]:
    judged = found.judged
    yield texts.text(
        f"models.compared-{judged.basis}",
        challenger=found.challenger.number,
        champion=found.champion.number,
        homes=judged.homes,
        windows=judged.windows,
        data=found.data_version,
    )
    yield ""
    rows = [[texts.text(f"models.compare-{name}") for name in COMPARED]]
    for row in judged.rows:
        numbers = [texts.number(n, places=3) for n in (row.challenger, row.champion, row.ratio)]
        known = row.low is not None and row.high is not None
        ends = [texts.number(n, places=3) for n in (row.low, row.high) if n is not None]
        cohort = texts.text("models.cohort-all") if row.cohort == "all" else row.cohort
        said = [cohort, str(row.hours), row.score.upper(), str(row.homes), *numbers]
        rows.append([*said, " – ".join(ends) if known else "–"])
    yield from table(rows, right=(1, 3, 4, 5, 6))
    yield ""
    for hours, value in judged.coverage.items():
        yield texts.text("models.covered", hours=hours, value=texts.number(value, places=3))
    for name, by_hours in judged.others.items():
        for hours, value in by_hours.items():
            over = texts.number(value, places=3)
            yield texts.text("models.over-other", model=name, hours=hours, value=over)
    for gate in judged.failed:
        yield texts.text("models.gate-failed", gate=gate)
    yield texts.text(f"models.says-{judged.verdict}", number=found.challenger.number)
    yield from _issue_lines(found.issues, texts)


def _promote(session: Session, given: Given) -> None:
    from ahorraluz.services.models.promoting import promote

    wanted = given.text("model_version") or "challenger"
    done = promote(wanted, _order(given), tools=session.tools, as_of=_now())
    _say_changed(session, done)


def _rollback(session: Session, given: Given) -> None:
    from ahorraluz.services.models.promoting import roll_back

    done = roll_back(given.text("back_to"), _order(given), tools=session.tools, as_of=_now())
    _say_changed(session, done)


def _order(given: Given) -> "Order":
    from ahorraluz.services.models.promoting import Order

    return Order(
        by=given.text("change_by") or _user(),
        reason=given.text("change_reason") or "",
        force=bool(given.flag("force_model")),
        after_canary=bool(given.flag("after_canary")),
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        # A process of no user that the system knows, as in some containers.
        return "?"


def _say_changed(session: Session, done: "Changed") -> None:
    texts, act = session.texts, done.act
    document = {
        "schema": "ahorraluz.models-changed.1",
        **asdict(act),
        "registry_told": done.alias_told,
        "issues": _documents(done.issues, texts),
    }
    said = texts.text(
        f"models.done-{act.kind}", number=act.number, version=act.version, before=act.before
    )
    session.show(document, [said, *_issue_lines(done.issues, texts)])


def _documents(issues: Sequence[Issue], texts: Texts) -> list[Mapping[str, Any]]:
    return [
        {"code": one.code, "severity": one.severity.value, "text": texts.issue(one)}
        for one in issues
    ]


def _issue_lines(issues: Sequence[Issue], texts: Texts) -> Iterator[str]:
    yield from (texts.issue(one) for one in issues)


class _Shown:
    """Progress on the error stream."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._watched = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._watched and done < total:
            click.echo(self._texts.text(f"models.step-{step}"), err=True)


def _version(*, required: bool) -> click.Argument:
    return click.Argument(["model_version"], metavar="VERSION", required=required)


_by = TextOption(["--by", "change_by"], metavar="NAME")
_reason = TextOption(["--reason", "change_reason"], metavar="TEXT")

list_ = TextCommand("models-list", params=[], run=_list)
register = TextCommand(
    "models-register",
    params=[click.Argument(["model_folder"], type=File(), metavar="FOLDER")],
    run=_register,
)
compare = TextCommand(
    "models-compare",
    params=[
        _version(required=False),
        TextOption(["--data", "model_data"], type=File(), metavar="DIR"),
    ],
    run=_compare,
)
promote = TextCommand(
    "models-promote",
    params=[
        _version(required=True),
        TextOption(["--force", "force_model"], is_flag=True, default=None),
        TextOption(["--after-canary", "after_canary"], is_flag=True, default=None),
        _reason,
        _by,
    ],
    run=_promote,
)
rollback = TextCommand(
    "models-rollback",
    params=[TextOption(["--to", "back_to"], metavar="VERSION"), _reason, _by],
    run=_rollback,
)
models = TextGroup(
    "models",
    commands={
        "list": "ahorraluz.cli.models:list_",
        "register": "ahorraluz.cli.models:register",
        "compare": "ahorraluz.cli.models:compare",
        "canary": "ahorraluz.cli.models_canary:canary",
        "promote": "ahorraluz.cli.models:promote",
        "rollback": "ahorraluz.cli.models:rollback",
        "same": "ahorraluz.cli.models_same:same",
    },
)
