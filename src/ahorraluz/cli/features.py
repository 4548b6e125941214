"""``ahorraluz features``: the homes that a model learns from, made once and hashed."""

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.texts import Texts

MOST = 1_000_000


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.make_features import MOST_HOMES, Asked, make_features

    readings, out = given.file("features_readings"), given.file("features_out")
    assert readings is not None and out is not None  # noqa: PT018, S101 - required
    most = given.number("features_most")
    asked = Asked(
        readings=readings,
        homes=given.file("features_homes"),
        out=out,
        most=MOST_HOMES if most is None else int(most),
    )
    manifest = make_features(asked, progress=_Shown(session.texts))
    session.show(manifest, _lines(manifest, str(out), session.texts))


class _Shown:
    """Progress on the error stream of somebody who watches."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._watched = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._watched:
            said = self._texts.text(f"features.step-{step}", done=done, total=total)
            click.echo(f"\r\x1b[K{said}", err=True, nl=False)


def _lines(manifest: Mapping[str, Any], folder: str, texts: Texts) -> Iterator[str]:
    yield texts.text(
        "features.written",
        folder=folder,
        homes=manifest["homes"],
        held_out=manifest["held_out"],
        days=manifest["days"],
    )
    for name, content in manifest["files"].items():
        yield texts.text("features.file", file=name, hash=content)
    yield texts.text("features.sources", count=len(manifest["sources"]))


features = TextCommand(
    "features",
    params=[
        TextOption(["--readings", "features_readings"], type=File(), metavar="PATH", required=True),
        TextOption(["--homes", "features_homes"], type=File(), metavar="PATH"),
        TextOption(["--out", "features_out"], type=File(), metavar="DIR", required=True),
        TextOption(
            ["--most", "features_most"], type=Number(low=1, high=MOST, whole=True), metavar="N"
        ),
    ],
    run=_run,
)
