"""An invented tariff book, small enough to reckon by hand."""

from datetime import date
from decimal import Decimal

from ahorraluz.core.consumption import Band
from ahorraluz.core.history import Dated, History, Source, Status
from ahorraluz.core.home import CustomerClass, Option
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.periods import Period
from ahorraluz.core.tariffs.figures import NationalFigures
from ahorraluz.core.tariffs.schedule import (
    Block,
    Bracket,
    DistributorSettings,
    Schedule,
    TariffBook,
)

ACT = Source(
    title="Invented sheet",
    issuer="-",
    url="https://example.org",
    published=date(2026, 1, 4),
    consulted=date(2026, 1, 5),
)
MAY = Period(date(2026, 5, 5), date(2026, 6, 3))
D = Decimal


def history(name: str, *rows: tuple[str, str]) -> History[Decimal]:
    """Return an invented figure with its values by start day."""
    return History.of(
        name,
        [Dated(start=date.fromisoformat(day), value=D(value), source=ACT) for day, value in rows],
    )


def figures() -> NationalFigures:
    """Return invented national figures with the names of the real ones."""
    histories = [
        history("igv", ("2015-01-01", "0.18")),
        history("rural-levy-uit-per-mwh", ("2015-01-01", "0.002")),
        history("fose-limit-kwh", ("2015-01-01", "100"), ("2022-11-04", "140")),
        history("fose-first-block-kwh", ("2015-01-01", "30")),
        history("fose-discount.urban-interconnected", ("2015-01-01", "0.30")),
        history("fose-surcharge", ("2026-01-01", "0.025")),
        history("tariff-revision-day", ("2015-01-01", "4")),
        history("assumption.price-drift-month", ("2015-01-01", "0.03")),
        history("assumption.assumed-sheet-max-months", ("2015-01-01", "24")),
    ]
    uit = History.of(
        "uit",
        [
            Dated(start=date(2026, 1, 1), value=D(5000), source=ACT),
            Dated(start=date(2027, 1, 1), value=None, source=ACT),
            Dated(start=date(2027, 1, 1), value=D(5200), source=ACT, status=Status.EXPECTED),
        ],
    )
    return NationalFigures({h.name: h for h in (*histories, uit)})


def bt5b(start: str, first: str, base: str, over: str, *, system: str = "here") -> Schedule:
    """Return an invented BT5B residential sheet."""

    def block(limit: Decimal | None, price: str) -> Block:
        return Block(limit_kwh=limit, prices={Band.TOTAL: D(price)})

    return Schedule(
        distributor="light",
        system=system,
        option=Option.BT5B,
        customer=CustomerClass.RESIDENTIAL,
        start=date.fromisoformat(start),
        source=ACT,
        brackets=(
            Bracket(limit_kwh=D(30), fixed=D("2.00"), blocks=(block(None, first),)),
            Bracket(
                limit_kwh=D(140), fixed=D("2.00"), blocks=(block(D(30), first), block(None, base))
            ),
            Bracket(limit_kwh=None, fixed=D("2.05"), blocks=(block(None, over),)),
        ),
    )


def bt5f(start: str) -> Schedule:
    """Return an invented BT5F residential sheet."""

    def block(limit: Decimal | None, peak: str, off: str) -> Block:
        return Block(limit_kwh=limit, prices={Band.PEAK: D(peak), Band.OFF_PEAK: D(off)})

    return Schedule(
        distributor="light",
        system="here",
        option=Option.BT5F,
        customer=CustomerClass.RESIDENTIAL,
        start=date.fromisoformat(start),
        source=ACT,
        brackets=(
            Bracket(limit_kwh=D(30), fixed=D("4.00"), blocks=(block(None, "0.70", "0.28"),)),
            Bracket(
                limit_kwh=D(140),
                fixed=D("4.00"),
                blocks=(block(D(30), "0.70", "0.28"), block(None, "1.00", "0.40")),
            ),
            Bracket(limit_kwh=None, fixed=D("4.10"), blocks=(block(None, "1.03", "0.41"),)),
        ),
    )


def tariff_book() -> TariffBook:
    """Return a book with two monthly sheets of one system and an hourly option."""
    return TariffBook(
        schedules=(
            bt5b("2026-05-04", "0.4000", "0.6000", "0.6150"),
            bt5b("2026-08-04", "0.4200", "0.6300", "0.6450"),
            bt5f("2026-05-04"),
        ),
        figures=figures(),
        distributors={
            "light": DistributorSettings(
                id="light",
                name="Light",
                source=ACT,
                igv_rounding=IgvRounding.PER_LINE,
                total_rounding=TotalRounding.DOWN_10,
            ),
            "plain": DistributorSettings(id="plain", name="Plain", source=ACT),
        },
    )
