"""Answers about verified savings, promises and the scoreboard, as documents."""

import csv
import io
from collections.abc import Iterator
from decimal import Decimal

from ahorraluz.catalog.placebos import load_doubt
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.verification.avoided import (
    BASES,
    FORECAST,
    Avoided,
    Counterfactual,
    counterfactuals,
)
from ahorraluz.core.verification.scoreboard import Score
from ahorraluz.core.verification.verdict import Verdict
from ahorraluz.services.documents.parts import (
    Document,
    estimate_document,
    issue_documents,
    period_document,
    soles,
)
from ahorraluz.services.keep_promises import Marked, TakenBack
from ahorraluz.services.price_savings import SavedMonth
from ahorraluz.services.scoreboard import Scoreboard
from ahorraluz.services.verify_savings import Verified
from ahorraluz.store.promise_records import Promise
from ahorraluz.texts import Texts

SCHEMA, PROMISE_SCHEMA = "ahorraluz.verify.1", "ahorraluz.promise.1"
BOARD_SCHEMA = "ahorraluz.scoreboard.2"
METHOD = "IPMVP option C; CalTRACK 2.0; difference in differences"
SHARE_PLACES = 4
COLUMNS = (
    *("measure", "distributor", "homes", "promised_soles_month", "measured_soles_month"),
    *("low_soles_month", "high_soles_month", "gained_homes", "oldest_figure"),
)


def verify_document(verified: Verified, texts: Texts) -> Document:
    """Return what a step saved."""
    found, judgement, movement = verified.found, verified.judgement, verified.baseline.movement
    doubt = load_doubt()
    return {
        "schema": SCHEMA,
        "home": verified.series.name,
        "step": verified.step,
        "step_name": texts.text(f"measure.{verified.step}.title"),
        "since": verified.since.isoformat(),
        "until": verified.series.last.isoformat(),
        "readings": verified.cells.grain.value,
        "days_before": round(verified.cells.days_used(before=True)),
        "days_after": round(found.days),
        "method": {
            "name": METHOD,
            "basis": movement.basis.value,
            "text": texts.text(found.saved_kwh.basis),
            "comparison_homes": movement.homes,
            "response": round(verified.baseline.response, 3),
            "errors": f"{doubt.name} {doubt.version}",
        },
        "counterfactuals": [
            _counterfactual(part, found, texts) for part in counterfactuals_of(verified)
        ],
        "expected_kwh": round(found.expected_kwh, 3),
        "metered_kwh": round(found.metered_kwh, 3),
        "saved_kwh": estimate_document(found.saved_kwh, texts),
        "saved_kwh_month": estimate_document(verified.kwh_month, texts),
        "saved_share": estimate_document(found.share, texts, places=SHARE_PLACES),
        "saved_soles": _soles(verified.soles, texts),
        "verdict": judgement.verdict.value,
        "text": verdict_text(verified, texts),
        "detectable_share": round(judgement.detectable_share, SHARE_PLACES),
        "detectable_kwh_month": round(judgement.detectable_kwh_month, 1),
        "months": [_month(month, texts) for month in verified.months],
        "promise": _promise_of(verified, texts),
        "issues": issue_documents(verified.issues, texts),
    }


def counterfactuals_of(verified: Verified) -> list[Counterfactual]:
    """Return the estimates that what was expected is put together from."""
    return counterfactuals(verified.cells, verified.baseline, verified.found)


def _counterfactual(part: Counterfactual, found: Avoided, texts: Texts) -> Document:
    return {
        "basis": part.basis,
        "text": texts.text(BASES[part.basis]),
        "weight": round(part.weight, 2),
        "expected_kwh": round(part.expected_kwh, 3),
        "saved_kwh": round(part.expected_kwh - found.metered_kwh, 3),
    }


def forecast_text(verified: Verified, texts: Texts) -> str | None:
    """Return what the forecast of the day of the step said; ``None``: there is none."""
    for part in counterfactuals_of(verified):
        if part.basis == FORECAST:
            return texts.text(
                "verify.foreseen",
                day=verified.since,
                kwh=texts.number(part.expected_kwh, places=0),
                weight=texts.percent(part.weight),
            )
    return None


def _soles(estimate: Estimate | None, texts: Texts) -> Document | None:
    return None if estimate is None else estimate_document(estimate, texts, places=2)


def _month(item: SavedMonth, texts: Texts) -> Document:
    month = item.month
    so_far = month.so_far
    return {
        **period_document(month.period),
        "days_counted": round(month.days, 2),
        "expected_kwh": round(month.expected_kwh, 3),
        "metered_kwh": round(month.metered_kwh, 3),
        "saved_kwh": round(month.expected_kwh - month.metered_kwh, 3),
        "saved_soles": None if item.soles is None else f"{item.soles:.2f}",
        "so_far": None
        if so_far is None
        else {
            "saved_kwh": estimate_document(so_far.saved_kwh, texts),
            "saved_soles": _soles(item.soles_so_far, texts),
        },
    }


def _promise_of(verified: Verified, texts: Texts) -> Document | None:
    promise, kept = verified.promise, verified.kept
    if promise is None or kept is None:
        return None
    return {
        **_terms(promise),
        "kept": kept.value,
        "text": texts.text(f"verify.promise-{kept.value}"),
    }


