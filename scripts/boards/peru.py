"""The board of agencies: groups of ten homes or more that agreed, as they were published."""

from collections import defaultdict

from grafana_foundation_sdk.builders.common import FrameGeometrySource, MapLayerOptions
from grafana_foundation_sdk.builders.dashboard import Dashboard
from grafana_foundation_sdk.builders.geomap import MapViewConfig
from grafana_foundation_sdk.builders.geomap import Panel as Map
from grafana_foundation_sdk.builders.table import Panel as Table
from grafana_foundation_sdk.models.common import FrameGeometrySourceMode
from scripts.boards.parts import (
    AS_TABLE,
    KWH,
    SHARE,
    SOLES,
    Shape,
    Source,
    bars,
    board,
    lines,
    named,
    quoted,
    sql,
    stat,
    table,
)

from ahorraluz.catalog.districts import load_provinces
from ahorraluz.catalog.places import departments
from ahorraluz.services.accounts.consents import TECHNOLOGIES

AGENCY = Source(uid="ahorraluz-agency")
NEWEST = "newest AND level = 'department'"


def places() -> str:
    """Return SQL of every department: code, name, and the middle of its provinces."""
    names, found = departments(), defaultdict(list)
    for province in load_provinces().values():
        found[province.code[:2]].append(province)
    rows = []
    for code, some in sorted(found.items()):
        lat = sum(each.lat for each in some) / len(some)
        lon = sum(each.lon for each in some) / len(some)
        rows.append(
            f"('{code}', {quoted(names[some[0].department])}, {lat:.3f}::float8, {lon:.3f}::float8)"
        )
    return f"(VALUES {', '.join(rows)}) AS known (place, name, latitude, longitude)"


def peru_board() -> Dashboard:
    """Return the board of agencies."""
    made = board(
        "ahorraluz-peru",
        "Perú",
        says="Grupos de diez hogares o más que aceptaron ser contados; nunca uno solo.",
        tags=["peru"],
        refresh="1h",
    ).time("now-1y", "now")
    for title, column, unit in (
        ("Hogares contados", "homes", "none"),
        ("Consumo al mes", "consumption_kwh", KWH),
        ("Previsto al mes", "forecast_kwh", KWH),
        ("Dentro del FOSE", "fose_share", SHARE),
        ("Ahorro posible al año", "potential_pen", SOLES),
        ("Verificado al mes", "verified_kwh", KWH),
    ):
        query = (
            f'SELECT at AS time, {column} AS "{title}" FROM boards.peru_places'
            " WHERE newest AND level = 'country'"
        )
        shape = Shape(unit=unit, width=4, height=4)
        made = made.with_panel(stat(title, [sql(query, source=AGENCY)], shape, AGENCY))
    return _by_department(made.with_panel(_map()).with_panel(_every_department()))


def _map() -> Map:
    query = (
        'SELECT known.name AS "Departamento", latitude, longitude, homes AS "Hogares",'
        ' consumption_kwh AS "kWh al mes", fose_share AS "Dentro del FOSE",'
        ' potential_pen AS "Ahorro posible al año", verified_kwh AS "Verificado al mes"'
        f" FROM boards.peru_places JOIN {places()} USING (place) WHERE {NEWEST} ORDER BY 1"
    )
    where = (
        FrameGeometrySource()
        .mode(FrameGeometrySourceMode.COORDS)
        .latitude("latitude")
        .longitude("longitude")
    )
    style = {
        "color": {"field": "kWh al mes", "fixed": "dark-green"},
        "opacity": 0.7,
        "size": {"field": "Hogares", "fixed": 8, "min": 6, "max": 24},
        "symbol": {"fixed": "img/icons/marker/circle.svg", "mode": "fixed"},
        "text": {"field": "Departamento", "mode": "field"},
    }
    layer = (
        MapLayerOptions()
        .type("markers")
        .name("Departamentos")
        .config({"showLegend": True, "style": style})
        .location(where)
        .tooltip(True)
    )
    return (
        Map()
        .title("Consumo por departamento")
        .description("El color es el consumo al mes; el tamaño, cuántos hogares.")
        .datasource(AGENCY.ref)
        .span(12)
        .height(16)
        .view(MapViewConfig().id("coords").lat(-9).lon(-75).zoom(5))
        .basemap(MapLayerOptions().type("default").name("Base"))
        .layers([layer])
        .with_target(sql(query, source=AGENCY, form=AS_TABLE))
    )


def _every_department() -> Table:
    everything = (
        'SELECT known.name AS "Departamento", homes AS "Hogares",'
        ' consumption_kwh AS "Consumo al mes", forecast_kwh AS "Previsto al mes",'
        ' fose_share AS "Dentro del FOSE", potential_pen AS "Ahorro posible al año",'
        ' verified_homes AS "Hogares medidos", verified_kwh AS "Verificado al mes"'
        f" FROM boards.peru_places JOIN {places()} USING (place) WHERE {NEWEST} ORDER BY 1"
    )
    return table(
        "Por departamento",
        sql(everything, source=AGENCY, form=AS_TABLE),
        Shape(height=16),
        AGENCY,
        units={
            "Consumo al mes": KWH,
            "Previsto al mes": KWH,
            "Dentro del FOSE": SHARE,
            "Ahorro posible al año": SOLES,
            "Verificado al mes": KWH,
        },
    )


def _by_department(made: Dashboard) -> Dashboard:
    for title, column, unit in (
        ("Consumo al mes, por departamento", "consumption_kwh", KWH),
        ("Ahorro posible al año, por departamento", "potential_pen", SOLES),
    ):
        query = (
            f'SELECT known.name AS "Departamento", {column} AS "{title}"'
            f" FROM boards.peru_places JOIN {places()} USING (place) WHERE {NEWEST}"
            " ORDER BY 2 DESC"
        )
        made = made.with_panel(
            bars(title, sql(query, source=AGENCY, form=AS_TABLE), Shape(unit=unit), AGENCY)
        )
    course = (
        "SELECT at AS time, known.name AS metric, consumption_kwh AS value"
        f" FROM boards.peru_places JOIN {places()} USING (place)"
        " WHERE level = 'department' AND $__timeFilter(at) ORDER BY 1, 2"
    )
    technology = named("technology", "technology.", TECHNOLOGIES)
    whens = " ".join(
        f"WHEN {quoted(id_)} THEN {quoted(name)}" for id_, name in departments().items()
    )
    demand = (
        f'SELECT {technology} AS "Tecnología", CASE department {whens} ELSE department END'
        ' AS "Departamento", homes AS "Hogares"'
        " FROM boards.peru_demand WHERE district = '' ORDER BY homes DESC, 1, 2"
    )
    return made.with_panel(
        lines(
            "Consumo al mes, publicación por publicación",
            [sql(course, source=AGENCY)],
            Shape(unit=KWH),
            AGENCY,
        )
    ).with_panel(
        table(
            "Demanda de energía renovable",
            sql(demand, source=AGENCY, form=AS_TABLE),
            Shape(),
            AGENCY,
        )
    )
