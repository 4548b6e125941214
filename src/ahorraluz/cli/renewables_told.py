"""What a technology would do at a home, in the words and tables of a terminal."""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from ahorraluz.cli.tables import heading, issue_lines, table
from ahorraluz.texts import Texts

if TYPE_CHECKING:
    from ahorraluz.core.renewables.cashflow import Returns
    from ahorraluz.core.renewables.economics import MoneyRange
    from ahorraluz.services.renewables.size_array import ArraySizing, SizedArray
    from ahorraluz.services.renewables.size_kitchen import SizedKitchen
    from ahorraluz.services.renewables.size_others import SizedHeater, SizedKit


def size_lines(
    answer: "ArraySizing | SizedHeater | SizedKit | SizedKitchen", texts: Texts
) -> Iterator[str]:
    """Yield the answer of a technology in words."""
    from ahorraluz.services.renewables.size_array import ArraySizing
    from ahorraluz.services.renewables.size_others import SizedHeater, SizedKit

    match answer:
        case ArraySizing():
            yield from _array_lines(answer, texts)
        case SizedHeater():
            yield from _heater_lines(answer, texts)
        case SizedKit():
            yield from _kit_lines(answer, texts)
        case _:
            yield from _kitchen_lines(answer, texts)
    yield ""
    yield texts.text(f"confidence.{answer.confidence.value}")
    yield from issue_lines(answer.issues, texts)


def _array_lines(sizing: "ArraySizing", texts: Texts) -> Iterator[str]:
    from ahorraluz.services.renewables.ask import ROOF_NOT_OWN
    from ahorraluz.services.renewables.size_array import Verdict

    year = sizing.yield_year
    yield texts.text(
        "renewables.yield",
        kwh=texts.number(year.middle, places=0),
        low=texts.number(year.low, places=0),
        high=texts.number(year.high, places=0),
    )
    if sizing.site.load is None:
        yield texts.text(
            "renewables.makes",
            kwp=texts.number(sizing.best.kwp),
            kwh=texts.number(sum(month.middle for month in sizing.best.generated), places=0),
        )
        return
    yield texts.text(f"renewables.exports-{sizing.site.rule.scheme}")
    yield from heading(texts.text("renewables.sizes"))
    titles = ("kwp", "made", "used", "given", "saving", "cost", "pays")
    rows = [[texts.text(f"renewables.column-{title}") for title in titles]]
    marked = sizing.best if len(sizing.sizes) > 1 and sizing.verdict is Verdict.PAYS else None
    rows += [
        _size_row(sized, texts, marked=sized is marked)
        for sized in sorted(sizing.sizes, key=lambda one: one.kwp)
    ]
    told = [place for place in range(len(titles)) if any(row[place] for row in rows[1:])]
    yield from table([[row[place] for place in told] for row in rows], right=range(len(told)))
    yield ""
    kwp = texts.number(sizing.best.kwp)
    if any(issue.code == ROOF_NOT_OWN for issue in sizing.issues):
        yield texts.text("renewables.verdict-if-allowed")
    yield texts.text(f"renewables.verdict-{sizing.verdict.value}", kwp=kwp)
    if sizing.verdict is not Verdict.SAVES_NOTHING:
        yield from _best_lines(sizing.best, texts)
    battery = sizing.battery
    if battery is not None:
        yield from heading(texts.text("renewables.battery"))
        yield texts.text(
            "renewables.battery-gives",
            size=texts.number(battery.capacity_kwh),
            given=texts.number(battery.given_kwh_year, places=0),
            lost=texts.number(battery.lost_kwh_year, places=0),
        )
        if battery.saving_year is not None:
            yield texts.text("renewables.saves-year", amount=texts.soles(battery.saving_year))
        yield from _money_lines(battery.returns, battery.cost, texts)


def _size_row(sized: "SizedArray", texts: Texts, *, marked: bool) -> list[str]:
    use, money = sized.use, sized.returns
    assert use is not None  # noqa: S101 - a load was given
    kwp = texts.number(sized.kwp)
    return [
        texts.text("renewables.marked", kwp=kwp) if marked else kwp,
        texts.number(sum(month.middle for month in sized.generated), places=0),
        texts.number(use.used_year.middle, places=0),
        texts.number(use.exported_year.middle, places=0),
        "" if sized.saving_year is None else texts.soles(sized.saving_year.middle),
        "" if sized.cost is None else texts.soles(sized.cost),
        texts.soles(money.pays_below) if money and money.pays_below > 0 else "",
    ]