def _terms(promise: Promise) -> Document:
    return {
        "made_on": promise.made_on.isoformat(),
        "kwh_month": round(promise.terms.wh_month / 1000, 3),
        "soles_month": soles(Decimal(promise.terms.cents_month) / 100),
        "hash": promise.hash,
    }


def verdict_text(verified: Verified, texts: Texts) -> str:
    """Return the verdict in a sentence; what cannot be told is told with what could be."""
    found, judgement = verified.found, verified.judgement
    share = found.share
    if judgement.verdict is Verdict.CANNOT_TELL:
        side = "less" if share.middle >= 0 else "more"
        if _is_zero(texts.number(abs(share.middle) * 100, places=0)):
            side = "same"
        return texts.text(
            f"verify.verdict-cannot-tell-{side}",
            share=texts.percent(abs(share.middle)),
            detectable=texts.percent(judgement.detectable_share),
            kwh=texts.number(judgement.detectable_kwh_month, places=0),
        )
    kwh = verified.kwh_month
    ends = (kwh.low, kwh.middle, kwh.high)
    if judgement.verdict is Verdict.MORE:
        ends = (-kwh.high, -kwh.middle, -kwh.low)
    low, middle, high = (texts.number(end, places=0) for end in ends)
    return texts.text(
        f"verify.verdict-{judgement.verdict.value}",
        share=texts.percent(abs(share.middle)),
        kwh=middle,
        low=low,
        high=high,
    )


def kwh_difference(saved_kwh: float, texts: Texts) -> str:
    """Return energy saved as more or less than expected: "15 kWh less", never "-15 kWh"."""
    shown = texts.number(abs(saved_kwh), places=0)
    return _difference(texts.text("verify.kwh-amount", kwh=shown), shown, saved_kwh, texts)


def soles_difference(saved: float, texts: Texts) -> str:
    """Return soles saved as more or less than expected."""
    shown = texts.soles(Decimal(repr(round(abs(saved), 2))))
    return _difference(shown, shown, saved, texts)


def _difference(amount: str, shown: str, saved: float, texts: Texts) -> str:
    if _is_zero(shown):
        return texts.text("verify.the-same")
    return texts.text("verify.less" if saved > 0 else "verify.more", amount=amount)


def _is_zero(shown: str) -> bool:
    """Tell whether a number reads as zero once it is rounded."""
    return not any(digit in shown for digit in "123456789")


def promise_document(home: str, promise: Promise, texts: Texts) -> Document:
    """Return a promise that was made."""
    return {
        "schema": PROMISE_SCHEMA,
        "home": home,
        "step": promise.terms.step,
        "step_name": texts.text(f"measure.{promise.terms.step}.title"),
        "done_on": None,
        "promise": _terms(promise),
        "in_time": True,
    }


def done_document(marked: Marked, texts: Texts) -> Document:
    """Return a step that was marked as done."""
    return {
        "schema": PROMISE_SCHEMA,
        "home": marked.done.home,
        "step": marked.done.step,
        "step_name": texts.text(f"measure.{marked.done.step}.title"),
        "done_on": marked.done.day.isoformat(),
        "promise": None if marked.promise is None else _terms(marked.promise),
        "in_time": marked.in_time,
        "counted_on": None if marked.counted is None else marked.counted.isoformat(),
    }


def taken_back_document(taken_back: TakenBack, texts: Texts) -> Document:
    """Return a step that was marked as done by mistake."""
    counted = taken_back.counted
    return {
        "schema": PROMISE_SCHEMA,
        "home": taken_back.home,
        "step": taken_back.step,
        "step_name": texts.text(f"measure.{taken_back.step}.title"),
        "done_on": None,
        "promise": None,
        "in_time": False,
        "counted_on": None if counted is None else counted.isoformat(),
    }


def scoreboard_document(found: Scoreboard, texts: Texts) -> Document:
    """Return what may be shown of promises and results."""
    return {
        "schema": BOARD_SCHEMA,
        "measured_on": None if found.measured_on is None else found.measured_on.isoformat(),
        "promises": found.promises,
        "measured": found.measured,
        "chain": {"count": len(found.hashes), "head": found.hashes[-1]} if found.hashes else None,
        "text": board_text(found, texts),
        "scores": [_score(score) for score in found.scores],
    }


def _score(score: Score) -> Document:
    return dict(zip(COLUMNS, _row(score), strict=True))


def _row(score: Score) -> Iterator[object]:
    yield from (score.step or None, score.distributor or None, score.homes)
    for amount in (score.promised, score.measured, score.low, score.high):
        yield f"{amount:.2f}"
    yield score.gained
    yield score.oldest


def board_text(found: Scoreboard, texts: Texts) -> str:
    """Return what the scoreboard is, or that there is nothing to show yet."""
    if not found.scores:
        return texts.text("scoreboard.nothing")
    return texts.text("scoreboard.homes", homes=found.measured)


def scoreboard_csv(found: Scoreboard) -> str:
    """Return the scoreboard as CSV; an empty cell stands for all of them together."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for score in found.scores:
        writer.writerow(["" if value is None else value for value in _row(score)])
    return text.getvalue()
