"""``ahorraluz backtest``: how the forecasts would have done on the homes of a file."""

import math
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from ahorraluz.cli.backtest_months import names_supply, run_bills, run_month_end
from ahorraluz.cli.compare import connection_options
from ahorraluz.cli.session import Session
from ahorraluz.cli.supply_options import as_of_option
from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.cli.typed import Day, File, OneOf
from ahorraluz.cli.words import Given, TextCommand, TextOption
from ahorraluz.core.issues import InvalidInputError
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.forecast.backtest import Ratio
    from ahorraluz.services.backtest_models import Asked, Backtest
    from ahorraluz.services.model_scores import HorizonScore, ModelScore

HORIZONS = ("24", "168")
MISSING = "–"
OPTIONS = {
    "panel": "--readings",
    "bill_table": "--bills",
    "month_end": "--month-end",
    "origins_from": "--from",
    "panel_zone": "--zone",
    "cold_start": "--cold-start",
    "models": "--models",
    "backtest_horizon": "--horizon",
    "candidate": "--model",
}
OF_HOURS = ("cold_start", "models", "backtest_horizon", "candidate")
"""Options of forecasts of hours alone."""
UNUSED = {
    "bill_table": ("panel", "month_end", "panel_zone", *OF_HOURS),
    "month_end": OF_HOURS,
}
"""What recibos, and months told from a part of them, are tested without."""
SHOWN = ("nmae", "nrmse", "wql")
"""Scores whose ratios to each bar are printed; the document has all."""


def _run(session: Session, given: Given) -> None:
    from ahorraluz.services.backtest_models import backtest_models
    from ahorraluz.services.documents.backtest import backtest_document

    progress = _Shown(session.texts)
    _refuse_unused(given)
    if given.has("bill_table"):
        run_bills(session, given, progress)
        return
    if given.flag("month_end"):
        run_month_end(session, given, progress)
        return
    path = given.file("panel")
    if path is None:
        raise InvalidInputError("option-missing", option="--readings")
    if names_supply(given):
        raise InvalidInputError("backtest-nothing-to-price")
    found = backtest_models(path, _asked(session, given), progress=progress)
    session.show(backtest_document(found, session.texts), _lines(found, session.texts))


def _refuse_unused(given: Given) -> None:
    """Refuse options that what is tested has no use for (``backtest-option-unused``)."""
    for mode in (name for name in UNUSED if given.has(name)):
        for name in UNUSED[mode]:
            if given.has(name):
                raise InvalidInputError(
                    "backtest-option-unused", option=OPTIONS[name], beside=OPTIONS[mode]
                )


def _asked(session: Session, given: Given) -> "Asked":
    from ahorraluz.services.backtest_models import HORIZONS_H, Asked

    names, hours = given.text("models"), given.text("backtest_horizon")
    return Asked(
        as_of=session.day(given.day("as_of")),
        first=given.day("origins_from"),
        zone=given.text("panel_zone"),
        models=None if names is None else _names(names),
        horizons_h=HORIZONS_H if hours is None else (int(hours),),
        cold_start=bool(given.flag("cold_start")),
        cohorts=given.file("cohorts"),
        candidate=given.file("candidate"),
        serving=session.tools.serving,
    )


def _names(typed: str) -> tuple[str, ...]:
    """Return names parted by commas; commas without any are refused (``option-without-value``)."""
    names = tuple(name.strip() for name in typed.split(",") if name.strip())
    if not names:
        raise InvalidInputError("option-without-value", option=OPTIONS["models"])
    return names


