"""What verified homes teach of each measure, kept in a small file that the plan reads.

The file is written when the scoreboard is updated. Without it, or where a measure has too few
homes, the published evidence stands as it is.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ahorraluz.core.advice.context import PlanContext
from ahorraluz.core.advice.measures import Answer, Ask, Judge, Measure, Proposal
from ahorraluz.core.anonymity import K
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.issues import Issue, Severity
from ahorraluz.core.verification.shrinkage import BASIS, Learnt, Realised, learn, ratio_for
from ahorraluz.services.write_file import write_whole
from ahorraluz.store.promise_records import MonthResult, Promise

FILE = "learnt-savings.json"
WH = 1000
STEPS = 20
"""Ratios are kept in twentieths."""
LEAST_RATIO = 0.01
"""A measure of which nothing came true still keeps a trace, so that its range can be told."""


def realised(
    promises: Iterable[Promise], results: Mapping[int, Sequence[MonthResult]], *, month_days: float
) -> list[Realised]:
    """Return which part of its promise every measured home realised."""
    found = []
    for promise in promises:
        months = results.get(promise.id, ())
        days = sum(month.days for month in months)
        promised = promise.terms.wh_month / WH * days / month_days
        if promised <= 0:
            continue
        found.append(
            Realised(
                measure=promise.terms.step,
                region=promise.terms.region,
                ratio=sum(month.kwh for month in months) / promised,
                error=sum(month.error_kwh for month in months) / promised,
            )
        )
    return found


def keep_learnt(homes: Sequence[Realised], *, folder: Path) -> tuple[Learnt, ...]:
    """Write what homes teach, whole or not at all, and return it.

    Every plan shows it: so it is rounded, that no single home that comes or goes can be read off.
    """
    learnt = tuple(map(_rounded, learn(homes)))
    document = [
        {
            "measure": item.measure,
            "region": item.region,
            "homes": item.homes,
            "ratio": [item.ratio.low, item.ratio.middle, item.ratio.high],
        }
        for item in learnt
    ]
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / FILE, (json.dumps(document, indent=1) + "\n").encode())
    return learnt


def _rounded(item: Learnt) -> Learnt:
    ratio = item.ratio
    low, middle, high = (
        round(round(end * STEPS) / STEPS, 4) for end in (ratio.low, ratio.middle, ratio.high)
    )
    return replace(
        item, homes=item.homes // K * K, ratio=replace(ratio, low=low, middle=middle, high=high)
    )


def read_learnt(folder: Path) -> tuple[Learnt, ...]:
    """Return what homes teach; nothing where no scoreboard was updated yet."""
    try:
        document = json.loads((folder / FILE).read_text(encoding="utf-8"))
        return tuple(_learnt(item) for item in document)
    except (OSError, ValueError, KeyError, TypeError):
        # The plan stands on published evidence; a spoilt file is no reason to give none.
        return ()


def _learnt(item: Mapping[str, object]) -> Learnt:
    ratio = item["ratio"]
    if not isinstance(ratio, list):
        raise TypeError
    low, middle, high = (float(value) for value in ratio)
    return Learnt(
        measure=str(item["measure"]),
        region=str(item["region"]),
        homes=int(str(item["homes"])),
        ratio=Estimate(low=low, middle=middle, high=high, unit="1", basis=BASIS),
    )


def learnt_measures(
    measures: Sequence[Measure], learnt: Sequence[Learnt], *, region: str
) -> tuple[Measure, ...]:
    """Return measures that save what homes of a region realised of them.

    Parameters
    ----------
    measures
        As published.
    learnt
        What homes teach; empty: the measures are returned as they are.
    region
        Department of the home, empty where not known.
    """
    if not learnt:
        return tuple(measures)
    return tuple(
        measure
        if (found := ratio_for(learnt, measure.id, region)) is None
        else replace(measure, judge=_judge(measure, found))
        for measure in measures
    )


def _judge(measure: Measure, found: Learnt) -> Judge:
    def judge(context: PlanContext) -> Answer:
        answer = measure.judge(context)
        match answer:
            case Proposal():
                return _moved(answer, found)
            case Ask(proposal=Proposal() as proposal):
                return replace(answer, proposal=_moved(proposal, found))
            case _:
                return answer

    return judge


def _moved(proposal: Proposal, found: Learnt) -> Proposal:
    """Return a proposal whose energy is that which homes realised."""
    ratio, effect = found.ratio, proposal.effect
    middle = max(ratio.middle, LEAST_RATIO)
    note = Issue(
        code="measure-learnt",
        severity=Severity.NOTE,
        parameters={"homes": found.homes, "percent": round(100 * middle)},
    )
    return replace(
        proposal,
        effect=replace(
            effect,
            cuts=tuple(replace(cut, shares=_times(cut.shares, middle)) for cut in effect.cuts),
            home_shares=_times(effect.home_shares, middle),
            low=effect.low * max(ratio.low, 0.0) / middle,
            high=max(effect.high * ratio.high / middle, 1.0),
        ),
        variants=tuple(_moved(variant, found) for variant in proposal.variants),
        issues=(*proposal.issues, note),
    )


def _times(shares: tuple[float, ...], ratio: float) -> tuple[float, ...]:
    return tuple(min(share * ratio, 1.0) for share in shares)