def _best_lines(best: "SizedArray", texts: Texts) -> Iterator[str]:
    yield from _saving_lines(best.saving_year, texts)
    yield from _money_lines(best.returns, best.cost, texts)
    if best.scenarios:
        yield from heading(texts.text("renewables.scenarios"))
    for one in best.scenarios:
        yield texts.text(
            "renewables.scenario",
            growth=texts.percent(one.growth_year, places=0),
            value=texts.soles(one.returns.net_present_value),
        )
    if best.years:
        yield from heading(texts.text("renewables.years"))
        yield from table(
            [
                [texts.text(f"renewables.column-{name}") for name in ("year", "net", "balance")],
                *(
                    [str(year.year), texts.soles(year.net), texts.soles(year.balance)]
                    for year in best.years
                ),
            ],
            right=(0, 1, 2),
        )


def _saving_lines(saving: "MoneyRange | None", texts: Texts) -> Iterator[str]:
    if saving is not None:
        yield texts.text(
            "renewables.saves",
            amount=texts.soles(saving.middle),
            low=texts.soles(saving.low),
            high=texts.soles(saving.high),
        )


def _money_lines(money: "Returns | None", cost: Decimal | None, texts: Texts) -> Iterator[str]:
    if money is None:
        return
    if cost is not None:
        years = money.discounted_payback
        yield texts.text(
            "renewables.worth",
            cost=texts.soles(cost),
            value=texts.soles(money.net_present_value),
            rate="—" if money.return_year is None else texts.percent(money.return_year, places=1),
            payback=texts.text("renewables.never")
            if years is None
            else texts.text("renewables.paid-back", years=texts.number(years)),
            kwh="—" if money.cost_per_kwh is None else texts.soles(money.cost_per_kwh),
        )
    if money.pays_below > 0:
        yield texts.text("renewables.pays-below", amount=texts.soles(money.pays_below))


def _heater_lines(sized: "SizedHeater", texts: Texts) -> Iterator[str]:
    heat = sized.heat
    yield texts.text(
        "renewables.heater",
        litres=texts.number(sized.litres, places=0),
        area=texts.number(sized.collector_m2, places=1),
        kwh=texts.number(heat.year_kwh.middle, places=0),
        low=texts.number(heat.year_kwh.low, places=0),
        high=texts.number(heat.year_kwh.high, places=0),
        share=texts.percent(heat.fraction.middle, places=0),
    )
    yield from _saving_lines(sized.saving_year, texts)
    yield from _money_lines(sized.returns, sized.cost, texts)


def _kit_lines(sized: "SizedKit", texts: Texts) -> Iterator[str]:
    yield texts.text(
        "renewables.kit",
        need=texts.number(sized.need_wh_day, places=0),
        panel=sized.panel_wp,
        battery=sized.battery_wh,
        days=texts.number(sized.days_alone),
    )
    if sized.pays_below is not None:
        yield texts.text("renewables.pays-below", amount=texts.soles(sized.pays_below))
    if sized.cost_per_kwh is not None:
        yield texts.text("renewables.kwh-costs", amount=texts.soles(sized.cost_per_kwh))


def _kitchen_lines(sized: "SizedKitchen", texts: Texts) -> Iterator[str]:
    yield texts.text(f"technology.{sized.technology}-about")
    if sized.spared_share is not None:
        yield texts.text(
            "renewables.wood-share",
            low=texts.percent(sized.spared_share.low, places=0),
            high=texts.percent(sized.spared_share.high, places=0),
        )
    if sized.gas_h_day is not None:
        yield texts.text(
            "renewables.gas",
            low=texts.number(sized.gas_h_day.low, places=1),
            high=texts.number(sized.gas_h_day.high, places=1),
        )
    saving = sized.saving_month
    if saving is not None:
        yield texts.text(
            "renewables.wood-saves",
            low=texts.soles(saving.low),
            high=texts.soles(saving.high),
        )
    if sized.cost is not None:
        yield texts.text("renewables.costs", amount=texts.soles(sized.cost))
    if sized.most_saving_month is not None and sized.least_payback_years is not None:
        yield texts.text(
            "renewables.wood-at-most",
            amount=texts.soles(sized.most_saving_month),
            years=texts.number(sized.least_payback_years),
        )
