"""The engine of tariffs, and plans: what has to hold whatever a home uses and pays."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from tests.fuzz.cutting import Cut
from tests.fuzz.refusing import hold, refused, scratch, tell
from tests.invented import tariff_book

from ahorraluz.core.advice.recommendation import Plan
from ahorraluz.core.advice.wishes import Objective, Wishes
from ahorraluz.core.consumption import Band, Consumption
from ahorraluz.core.home import (
    Appliance,
    CookingFuel,
    CustomerClass,
    FixedCharges,
    Fose,
    Home,
    MonthlyUse,
    Option,
    Roof,
    Sector,
    Supply,
    Tenure,
)
from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.core.money import CENT
from ahorraluz.core.periods import Period, month_after
from ahorraluz.core.tariffs.billing import Bill, price_bill
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.schedule import OPTION_BANDS, TariffBook
from ahorraluz.core.tariffs.terms import BillTerms, bill_terms
from ahorraluz.services.advise import advise
from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings

ZERO = Decimal(0)
LAST_YEAR = date(2027, 12, 31)
SUPPLIES = (("luz-del-sur", "lima-sur"), ("pluz", "lima-norte"), ("seal", None),
            ("electrocentro", None), ("electro-oriente", None), ("", None))  # fmt: skip
OPTIONS = tuple(Option)
APPLIANCES = ("ducha-electrica", "terma-electrica", "refrigeradora", "tv-led", "router", "foco-led",
              "lavadora", "aire-acondicionado", "no-hay")  # fmt: skip
CITIES = (None, "arequipa", "lima", "huancayo", "iquitos", "ninguna")
AS_OF = date(2026, 11, 24)


@cache
def tools() -> Toolbox:
    """Return the facts on file."""
    return open_toolbox(Settings(data_dir=scratch() / "facts"))


def tariff(data: bytes) -> None:
    """Price any energy of any period under any option, on file or invented."""
    cut = Cut(data)
    book, supply = _supply(cut)
    period, charges = _period(cut), _charges(cut)
    if period is None:
        return
    terms = refused(lambda: bill_terms(book, supply, period, charges=charges))
    if terms is None:
        return
    if terms.issues:
        tell(terms.issues)
    low = _consumption(cut, terms)
    bill = None if low is None else refused(lambda: price_bill(low, terms))
    if low is None or bill is None:
        return
    _adds_up(bill)
    _more_costs_no_less(low, bill, cut)


def _supply(cut: Cut) -> tuple[TariffBook, Supply]:
    own = cut.yes()
    distributor, system = ("light", "here") if own else cut.one_of(SUPPLIES)
    supply = Supply(
        distributor=distributor,
        system=system,
        option=cut.one_of(OPTIONS),
        customer=cut.one_of(tuple(CustomerClass)),
        fose=cut.one_of(tuple(Fose)),
        sector=cut.one_of((None, *Sector)),
        collective_homes=cut.whole(1, 40) if cut.yes() else 1,
        igv_exempt=cut.one_of((None, True, False)),
        holidays_off_peak=cut.yes(),
    )
    book = tariff_book() if own else tools().book(distributor)
    return book, supply


def _period(cut: Cut) -> Period | None:
    start = cut.day(date(2026, 1, 1), LAST_YEAR) if cut.whole(0, 9) else cut.day()
    days = cut.whole(1, 62) if cut.whole(0, 9) else cut.whole(1, 1500)
    if (date.max - start).days < days:
        return None
    return Period(start, start + timedelta(days=days))


def _charges(cut: Cut) -> FixedCharges | None:
    if cut.yes():
        return None
    amounts = [cut.decimal(200, places=2, least=-50) for _ in range(7)]
    return FixedCharges(
        connection=None if cut.yes() else abs(amounts[0]),
        lighting=None if cut.yes() else abs(amounts[1]),
        interest=abs(amounts[2]),
        late_interest=abs(amounts[3]),
        previous_rounding=amounts[4],
        other_taxed=amounts[5],
        other_untaxed=amounts[6],
    )


def _consumption(cut: Cut, terms: BillTerms) -> Consumption | None:
    bands = OPTION_BANDS.get(terms.supply.option, ())
    most = cut.one_of((200, 1000, 100_000, 120_000))
    if not bands or cut.whole(0, 5) == 0:
        energy = cut.decimal(most, places=cut.whole(0, 4))
        return refused(lambda: Consumption(period=terms.period, energy_kwh=energy))
    by_band = {band: cut.decimal(most // 3) for band in bands}
    return refused(
        lambda: Consumption(
            period=terms.period, energy_kwh=sum(by_band.values(), ZERO), bands_kwh=by_band
        )
    )


def _adds_up(bill: Bill) -> None:
    """See that lines add up to the total to the céntimo, exactly, and taxes to the tax."""
    money = [line.amount for line in bill.lines]
    figures = (*money, bill.subtotal, bill.igv, bill.total, bill.carry, bill.margin)
    hold(all(type(one) is Decimal and one.is_finite() for one in figures), "a float in a bill")
    hold(sum(money, ZERO) == bill.total, "lines do not add up to the total")
    taxed = [line.amount for line in bill.lines if line.taxed]
    hold(sum(taxed, ZERO) == bill.subtotal, "taxed lines do not add up to the subtotal")
    before = bill.total - bill.line(LineCode.ROUNDING).amount
    due = before + bill.terms.charges.previous_rounding
    hold(bill.carry == due - bill.total, "the carry is not what is left")
    hold(bill.total % CENT == 0, "a total below the céntimo")
    energy = bill.line(LineCode.ENERGY)
    hold(
        sum((part.quantity for part in energy.parts), ZERO) == bill.consumption.energy_kwh,
        "energy lost between blocks",
    )
    hold(bill.line(LineCode.FOSE).amount == 0, "the FOSE was added")


def _more_costs_no_less(low: Consumption, bill: Bill, cut: Cut) -> None:
    """See that more energy of the same hours costs no less before the rounding of the total."""
    more = cut.decimal(500)
    bands = dict(low.bands_kwh)
    if bands:
        first: Band = next(iter(bands))
        bands[first] += more
    high = refused(lambda: replace(low, energy_kwh=low.energy_kwh + more, bands_kwh=bands))
    dear = None if high is None else refused(lambda: price_bill(high, bill.terms))
    if dear is not None:
        hold(dear.total + dear.carry >= bill.total + bill.carry, "more energy costs less")


def plan(data: bytes) -> None:
    """Make the plan of any home: refused in words, or one whose sums hold."""
    cut = Cut(data)
    home, wishes = _home(cut), _wishes(cut)
    if home is None or wishes is None:
        return
    try:
        advice = advise(home, tools=tools(), as_of=AS_OF, wishes=wishes)
    except AhorraLuzError as error:
        tell(error.issues)
        return
    if advice.issues:
        tell(advice.issues)
    _adds_up(advice.bill)
    _plan_holds(advice.plan, home)


def _home(cut: Cut) -> Home | None:
    _, supply = _supply(cut)
    if supply.distributor == "light":
        supply = replace(supply, distributor="luz-del-sur", system="lima-sur")
    return refused(
        lambda: Home(
            supply=supply,
            history=_history(cut),
            people=cut.one_of((None, 0, 1, 4, 30)),
            department=cut.one_of((None, "lima", "arequipa", "loreto", "nada")),
            city=cut.one_of(CITIES),
            altitude_m=cut.one_of((None, 0.0, 2300.0, 5000.0)),
            tenure=cut.one_of((None, *Tenure)),
            roof=cut.one_of((None, *Roof)),
            panels_kwp=cut.one_of((None, None, 0.5, 3.0)),
            cooking=cut.one_of((None, *CookingFuel)),
            appliances=_appliances(cut),
            homes_on_meter=cut.one_of((1, 1, 1, 3)),
            budget_pen=cut.one_of((None, ZERO, cut.decimal(20_000, places=2))),
            lpg_cylinder_pen=cut.one_of((None, Decimal(50))),
            fise_voucher=cut.one_of((None, True, False)),
            charges=_charges(cut) or FixedCharges(),
        )
    )


def _history(cut: Cut) -> tuple[MonthlyUse, ...]:
    start, months = date(2025, 10, 1), []
    for _ in range(cut.whole(1, 13)):
        end = month_after(start)
        kwh = cut.decimal(cut.one_of((0, 60, 400, 100_000)))
        months.append(MonthlyUse(period=Period(start, end), kwh=kwh))
        start = end
    return tuple(months)


def _appliances(cut: Cut) -> tuple[Appliance, ...]:
    def figure(most: int) -> float | None:
        return None if cut.yes() else float(cut.decimal(most))

    names: Sequence[str] = dict.fromkeys(  # type: ignore[assignment]
        cut.one_of(APPLIANCES) for _ in range(cut.whole(0, 6))
    )
    return tuple(
        Appliance(
            id=name,
            count=cut.whole(1, 9),
            power_w=figure(9000),
            hours_day=figure(24),
            label_kwh_year=figure(2000),
            minutes_shower=figure(60) if "ducha" in name or "terma" in name else None,
            showers_day=figure(20) if "ducha" in name or "terma" in name else None,
            always_on=cut.one_of((None, True, False)),
        )
        for name in names
    )


def _wishes(cut: Cut) -> Wishes | None:
    return refused(
        lambda: Wishes(
            objective=cut.one_of(tuple(Objective)),
            instalment_pen=cut.one_of((None, ZERO, cut.decimal(500, least=-10))),
            effort_pen_month=cut.decimal(50),
            any_option=cut.yes(),
            frontier=cut.whole(0, 9) == 0,
        )
    )


def _plan_holds(plan: Plan, home: Home) -> None:
    steps = plan.steps
    saved = sum((step.bill_saving_pen_year for step in steps), ZERO)
    hold(saved == plan.bill_saving_pen_year, "steps do not add up to the plan")
    now = sum((month.total_now for month in plan.months), ZERO)
    then = sum((month.total_then for month in plan.months), ZERO)
    hold(len(plan.months) == 12, "a year of other than twelve months")
    hold(now - then == plan.bill_saving_pen_year, "the saving is not the difference of the bills")
    hold(all(month.kwh_then >= 0 for month in plan.months), "energy below nought")
    hold(plan.saving.low <= plan.saving.middle <= plan.saving.high, "a range upside down")
    for one in (*steps, *plan.options, *plan.targets):
        hold(one.saving_pen_year.is_finite(), "a saving without end")
    if home.budget_pen is not None and plan.cost_pen > home.budget_pen:
        hold(False, f"a plan of {plan.cost_pen} on {home.budget_pen}")  # instalments: see below
