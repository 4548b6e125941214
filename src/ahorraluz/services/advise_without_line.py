"""From a home without a line to its plan: kit, programme, stove and digester."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from ahorraluz.catalog.appliances import load_appliances
from ahorraluz.catalog.national import load_national
from ahorraluz.catalog.places import find_department
from ahorraluz.core.advice.facts import AdviceFacts
from ahorraluz.core.advice.lineless_home import (
    MONTH_DAYS,
    WATT_HOURS,
    HomeWithoutLine,
    LinelessContext,
    Purpose,
)
from ahorraluz.core.advice.wishes import NO_WISHES, Objective, Wishes
from ahorraluz.core.advice.without_line import LinelessPlan, plan_without_line
from ahorraluz.core.home import Appliance
from ahorraluz.core.issues import InvalidInputError, Issue, Severity
from ahorraluz.core.renewables.technologies import Entry, EntryKind
from ahorraluz.core.tariffs.figures import DISCOUNT_RATE
from ahorraluz.core.usage.appliances import Surroundings, appliance_energy
from ahorraluz.core.usage.facts import EndUseId
from ahorraluz.ingest.home_file import closest
from ahorraluz.services.advise import city_of, facts_of
from ahorraluz.services.figure_limits import figure_limits
from ahorraluz.services.renewables.entries import every_entry
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.services.typed_numbers import read_number
from ahorraluz.services.what_if import FIELD

PHONE_CHARGER = "cargador-celular"
KIT = "offgrid-pv"
WHO = (EntryKind.PROGRAMME, EntryKind.PROVIDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinelessAdvice:
    """What a home without a line spends and needs, and what to do about it."""

    home: HomeWithoutLine
    need_wh_day: Mapping[Purpose, float]
    """At the plug, by what it is for. [Wh/day]"""
    plan: LinelessPlan
    objective: Objective
    offered_by: tuple[Entry, ...]
    """Who puts kits up in its department, or in the whole country."""
    issues: tuple[Issue, ...]

    @property
    def spending_month(self) -> Decimal:
        """What it pays today. [PEN/month]"""
        return sum(self.home.spending.values(), Decimal(0))


def advise_without_line(
    home: HomeWithoutLine, *, tools: Toolbox, as_of: date, wishes: Wishes = NO_WISHES
) -> LinelessAdvice:
    """Return the plan of a home that no line reaches.

    Raises
    ------
    InvalidInputError
        ``wish-needs-line``: an instalment, a frontier or other options are asked for;
        ``city-unknown`` or ``department-unknown``.
    WishError
        ``co2-without-line``.
    """
    _check(wishes)
    figures = load_national(user_folder=tools.user_folder)
    facts = facts_of(city_of(home), figures).edited(home.assumptions)
    need, unknown = _needs(home, facts)
    context = LinelessContext(
        home=home,
        facts=facts,
        need_wh_day=need,
        rate=figures.value(DISCOUNT_RATE, as_of),
    )
    plan = plan_without_line(context, objective=wishes.objective)
    return LinelessAdvice(
        home=home,
        need_wh_day=need,
        plan=plan,
        objective=wishes.objective,
        offered_by=_offered_by(home, tools),
        issues=unknown,
    )


def _offered_by(home: HomeWithoutLine, tools: Toolbox) -> tuple[Entry, ...]:
    """Return who puts kits up where the home is; nobody of one department where it is not told."""
    region = None if home.department is None else find_department(home.department)
    return tuple(
        entry
        for entry in every_entry(tools)
        if KIT in entry.technologies
        and entry.kind in WHO
        and (not entry.departments or region in entry.departments)
    )


def assume_without_line(home: HomeWithoutLine, typed: Iterable[str]) -> HomeWithoutLine:
    """Return a home with figures typed over its own, each ``name=value``.

    Raises
    ------
    InvalidInputError
        ``assume-form``, ``assume-twice``, ``assume-unknown`` or ``assume-range``.
    """
    known, told = figure_limits(), set[str]()
    for text in typed:
        name, found, value = (part.strip() for part in text.partition("="))
        if not (name and found and value):
            raise InvalidInputError("assume-form", field=FIELD, value=text)
        if name in told:
            raise InvalidInputError("assume-twice", field=FIELD, value=name)
        told.add(name)
        if name not in known:
            suggestions = closest(name, known, most=3)
            raise InvalidInputError("assume-unknown", field=name, suggestions=suggestions)
        number = read_number(value, field=f"{FIELD} {name}")
        least, most = known[name]
        if not least <= number <= most:
            raise InvalidInputError(
                "assume-range", field=name, value=number, least=least, most=most
            )
        home = replace(home, assumptions={**home.assumptions, name: number})
    return home


def _check(wishes: Wishes) -> None:
    asked = (
        ("--instalment", wishes.instalment_pen is not None),
        ("--frontier", wishes.frontier),
        ("--any-option", wishes.any_option),
    )
    for option, given in asked:
        if given:
            raise InvalidInputError("wish-needs-line", option=option)


def _needs(
    home: HomeWithoutLine, facts: AdviceFacts
) -> tuple[Mapping[Purpose, float], tuple[Issue, ...]]:
    """Return what the listed appliances use by what they are for, and what nobody knows."""
    surroundings = Surroundings(
        catalogue=facts.appliances,
        assumptions=facts.usage,
        climate=facts.climate,
        people=home.people,
    )
    found: dict[Purpose, float] = {}
    unknown = []
    for entry in home.appliances:
        energy = appliance_energy(entry, surroundings=surroundings)
        if energy is None:
            issue = Issue(
                code="appliance-energy-unknown",
                severity=Severity.WARNING,
                parameters={"appliance": entry.id},
            )
            unknown.append(issue)
            continue
        purpose = _purpose(entry)
        found[purpose] = found.get(purpose, 0.0) + energy.middle * WATT_HOURS / MONTH_DAYS
    used = {purpose: wh for purpose, wh in found.items() if wh > 0}
    return used, tuple(unknown)


def _purpose(entry: Appliance) -> Purpose:
    if load_appliances()[entry.id].end_use is EndUseId.LIGHTING:
        return Purpose.LIGHT
    return Purpose.CHARGING if entry.id == PHONE_CHARGER else Purpose.OTHER
