"""``ahorraluz policy``: other rules on the bills of a population."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import issue_lines, table
from ahorraluz.cli.typed import File, Number
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.core.tariffs.policy import Group, Policy
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.services.try_policy import Tried

HUNDRED = Decimal(100)
MOST_KWH = 1_000


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.documents.policy import policy_document
    from ahorraluz.services.try_policy import try_policy

    path = given.file("bills")
    found = try_policy(
        _policy(given),
        table=None if path is None else _content(path),
        tools=session.tools,
        as_of=session.day(given.day("as_of")),
    )
    session.show(policy_document(found, session.texts), _lines(found, session.texts))


def _policy(given: Given) -> Policy:
    def share(name: str) -> Decimal | None:
        percent = given.number(name)
        return None if percent is None else percent / HUNDRED

    return Policy(
        limit_kwh=given.number("fose_limit"),
        first_kwh=given.number("fose_block"),
        discount=share("first_discount"),
        surcharge=share("fose_surcharge"),
        igv=share("igv_rate"),
        energy=share("energy_change") or Decimal(0),
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise InvalidInputError("population-not-read", value=path.name) from None


def _lines(found: "Tried", texts: Texts) -> Iterator[str]:
    outcome = found.outcome
    yield texts.text(
        "web.policy.sum",
        homes=texts.number(outcome.whole.homes),
        gain=texts.number(outcome.whole.gain),
        pay=texts.number(outcome.whole.pay),
        change=_soles(outcome.whole.change, texts),
    )
    yield texts.text("web.policy.basis-published" if found.published else "web.policy.basis-table")
    yield from issue_lines(found.issues, texts)
    yield ""
    titles = ("when", "cost", "income", "balancing")
    rows = [[texts.text(f"web.policy.{name}") for name in titles]]
    for when, fund in (("before", outcome.fund_before), ("after", outcome.fund_after)):
        rate = "–" if fund.balancing is None else texts.percent(fund.balancing, places=2)
        amounts = [texts.soles(amount, places=0) for amount in (fund.cost, fund.income)]
        rows.append([texts.text(f"web.policy.fund-{when}"), *amounts, rate])
    yield from table(rows, right=range(1, len(titles)))
    places = [found.departments[int(group.name)] for group in outcome.departments]
    kwh = [group.name or "+" for group in outcome.brackets]
    for title, groups, names in (
        ("by-kwh", outcome.brackets, kwh),
        ("by-tenth", outcome.deciles, [group.name for group in outcome.deciles]),
        ("by-department", outcome.departments, places),
    ):
        yield ""
        yield from table(_rows(title, groups, names, texts), right=range(1, 5))


def _rows(
    title: str, groups: Sequence[Group], names: Sequence[str], texts: Texts
) -> Sequence[Sequence[str]]:
    heads = [texts.text(f"web.policy.{name}") for name in (title, "homes", "gain", "pay", "change")]
    return [
        heads,
        *(
            [
                name or texts.text("web.policy.nowhere"),
                texts.number(group.homes),
                texts.number(group.gain),
                texts.number(group.pay),
                _soles(group.change, texts),
            ]
            for name, group in zip(names, groups, strict=True)
            if group.homes
        ),
    ]


def _soles(centimos: int, texts: Texts) -> str:
    return texts.soles(Decimal(centimos) / HUNDRED, places=0)


def _percent(name: str, *, low: int = 0) -> click.Parameter:
    return TextOption([name], type=Number(low=low, high=100), metavar="%")


policy = TextCommand(
    "policy",
    params=[
        TextOption(["--bills"], type=File(), metavar="FILE"),
        TextOption(["--fose-limit"], type=Number(low=0, high=MOST_KWH), metavar="KWH"),
        TextOption(["--fose-block"], type=Number(low=0, high=MOST_KWH), metavar="KWH"),
        _percent("--first-discount"),
        _percent("--fose-surcharge"),
        _percent("--igv-rate"),
        _percent("--energy-change", low=-90),
        as_of_option(),
    ],
    run=_run,
)
