"""Documents of renewable energy: the repository, and what a technology would do at a home."""

from collections.abc import Sequence

from ahorraluz.catalog.places import departments
from ahorraluz.core.estimate import Estimate
from ahorraluz.core.renewables.cashflow import Returns, YearFlow
from ahorraluz.core.renewables.economics import MoneyRange
from ahorraluz.core.renewables.facts import SolarFacts
from ahorraluz.core.renewables.technologies import Entry
from ahorraluz.services.documents.parts import (
    Document,
    estimate_document,
    exact,
    issue_documents,
    plain,
    rounded,
    soles,
    source_documents,
)
from ahorraluz.services.renewables.entries import (
    entry_about,
    entry_name,
    entry_value,
    regions_of,
)
from ahorraluz.services.renewables.proposals import Proposed
from ahorraluz.services.renewables.size_array import ArraySizing, SizedArray
from ahorraluz.services.renewables.size_battery import SizedBattery
from ahorraluz.services.renewables.size_kitchen import SizedKitchen
from ahorraluz.services.renewables.size_others import SizedHeater, SizedKit
from ahorraluz.texts import Texts

LIST_SCHEMA = "ahorraluz.renewables-list.1"
SHOW_SCHEMA = "ahorraluz.renewables-show.1"
SIZE_SCHEMA = "ahorraluz.renewables-size.1"
PROPOSAL_SCHEMA = "ahorraluz.renewables-proposal.1"
PANELS, HEATER, KIT = "rooftop-pv", "solar-water-heater", "offgrid-pv"


def entry_document(entry: Entry, texts: Texts) -> Document:
    """Return one entry, by its ids and in words."""
    names = departments()
    return {
        "id": entry.id,
        "kind": entry.kind.value,
        "name": entry_name(entry, texts),
        "about": entry_about(entry, texts),
        "technologies": list(entry.technologies),
        "needs": [need.value for need in entry.needs],
        "trade": entry.trade,
        "departments": [{"id": name, "name": names[name]} for name in entry.departments],
        "region": regions_of(entry, texts),
        "size": plain(entry.size),
        "size_unit": entry.size_unit,
        "low": plain(entry.low),
        "central": plain(entry.central),
        "high": plain(entry.high),
        "unit": entry.unit,
        "value": entry_value(entry, texts),
        "web": entry.web,
        "standing": entry.standing.value,
        "source": source_documents([entry.source])[0],
    }


def list_document(entries: Sequence[Entry], texts: Texts) -> Document:
    """Return entries; layout in ``docs/reference/schemas/renewables-list.json``."""
    return {
        "schema": LIST_SCHEMA,
        "count": len(entries),
        "entries": [entry_document(entry, texts) for entry in entries],
    }


def show_document(entry: Entry, texts: Texts) -> Document:
    """Return one entry; layout in ``docs/reference/schemas/renewables-show.json``."""
    return {"schema": SHOW_SCHEMA, "entry": entry_document(entry, texts)}


def proposal_document(found: Sequence[Proposed], texts: Texts) -> Document:
    """Return proposals; layout in ``docs/reference/schemas/renewables-proposal.json``."""
    return {
        "schema": PROPOSAL_SCHEMA,
        "proposals": [
            {
                "number": one.proposal.id,
                "state": one.proposal.state.value,
                "proposed_by": one.proposal.proposed_by,
                "proposed_at": one.proposal.proposed_at.isoformat(),
                "decided_by": one.proposal.decided_by,
                "decided_at": one.proposal.decided_at.isoformat()
                if one.proposal.decided_at
                else None,
                "note": one.proposal.note,
                "entry": entry_document(one.entry, texts),
            }
            for one in found
        ],
    }


def size_document(
    answer: ArraySizing | SizedHeater | SizedKit | SizedKitchen, texts: Texts
) -> Document:
    """Return an answer; layout in ``docs/reference/schemas/renewables-size.json``."""
    match answer:
        case ArraySizing():
            technology, body = PANELS, _array(answer, texts)
        case SizedHeater():
            technology, body = HEATER, _heater(answer, texts)
        case SizedKit():
            technology, body = KIT, _kit(answer)
        case _:
            technology, body = answer.technology, _kitchen(answer, texts)
    return {
        "schema": SIZE_SCHEMA,
        "technology": technology,
        "confidence": answer.confidence.value,
        **body,
        "issues": issue_documents(answer.issues, texts),
    }


def place_document(sun: SolarFacts) -> Document:
    """Return where the sun of an answer is from."""
    return {
        "city": sun.city,
        "lat": rounded(sun.lat, places=4),
        "lon": rounded(sun.lon, places=4),
        "altitude_m": rounded(sun.altitude_m, places=0),
        "from_grid": sun.from_grid,
        "source": sun.source,
        "grade": sun.grade.value,
    }


def _array(sizing: ArraySizing, texts: Texts) -> Document:
    site = sizing.site
    return {
        "place": place_document(site.sun),
        "mount": {
            "tilt_deg": site.mount.tilt_deg,
            "azimuth_deg": site.mount.azimuth_deg,
            "shading": site.mount.shading,
            "losses": site.mount.losses,
            "inverter_efficiency": site.mount.inverter_efficiency,
            "dc_ac": site.mount.dc_ac,
        },
        "yield": estimate_document(sizing.yield_year, texts),
        "yield_months": [rounded(month) for month in sizing.yield_months],
        "load": None
        if site.load is None
        else {
            "kwh_year": rounded(float(site.load.kwh.sum())),
            "day_share": rounded(site.load.day_share, places=3),
            "measured": site.load.measured,
        },
        "exports": {
            "scheme": site.rule.scheme,
            "hypothetical": site.hypothetical,
            "price_pen_kwh": exact(site.rule.export_price_pen_kwh),
            "checked_on": site.rule.checked_on,
        },
        "verdict": sizing.verdict.value if site.load is not None else None,
        "sizes": [_size(one, texts) for one in sizing.sizes],
        "battery": None if sizing.battery is None else _battery(sizing.battery),
    }


