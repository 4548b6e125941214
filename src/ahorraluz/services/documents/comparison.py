"""The document of a measured year under every tariff option."""

from ahorraluz.core.advice.option_years import OptionYear
from ahorraluz.services.compare_tariffs import TariffComparison
from ahorraluz.services.documents.parts import (
    EXACT,
    Document,
    issue_documents,
    period_document,
    plain,
    soles,
    supply_document,
)
from ahorraluz.texts import Texts

COMPARE_SCHEMA = "ahorraluz.tariffs-compare.1"
PRICED_AS = "year-to-come"
"""Measured energy, at the prices of the same months in the year that begins on the day asked."""


def compare_document(compared: TariffComparison, texts: Texts) -> Document:
    """Return the comparison; layout in ``docs/reference/schemas/tariffs-compare.json``."""
    best = compared.best
    return {
        "schema": COMPARE_SCHEMA,
        "supply": supply_document(compared.connection.supply),
        "peak_share": round(compared.peak_share, 4),
        "months": [
            {
                **period_document(month.period),
                "kwh": plain(month.measured().kwh),
                "kwh_peak": plain(month.measured().peak_kwh),
                "known": round(month.known, 4),
                "priced_from": terms.period.start.isoformat(),
                "priced_to": terms.period.end.isoformat(),
                "total": soles(total),
            }
            for month, terms, total in zip(
                compared.months, compared.terms, compared.totals, strict=True
            )
        ],
        "priced_as": PRICED_AS,
        "total": soles(compared.total),
        "cheapest": (compared.connection.supply.option if best is None else best.option).value,
        "saving": soles(best.saving if best else None),
        "options": [_option(option) for option in compared.options],
        "not_on_file": [option.value for option in compared.not_on_file],
        "issues": issue_documents(compared.issues, texts),
        "data_hash": compared.data_hash,
    }


def _option(option: OptionYear) -> Document:
    return {
        "option": option.option.value,
        "total": soles(option.total),
        "total_low": soles(option.low),
        "total_now_same_sheet": soles(option.total_now),
        "saving": soles(option.saving),
        "saving_low": soles(option.saving_range[0]),
        "saving_high": soles(option.saving_range[1]),
        "spread": plain(option.spread.quantize(EXACT)),
        "break_even_share": plain(option.break_even_share),
        "by_shift": [
            {"share": plain_percent(step), "total": soles(total)}
            for step, total in enumerate(option.by_shift)
            if step % 10 == 0
        ],
    }


def plain_percent(step: int) -> str:
    """Return a hundredth as a share from 0 to 1."""
    return f"{step / 100:.2f}"


def option_sentence(option: OptionYear, texts: Texts) -> str:
    """Return what changing to an option would do, and what would have to move."""
    saves = option.saving >= 0
    low, high = sorted(map(abs, option.saving_range))
    said = texts.text(
        "compare.saves" if saves else "compare.costs-more",
        option=option.option.value,
        amount=texts.soles(abs(option.saving)),
        low=texts.soles(low, places=0),
        high=texts.soles(high, places=0),
        total=texts.soles(option.total),
        now=texts.soles(option.total_now),
    )
    share = option.break_even_share
    if saves:
        return said
    if share is None:
        return f"{said} {texts.text('compare.never')}"
    return f"{said} {texts.text('compare.break-even', share=texts.percent(share))}"
