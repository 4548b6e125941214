"""``ahorraluz scoreboard``: soles promised against soles measured, all homes together."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import table
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.scoreboard import Scoreboard


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.verification import scoreboard_csv, scoreboard_document
    from ahorraluz.services.scoreboard import scoreboard, update_scoreboard
    from ahorraluz.services.write_file import write_whole

    lines = []
    if given.flag("update"):
        updated = update_scoreboard(
            tools=session.tools,
            as_of=datetime.now(tz=UTC),
            today=session.day(given.day("as_of")),
        )
        lines.append(
            session.texts.text(
                "scoreboard.updated",
                verified=updated.verified,
                refused=updated.refused,
                open=updated.open,
            )
        )
    found = scoreboard(tools=session.tools)
    path = given.file("csv")
    if path is not None:
        write_whole(path, scoreboard_csv(found).encode("utf-8"))
    lines += _lines(found, session.texts)
    session.show(scoreboard_document(found, session.texts), lines)


def _lines(found: "Scoreboard", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.documents.verification import board_text

    yield board_text(found, texts)
    scores = found.scores
    if not scores:
        return
    titles = ("measure", "distributor", "homes", "promised", "measured", "between")
    rows = [[texts.text(f"scoreboard.column-{name}") for name in titles]]
    for score in scores:
        rows.append(
            [
                score.step or texts.text("scoreboard.all"),
                score.distributor or texts.text("scoreboard.all"),
                str(score.homes),
                texts.number(score.promised, places=2),
                texts.number(score.measured, places=2),
                texts.text(
                    "verify.range",
                    low=texts.number(score.low, places=2),
                    high=texts.number(score.high, places=2),
                ),
            ]
        )
    yield from table(rows, right=range(2, len(titles)))


scoreboard = TextCommand(
    "scoreboard",
    params=[
        TextOption(["--update"], is_flag=True),
        TextOption(["--csv"], type=File(), metavar="FILE"),
        as_of_option(),
    ],
    run=_run,
)