def _size(sized: SizedArray, texts: Texts) -> Document:
    use = sized.use
    return {
        "kwp": sized.kwp,
        "generated_year_kwh": rounded(sum(month.middle for month in sized.generated)),
        "generated_months_kwh": [rounded(month.middle) for month in sized.generated],
        "used_year": None if use is None else estimate_document(use.used_year, texts),
        "used_months_kwh": None if use is None else [rounded(month.middle) for month in use.used],
        "exported_year": None if use is None else estimate_document(use.exported_year, texts),
        "saving_year": _money(sized.saving_year, texts),
        "cost_pen": soles(sized.cost),
        "money": _returns(sized.returns, with_cost=sized.cost is not None),
        "years": _years(sized.years),
        "scenarios": [
            {
                "growth_year": plain(one.growth_year),
                **(_returns(one.returns, with_cost=True) or {}),
            }
            for one in sized.scenarios
        ],
    }


def _battery(sized: SizedBattery) -> Document:
    return {
        "capacity_kwh": sized.capacity_kwh,
        "usable_kwh": rounded(sized.usable_kwh, places=2),
        "given_year_kwh": rounded(sized.given_kwh_year),
        "lost_year_kwh": rounded(sized.lost_kwh_year),
        "saving_year_pen": soles(sized.saving_year),
        "cost_pen": soles(sized.cost),
        "life_years": sized.life_years,
        "money": _returns(sized.returns, with_cost=sized.cost is not None),
    }


def _heater(sized: SizedHeater, texts: Texts) -> Document:
    return {
        "litres": rounded(sized.litres, places=0),
        "collector_m2": rounded(sized.collector_m2, places=2),
        "cold_water_c": rounded(sized.cold_water_c),
        "need_months_kwh": [rounded(month) for month in sized.need],
        "heat_year": estimate_document(sized.heat.year_kwh, texts),
        "heat_months_kwh": [rounded(month.middle) for month in sized.heat.monthly_kwh],
        "auxiliary_months_kwh": [rounded(month) for month in sized.heat.auxiliary_kwh],
        "fraction": estimate_document(sized.heat.fraction, texts, places=2),
        "saving_year": _money(sized.saving_year, texts),
        "cost_pen": soles(sized.cost),
        "cost_source": None
        if sized.cost_source is None
        else source_documents([sized.cost_source])[0],
        "life_years": sized.life_years,
        "money": _returns(sized.returns, with_cost=sized.cost is not None),
        "years": _years(sized.years),
    }


def _kit(sized: SizedKit) -> Document:
    return {
        "need_wh_day": rounded(sized.need_wh_day, places=0),
        "sun_hours_worst": rounded(sized.sun_hours_worst, places=2),
        "worst_month": sized.worst_month,
        "panel_wp": sized.panel_wp,
        "battery_wh": sized.battery_wh,
        "days_alone": sized.days_alone,
        "energy_year_kwh": rounded(sized.energy_year_kwh),
        "cost_pen": soles(sized.cost),
        "pays_below_pen": soles(sized.pays_below),
        "cost_per_kwh_pen": None if sized.cost_per_kwh is None else exact(sized.cost_per_kwh),
        "life_years": sized.life_years,
    }


def _kitchen(sized: SizedKitchen, texts: Texts) -> Document:
    return {
        "spared_share": _estimate(sized.spared_share, texts, places=2),
        "wood_kg_month": _estimate(sized.wood_kg_month, texts),
        "gas_h_day": _estimate(sized.gas_h_day, texts),
        "saving_month": _money(sized.saving_month, texts),
        "most_saving_month_pen": soles(sized.most_saving_month),
        "least_payback_years": plain(sized.least_payback_years),
        "cost_pen": soles(sized.cost),
        "cost_source": None
        if sized.cost_source is None
        else source_documents([sized.cost_source])[0],
    }


def _estimate(estimate: Estimate | None, texts: Texts, *, places: int = 1) -> Document | None:
    return None if estimate is None else estimate_document(estimate, texts, places=places)


def _money(money: MoneyRange | None, texts: Texts) -> Document | None:
    if money is None:
        return None
    return {
        "low": soles(money.low),
        "middle": soles(money.middle),
        "high": soles(money.high),
        "unit": money.unit,
        "basis": texts.text(money.basis),
    }


def _returns(money: Returns | None, *, with_cost: bool) -> Document | None:
    """Return what it comes to; without a cost only the price at which it would pay."""
    if money is None:
        return None
    bare: Document = {"pays_below_pen": soles(money.pays_below)}
    if not with_cost:
        return bare
    return {
        **bare,
        "net_present_value_pen": soles(money.net_present_value),
        "return_year": plain(money.return_year),
        "simple_payback_years": plain(money.simple_payback),
        "discounted_payback_years": plain(money.discounted_payback),
        "cost_per_kwh_pen": None if money.cost_per_kwh is None else exact(money.cost_per_kwh),
    }


def _years(years: Sequence[YearFlow]) -> list[Document]:
    return [
        {
            "year": year.year,
            "energy_kwh": rounded(float(year.energy_kwh)),
            "saving_pen": soles(year.saving),
            "upkeep_pen": soles(year.upkeep),
            "replacement_pen": soles(year.replacement),
            "loan_pen": soles(year.loan),
            "net_pen": soles(year.net),
            "balance_pen": soles(year.balance),
            "today_pen": soles(year.worth),
        }
        for year in years
    ]