class _Shown:
    """Progress on the error stream of somebody who watches."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._watched = sys.stderr.isatty()

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._watched:
            said = self._texts.text(f"backtest.step-{step}", done=done, total=total)
            click.echo(f"\r\x1b[K{said}", err=True, nl=done == total)


def _lines(found: "Backtest", texts: Texts) -> Iterator[str]:
    from ahorraluz.core.forecast.backtest import INTERVAL
    from ahorraluz.services.month_scores import SEED

    yield texts.text(
        "backtest.span",
        file=found.name,
        homes=found.homes,
        windows=found.windows,
        first=found.first,
        last=found.last,
    )
    yield texts.text("backtest.bootstrap", interval=texts.percent(INTERVAL), seed=SEED)
    yield from _tables(found.models, texts)
    for cold in found.cold:
        key = "backtest.seen-bill" if cold.seen_days == 0 else "backtest.seen-days"
        yield from heading(texts.text(key, days=cold.seen_days))
        yield from _tables(cold.models, texts)
    yield from issue_lines(found.issues, texts)


def _tables(models: "tuple[ModelScore, ...]", texts: Texts) -> Iterator[str]:
    from ahorraluz.core.forecast.metrics import METRICS

    for place in range(len(models[0].horizons)):
        yield from heading(texts.text("backtest.hours", hours=models[0].horizons[place].hours))
        head = [texts.text("backtest.model"), *(texts.text(f"backtest.{m}") for m in METRICS)]
        rows = [[model.name, *_cells(model.horizons[place].averages, texts)] for model in models]
        yield from table([head, *rows], right=range(1, len(head)))
        yield from _ratios(models, place, texts)
        yield from _by_cohort(models, place, texts)
        yield from _reasons(models[0].horizons[place], texts)


def _cells(averages: "Mapping[str, float]", texts: Texts) -> Iterator[str]:
    for metric, value in averages.items():
        if math.isnan(value):
            yield MISSING
        elif metric.endswith("kwh_error"):
            yield texts.percent(value / 100, places=1)
        elif metric == "coverage80":
            yield texts.percent(value, places=1)
        else:
            yield texts.number(value, places=3)


def _ratios(models: "tuple[ModelScore, ...]", place: int, texts: Texts) -> Iterator[str]:
    """Yield how each fitted model compares with the best baseline and with each bar."""
    from ahorraluz.services.forecast_models import FITTED

    for model in (model for model in models if model.name in FITTED):
        horizon = model.horizons[place]
        best = {f"{metric} {best.bar}": best.ratio for metric, best in horizon.best.items()}
        said = list(_shown(best, texts))
        if said:
            yield texts.text("backtest.against-best", model=model.name, ratios=" · ".join(said))
        for bar, ratios in horizon.ratios.items():
            said = list(_shown({m: ratios[m] for m in SHOWN if m in ratios}, texts))
            if said:
                yield texts.text(
                    "backtest.against", model=model.name, bar=bar, ratios=" · ".join(said)
                )
        for bar, reasons in horizon.ratio_reasons.items():
            for reason in dict.fromkeys(reasons.values()):
                yield texts.text(
                    "backtest.no-ratio",
                    model=model.name,
                    bar=bar,
                    metrics=[texts.text(f"backtest.{m}") for m in reasons if reasons[m] == reason],
                    reason=texts.text(f"backtest.reason-{reason}"),
                )


def _shown(ratios: "Mapping[str, Ratio | None]", texts: Texts) -> Iterator[str]:
    """Yield ratios with their intervals, which one home has none of.

    The first word of a key is the score.
    """
    for key, found in ratios.items():
        metric, _, bar = key.partition(" ")
        if found is None:
            continue
        named = texts.text(f"backtest.{metric}")
        named = f"{named} ({bar})" if bar else named
        value = texts.number(found.value, places=3)
        if found.low is None or found.high is None:
            yield texts.text("backtest.ratio-of-one", metric=named, ratio=value)
            continue
        low, high = (texts.number(end, places=3) for end in (found.low, found.high))
        yield texts.text("backtest.ratio", metric=named, ratio=value, low=low, high=high)


def _by_cohort(models: "tuple[ModelScore, ...]", place: int, texts: Texts) -> Iterator[str]:
    """Yield the scores of each group of homes that a table names, all homes first."""
    from ahorraluz.core.forecast.metrics import METRICS

    if not models[0].horizons[place].named:
        return
    keys = ("cohort", "homes", *METRICS)
    for model in models:
        horizon = model.horizons[place]
        yield from heading(texts.text("backtest.by-cohort", model=model.name))
        rows = [[texts.text(f"backtest.{key}") for key in keys]]
        rows.append(
            [
                texts.text("backtest.all-homes"),
                str(horizon.homes),
                *_cells(horizon.averages, texts),
            ]
        )
        rows += [
            [cohort.name, str(cohort.homes), *_cells(cohort.averages, texts)]
            for cohort in horizon.named
        ]
        yield from table(rows, right=range(1, len(keys)))


def _reasons(horizon: "HorizonScore", texts: Texts) -> Iterator[str]:
    for metric, reason in horizon.reasons.items():
        yield texts.text(
            "backtest.missing",
            metric=texts.text(f"backtest.{metric}"),
            reason=texts.text(f"backtest.reason-{reason}"),
        )


backtest = TextCommand(
    "backtest",
    params=[
        TextOption(["--readings", "panel"], type=File(), metavar="FILE"),
        TextOption(["--bills", "bill_table"], type=File(), metavar="FILE"),
        TextOption(["--month-end"], is_flag=True, default=None),
        TextOption(["--from", "origins_from"], type=Day(), metavar="YYYY-MM-DD"),
        TextOption(["--zone", "panel_zone"], metavar="UTC"),
        TextOption(["--cold-start"], is_flag=True, default=None),
        TextOption(["--models"], metavar="NAMES"),
        TextOption(["--horizon", "backtest_horizon"], type=OneOf(HORIZONS)),
        TextOption(["--cohorts"], type=File(), metavar="FILE"),
        TextOption(["--model", "candidate"], type=File(), metavar="DIR"),
        *connection_options(),
        as_of_option(),
    ],
    run=_run,
)
