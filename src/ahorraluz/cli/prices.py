"""``ahorraluz prices``: the price of a home's next kWh, in the forms that planners read."""

import json
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.serve import now
from ahorraluz.cli.session import Session
from ahorraluz.cli.typed import Number, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.live.price_series import MOST_HOURS, Form

if TYPE_CHECKING:
    from ahorraluz.services.live.prices import HomePrices


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.live.prices import USUAL_HOURS, next_prices

    home, hours = given.text("watched_home"), given.number("price_hours")
    assert home is not None  # noqa: S101 - a required argument
    found = next_prices(
        home,
        hours=USUAL_HOURS if hours is None else int(hours),
        tools=session.tools,
        as_of=now(),
    )
    form = given.text("form")
    if form is None and not session.as_json:
        for line in _lines(found):
            click.echo(line)
        return
    written = found.written(Form(form or Form.PLAIN.value), cliff=not given.flag("without_cliff"))
    if isinstance(written, str):
        click.echo(written, nl=False)
    else:
        click.echo(json.dumps(written, ensure_ascii=False, indent=2))


def _lines(found: "HomePrices") -> list[str]:
    from ahorraluz.core.live.days import local

    return [
        f"{local(found.zone, hour.start_ms):%Y-%m-%d %H:%M}  {hour.price:.4f}"
        for hour in found.hours
    ]


prices = TextCommand(
    "prices",
    params=[
        click.Argument(["watched_home"], metavar="HOME"),
        TextOption(["--form"], type=OneOf([form.value for form in Form])),
        TextOption(
            ["--hours", "price_hours"],
            type=Number(low=1, high=MOST_HOURS, whole=True),
            metavar="N",
        ),
        TextOption(["--without-cliff"], is_flag=True),
    ],
    run=_run,
)
