"""The document of what options with hours promise a home, and its sentences."""

from decimal import Decimal

from ahorraluz.core.advice.hourly import HIGH, IN_HUNDRED, LOW, SURE, OptionProspect, in_hundred
from ahorraluz.services.documents.parts import (
    EXACT,
    Document,
    issue_documents,
    period_document,
    plain,
    soles,
    source_documents,
    supply_document,
)
from ahorraluz.services.hourly_tariff import HourlyAnswer, KeptPromise, MeasuredCheck
from ahorraluz.texts import Texts

HOURLY_SCHEMA = "ahorraluz.tariffs-hourly.1"
PLACES = 4
"""Decimals of shares and chances."""


def hourly_document(answer: HourlyAnswer, texts: Texts) -> Document:
    """Return the answer; layout in ``docs/reference/schemas/tariffs-hourly.json``."""
    meter = answer.meter
    return {
        "schema": HOURLY_SCHEMA,
        "supply": supply_document(answer.home.supply),
        "kwh_year": plain(sum(answer.kwh_by_month, Decimal(0))),
        "peak_share": _share(answer),
        "options": [_option(one, answer) for one in answer.prospects],
        "not_on_file": [option.value for option in answer.not_on_file],
        "movable": [
            {
                "appliance": use.id,
                "kwh_month": _measured(use.kwh_month),
                "kwh_month_in_peak": _measured(use.peak_kwh_month),
            }
            for use in answer.movable
        ],
        "meter_cost": {
            "stated": soles(meter.stated),
            "published_low_year": soles(meter.published_low),
            "published_high_year": soles(meter.published_high),
            "source": source_documents([meter.source])[0],
        },
        "unanswered": list(answer.unanswered),
        "measured": None if answer.measured is None else _check(answer.measured),
        "issues": issue_documents(answer.issues, texts),
        "data_hash": answer.data_hash,
    }


def _share(answer: HourlyAnswer) -> Document:
    told, shares = answer.told, answer.facts.shares
    return {
        "expected": _measured(told.belief.mean),
        "low": _measured(told.belief.quantile(LOW)),
        "high": _measured(told.belief.quantile(HIGH)),
        "basis": basis_of(answer),
        "homes": shares.homes,
        "uses_say": None if told.heard is None else _measured(told.heard.share),
        "answers": dict(told.answers),
        "typed": None if told.typed is None else _measured(told.typed),
    }


def basis_of(answer: HourlyAnswer) -> str:
    """Return what a share rests on: ``typed``, ``uses`` or ``homes``."""
    if answer.told.typed is not None:
        return "typed"
    return "homes" if answer.told.heard is None else "uses"


def _option(one: OptionProspect, answer: HourlyAnswer) -> Document:
    published = answer.meter.published_high
    return {
        "option": one.option.value,
        "sheet_start": one.pair.now[0].days[0].schedule.start.isoformat(),
        "sheet_distributor": one.pair.now[0].days[0].schedule.distributor,
        "chance": _measured(one.chance),
        "chance_after_meter": None if published is None else _measured(one.chance_over(published)),
        "payback_months": _optional(answer.meter.payback_months(one)),
        "total_now_same_sheet": soles(one.total_now),
        "saving": soles(one.expected),
        "saving_p10": soles(one.range[0]),
        "saving_p90": soles(one.range[1]),
        "spread": plain(one.spread.quantize(EXACT)),
        "break_even_share": plain(one.break_even_share),
        "break_even_share_energy_alone": plain(one.energy_break_even_share),
        "move_kwh_month": _optional(one.to_move()),
        "move_kwh_month_to_be_sure": _optional(one.to_move(SURE)),
        "chance_if_all_moved": _measured(one.chance_if_moved(answer.movable_kwh)),
    }


def _check(check: MeasuredCheck) -> Document:
    compared = check.comparison
    return {
        "peak_share": _measured(compared.peak_share),
        "place": _measured(check.place),
        "in_range": check.in_range,
        "options": [_kept(kept) for kept in check.options],
        "months": [
            {
                **period_document(month.period),
                "kwh": plain(month.measured().kwh),
                "kwh_peak": plain(month.measured().peak_kwh),
                "totals": {
                    kept.year.option.value: soles(kept.year.totals[at]) for kept in check.options
                },
                "totals_now": {
                    kept.year.option.value: soles(kept.year.totals_now[at])
                    for kept in check.options
                },
            }
            for at, month in enumerate(compared.months)
        ],
    }


def _kept(kept: KeptPromise) -> Document:
    return {
        "option": kept.year.option.value,
        "chance_stated": _measured(kept.chance),
        "total": soles(kept.year.total),
        "total_now_same_sheet": soles(kept.year.total_now),
        "saving": soles(kept.year.saving),
        "costs_less": kept.costs_less,
        "was_right": kept.was_right,
        "chance_now": _measured(kept.chance_now),
    }


def _measured(value: float) -> float:
    return round(value, PLACES)


def _optional(value: float | None) -> float | None:
    return None if value is None else _measured(value)


def chance_sentence(one: OptionProspect, texts: Texts) -> str:
    """Return how probable it is that an option costs less."""
    if one.break_even_share is None:
        return texts.text("hourly.never", option=one.option.value)
    return texts.text("hourly.chance", option=one.option.value, chance=in_hundred(one.chance))


def money_sentence(one: OptionProspect, texts: Texts) -> str:
    """Return what an option is expected to spare or to add in a year, with its range."""
    low, high = one.range
    return texts.text(
        "hourly.saves" if one.expected >= 0 else "hourly.costs-more",
        amount=texts.soles(abs(one.expected), places=0),
        low=signed(low, texts),
        high=signed(high, texts),
    )


def signed(saving: Decimal, texts: Texts) -> str:
    """Return soles less or soles more."""
    key = "hourly.less" if saving >= 0 else "hourly.more"
    return texts.text(key, amount=texts.soles(abs(saving), places=0))


def shift_sentence(one: OptionProspect, texts: Texts) -> str | None:
    """Return what would have to leave hora punta; ``None``: no shifting would do."""
    move, sure = one.to_move(), one.to_move(SURE)
    if move is None or sure is None:
        return None
    if not sure:
        return texts.text("hourly.move-nothing")
    key = "hourly.move" if move else "hourly.move-to-be-sure"
    return texts.text(
        key,
        kwh=texts.number(move, places=1),
        sure=texts.number(sure, places=1),
        chance=round(SURE * IN_HUNDRED),
    )
