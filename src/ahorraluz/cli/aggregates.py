"""``ahorraluz aggregates``: tell agencies of groups of homes that agreed."""

from datetime import UTC, datetime

from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import File
from ahorraluz.cli.words import Given, TextCommand, TextGroup, TextOption


def _publish(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.aggregates import aggregates_csv, aggregates_document
    from ahorraluz.services.publish_aggregates import latest_aggregates, publish_aggregates
    from ahorraluz.services.write_file import write_whole

    done = publish_aggregates(tools=session.tools, as_of=datetime.now(tz=UTC))
    found = latest_aggregates(tools=session.tools)
    path = given.file("csv")
    if path is not None:
        write_whole(path, aggregates_csv(found).encode("utf-8"))
    lines = [
        session.texts.text(
            "cli.aggregates-counted", homes=done.counted, left=done.left_out, places=done.places
        ),
        session.texts.text("cli.aggregates-anew" if done.anew else "cli.aggregates-stand"),
    ]
    session.show(aggregates_document(found, session.texts), lines)


publish = TextCommand(
    "aggregates-publish",
    params=[TextOption(["--csv"], type=File(), metavar="FILE")],
    run=_publish,
)
aggregates = TextGroup("aggregates", commands={"publish": "ahorraluz.cli.aggregates:publish"})
