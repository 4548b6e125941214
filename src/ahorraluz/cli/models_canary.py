"""``ahorraluz models canary``: a challenger beside the champion on the last nights."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.models.canary import Canary

NIGHTS_ASKED = Number(low=7, high=60, whole=True)
"""Of fewer nights some weekday would be missing; of more, most homes have not been kept so long."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.parts import issue_documents
    from ahorraluz.services.models.canary import NIGHTS, run_canary

    nights = given.number("canary_nights")
    found = run_canary(
        given.text("model_version"),
        nights=NIGHTS if nights is None else int(nights),
        tools=session.tools,
        as_of=datetime.now(tz=UTC),
    )
    document = {
        "schema": "ahorraluz.models-canary.1",
        **{name: value for name, value in asdict(found).items() if name != "issues"},
        "issues": issue_documents(found.issues, session.texts),
    }
    session.show(document, _lines(found, session.texts))


def _lines(found: "Canary", texts: Texts) -> Iterator[str]:
    yield texts.text(
        "canary.told",
        challenger=found.challenger,
        champion=found.champion,
        homes=found.homes,
        nights=found.nights,
    )
    for hours, over in found.ratios.items():
        value = texts.number(over.value, places=3)
        if over.low is None or over.high is None:
            yield texts.text("canary.ratio-alone", hours=hours, value=value)
        else:
            low, high = (texts.number(end, places=3) for end in (over.low, over.high))
            yield texts.text("canary.ratio", hours=hours, value=value, low=low, high=high)
    for hours, part in found.coverage.items():
        yield texts.text("canary.coverage", hours=hours, value=texts.number(part, places=3))
    yield texts.text(f"canary.says-{found.verdict}", number=found.challenger)
    yield from (texts.issue(one) for one in found.issues)


canary = TextCommand(
    "models-canary",
    params=[
        click.Argument(["model_version"], metavar="VERSION", required=False),
        TextOption(["--nights", "canary_nights"], type=NIGHTS_ASKED, metavar="N"),
    ],
    run=_run,
)
