"""A home told again as the parameters of an address, so that its answer can be changed."""

from collections.abc import Iterator
from decimal import Decimal

from ahorraluz.core.home import Appliance, Home
from ahorraluz.core.tariffs.lines import LineCode
from ahorraluz.core.tariffs.receipt import Receipt
from ahorraluz.services.inquiries.fields import NO, PERCENT, YES, asks_percent, figure_parameter
from ahorraluz.services.inquiries.past import told_recibos
from ahorraluz.services.inquiries.query import Query, read_query

PRINTED_OF = {
    LineCode.ENERGY: "e",
    LineCode.FIXED: "c",
    LineCode.CONNECTION: "r",
    LineCode.LIGHTING: "al",
    LineCode.INTEREST: "i",
    LineCode.RURAL_ELECTRIFICATION: "lr",
}


def retell(home: Home, receipt: Receipt | None) -> Query:
    """Return the query that asks for ``home`` again, as far as the forms can say it."""
    pairs = {name: [text] for name, text in _pairs(home, receipt) if text}
    if home.appliances:
        pairs["a"] = [appliance.id for appliance in home.appliances]
    return read_query(pairs)


def _pairs(home: Home, receipt: Receipt | None) -> Iterator[tuple[str, str]]:
    supply, latest = home.supply, home.history[-1]
    yield "dep", home.department or ""
    yield "d", supply.distributor
    yield "s", supply.system or ""
    yield "k", _text(latest.kwh)
    yield "t", _text(latest.total_pen)
    yield "f", latest.period.start.isoformat()
    yield "h", latest.period.end.isoformat()
    yield "se", supply.sector.value if supply.sector and not supply.system else ""
    yield "ie", _flag(supply.igv_exempt)
    yield from _printed(home, receipt)
    yield from told_recibos(home.history)
    yield "ph", _text(home.people)
    yield "te", home.tenure.value if home.tenure else ""
    yield "ro", home.roof.value if home.roof else ""
    yield "pk", _text(home.panels_kwp)
    yield "fu", home.cooking.value if home.cooking else ""
    yield "hm", _text(home.homes_on_meter) if home.homes_on_meter > 1 else ""
    yield "pm", _text(home.people_on_meter)
    yield "bu", _text(home.budget_pen)
    yield "gl", _text(home.lpg_cylinder_pen)
    yield "fi", _flag(home.fise_voucher)
    for id_, value in home.assumptions.items():
        yield figure_parameter(id_), _text(value * PERCENT if asks_percent(id_) else value)
    for appliance in home.appliances:
        yield from _appliance(appliance)


def _printed(home: Home, receipt: Receipt | None) -> Iterator[tuple[str, str]]:
    """Yield what a recibo prints, else the charges the home states."""
    if receipt is None:
        yield "r", _text(home.charges.connection)
        yield "al", _text(home.charges.lighting)
        return
    yield "p", _text(receipt.unit_price)
    for code, name in PRINTED_OF.items():
        yield name, _text(receipt.amount(code))


def _appliance(appliance: Appliance) -> Iterator[tuple[str, str]]:
    figures = {
        "n": appliance.count if appliance.count > 1 else None,
        "hd": appliance.hours_day,
        "w": appliance.power_w,
        "ly": appliance.label_kwh_year,
        "mi": appliance.minutes_shower,
        "sd": appliance.showers_day,
    }
    for name, figure in figures.items():
        yield f"{name}.{appliance.id}", _text(figure)
    yield f"on.{appliance.id}", _flag(appliance.always_on)


def _flag(value: bool | None) -> str:
    return {True: YES, False: NO, None: ""}[value]


def _text(value: Decimal | float | None) -> str:
    if value is None:
        return ""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
