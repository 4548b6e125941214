"""What made-up homes are made from: places, companies, weather and appliances on file."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from math import cos, hypot, radians

from ahorraluz.catalog.appliances import load_appliances, load_ownership
from ahorraluz.catalog.distributors import load_distributors
from ahorraluz.catalog.districts import District, Province, load_districts, load_provinces
from ahorraluz.catalog.evidence import load_indicators
from ahorraluz.catalog.places import load_places, systems_of
from ahorraluz.catalog.solar import City, load_cities, load_climate, load_use_hours
from ahorraluz.core.home import CookingFuel
from ahorraluz.core.live.synthetic import USE_MINUTES
from ahorraluz.core.usage.facts import (
    ApplianceFacts,
    EndUseId,
    OwnershipFacts,
    Physics,
    Zone,
)
from ahorraluz.core.usage.made_up import Country, Kind, Pattern, Place, Response

KM_DEGREE = 111.2
KM_FOR_A_METRE = 0.1
"""A city a thousand metres higher is as unlike as one a hundred kilometres away."""
HIGHLANDS_M = 2300.0
"""Made up: altitude from which a province counts as highlands."""
JUNGLE = frozenset({"loreto", "ucayali", "madre-de-dios", "san-martin", "amazonas"})
"""Departments whose lower provinces count as jungle."""
DEPARTMENT_WEIGHT = {"lima": 34.0, "callao": 4.0}
"""Made up: homes of the two departments of the capital, of a hundred; the others share the rest."""
CAPITAL_PROVINCE, CAPITAL_DISTRICT = 4.0, 5.0
"""Made up: homes of a capital beside those of another province, or district."""
METROPOLIS = ("1501", "0701")
"""Provinces that are one city: their districts count alike."""
RURAL = {True: 0.05, False: 0.45}
"""Made up: share of rural homes, of capitals and of other districts."""
LOW_POWER_KW = 0.05
"""What draws less is not told apart from its like: it draws a little at all its hours."""
ALL_DAY_H = 24.0
DAYS_A_MONTH = 30.0
FUELS_GEOGRAPHY, FUELS_METRIC = "arequipa", "cooking-main-fuel"
"""The one department whose fuels are on file for urban and rural homes."""
FUELS = {
    "lpg": CookingFuel.LPG,
    "natural-gas": CookingFuel.NATURAL_GAS,
    "firewood": CookingFuel.FIREWOOD,
    "electricity": CookingFuel.ELECTRICITY,
}
HUNDRED = 100.0


@cache
def load_country() -> Country:
    """Return the country of made-up homes, from the files of the catalogue."""
    appliances, hours = load_appliances(), load_use_hours()
    climates = {
        city: climate.monthly_temp_c
        for city in load_cities()
        if (climate := load_climate(city)) is not None
    }
    return Country(
        places=tuple(_places(list(climates))),
        climates=tuple(climates.values()),
        kinds=tuple(
            _kind(owned, facts, hours)
            for owned in load_ownership()
            if (facts := appliances.get(owned.appliance)) is not None and facts.power_w is not None
        ),
        fuels=(_fuels("urban"), _fuels("rural")),
    )


def _places(climates: Sequence[str]) -> list[Place]:
    """Return every district with the company that serves it.

    Parameters
    ----------
    climates
        Cities whose weather is on file.
    """
    districts = list(load_districts().values())
    provinces, served = load_provinces(), _served()
    weights = _weights(districts, provinces)
    found = []
    for number, district in enumerate(districts):
        province = provinces[district.province]
        city = _nearest(province)
        distributors = served.get(district.province, ())
        if not distributors:
            continue
        # Made up: where two companies serve a province, its districts take turns.
        distributor = distributors[number % len(distributors)]
        found.append(
            Place(
                district=district.code,
                department=province.department,
                distributor=distributor,
                system=_system(distributor, province.department),
                city=city.id,
                climate=climates.index(city.id),
                cohort=_cohort(province),
                weight=weights[district.code],
                rural=RURAL[_is_capital(district.code)],
            )
        )
    return found


def _served() -> Mapping[str, tuple[str, ...]]:
    """Return the companies with a grid that serve each province, by its code.

    A company of the province itself comes before one of the department.
    """
    by_name, by_department = defaultdict(list), defaultdict(list)
    distributors = load_distributors()
    for place in load_places():
        if distributors[place.distributor].grid in (None, "off grid"):
            continue
        if place.province is None:
            by_department[place.department].append(place.distributor)
        else:
            by_name[place.department, place.province].append(place.distributor)
    found = {}
    for code, province in load_provinces().items():
        own = by_name.get((province.department, province.name))
        found[code] = tuple(own or by_department[province.department][:1])
    return found


def _system(distributor: str, department: str) -> str | None:
    """Return the first system on file of a company in a department."""
    known = [system.id for system in systems_of(distributor) if system.department == department]
    return known[0] if known else None


def _is_capital(district: str) -> bool:
    return district.endswith("01") or district[:4] in METROPOLIS


def _weights(
    districts: Sequence[District], provinces: Mapping[str, Province]
) -> Mapping[str, float]:
    """Return the made-up homes of each district, as parts of a hundred of the country."""
    raw = {
        district.code: (CAPITAL_DISTRICT if _is_capital(district.code) else 1.0)
        * (CAPITAL_PROVINCE if district.province.endswith("01") else 1.0)
        for district in districts
    }
    of_department: defaultdict[str, float] = defaultdict(float)
    for code, weight in raw.items():
        of_department[provinces[code[:4]].department] += weight
    others = sum(weight for name, weight in of_department.items() if name not in DEPARTMENT_WEIGHT)
    left = HUNDRED - sum(DEPARTMENT_WEIGHT.values())
    return {
        code: weight / of_department[name] * DEPARTMENT_WEIGHT[name]
        if (name := provinces[code[:4]].department) in DEPARTMENT_WEIGHT
        else weight / others * left
        for code, weight in raw.items()
    }


@cache
def _nearest(province: Province) -> City:
    """Return the city whose weather a province has: near, and about as high."""

    def unlike(city: City) -> float:
        north = (city.lat - province.lat) * KM_DEGREE
        east = (city.lon - province.lon) * KM_DEGREE * cos(radians(province.lat))
        return hypot(north, east) + KM_FOR_A_METRE * abs(city.altitude_m - province.altitude_m)

    known = [city for city in load_cities().values() if load_climate(city.id) is not None]
    return min(known, key=unlike)


def _cohort(province: Province) -> str:
    if province.altitude_m >= HIGHLANDS_M:
        return "highlands"
    return "jungle" if province.department in JUNGLE else "coast"


def _kind(
    owned: OwnershipFacts, facts: ApplianceFacts, hours: Mapping[str, Sequence[float]]
) -> Kind:
    assert facts.power_w is not None  # noqa: S101  chosen so
    power_kw = facts.power_w.middle / 1000 * (facts.duty or 1.0)
    hours_day = facts.default_h_day or 1.0
    month = facts.default_kwh_month or power_kw * hours_day * DAYS_A_MONTH
    always = facts.physics is Physics.COLD or hours_day >= ALL_DAY_H
    pattern = Pattern.AT_HOME if power_kw < LOW_POWER_KW else Pattern.USES
    return Kind(
        appliance=facts.id,
        end_use=facts.end_use.value,
        urban=owned.shares.get(Zone.URBAN, owned.shares[Zone.ALL]),
        rural=owned.shares.get(Zone.RURAL, owned.shares[Zone.ALL]),
        count=owned.count,
        kwh_day=month / DAYS_A_MONTH,
        power_kw=power_kw,
        minutes=USE_MINUTES.get(facts.end_use, 30.0),
        pattern=Pattern.ALWAYS if always else pattern,
        hours=tuple(hours.get(facts.end_use) or (1.0,) * 24),
        response=_response(facts),
        cooking=owned.cooking,
    )


def _response(facts: ApplianceFacts) -> Response:
    if facts.end_use is EndUseId.WATER_HEATING:
        return Response.WATER
    if facts.physics is Physics.COLD:
        return Response.KEPT_COLD
    if facts.responds_to_heat:
        return Response.HEAT
    return Response.COLD if facts.responds_to_cold else Response.STEADY


def _fuels(zone: str) -> tuple[tuple[CookingFuel, float], ...]:
    """Return the fuels that homes of a zone cook with; what no row names is another one."""
    shares = {
        FUELS[row.item]: float(row.value) / HUNDRED
        for row in load_indicators()
        if row.metric == FUELS_METRIC
        and (row.geography, row.group) == (FUELS_GEOGRAPHY, zone)
        and row.item in FUELS
    }
    shares[CookingFuel.OTHER] = max(0.0, 1.0 - sum(shares.values()))
    return tuple(shares.items())
