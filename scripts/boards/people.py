"""Boards of one home, and of the homes of a consultant: both see only what their login may."""

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
from scripts.boards.parts import (
    AS_TABLE,
    KWH,
    SOLES,
    WATTS,
    Shape,
    Source,
    bars,
    board,
    choice,
    lines,
    named,
    sql,
    stat,
    table,
)

from ahorraluz.core.advice.catalogue.every import ALL_MEASURES
from ahorraluz.core.live.events import Kind
from ahorraluz.core.usage.facts import EndUseId

HOME = Source(uid="ahorraluz-home")
CONSULTANT = Source(uid="ahorraluz-consultant")
OF_HOME = "home = ${hogar:sqlstring}"
TOLD = [kind.value for kind in Kind if kind is not Kind.RECOUNT]
USES = named("label", "end-use.", [use.value for use in EndUseId])
EVENTS = named("kind", "live-title.", TOLD)
STEPS = named("label", "measure.", [measure.id for measure in ALL_MEASURES], suffix=".title")
SMALL = 4


def home_board() -> Dashboard:
    """Return the board of a household: now, this month, where it goes, and what steps saved."""
    made = (
        board(
            "ahorraluz-hogar",
            "Mi hogar",
            says="Lo que gasta un hogar ahora y este mes, y lo que ahorró. Ve solo lo suyo.",
            tags=["hogar"],
            refresh="30s",
        )
        .time("now-24h", "now")
        .with_variable(
            choice("hogar", "Hogar", "SELECT DISTINCT home FROM boards.home_figures", HOME)
        )
    )
    for part in (_now, _month, _uses, _impact):
        made = part(made)
    return made


def _latest(name: str, title: str) -> str:
    return (
        f'SELECT at AS time, value AS "{title}" FROM boards.home_now'
        f" WHERE {OF_HOME} AND name = '{name}'"
    )


def _figure(name: str, title: str, column: str = "middle") -> str:
    return (
        f'SELECT day::timestamptz AS time, {column} AS "{title}" FROM boards.home_figures'
        f" WHERE {OF_HOME} AND name = '{name}' AND label = '' AND {column} IS NOT NULL"
        # A day that has begun and was not over before the time that is looked at.
        " AND day::timestamptz <= $__timeTo()"
        " AND day::timestamptz + interval '1 day' >= $__timeFrom() ORDER BY day"
    )


def _now(made: Dashboard) -> Dashboard:
    for title, name, unit in (
        ("Potencia ahora", "power", WATTS),
        ("Hoy", "today_energy", KWH),
        ("Costo de hoy", "today_cost", SOLES),
        ("Este mes", "month_energy", KWH),
        ("Costo del mes", "month_cost", SOLES),
        ("El próximo kWh cuesta", "next_kwh", SOLES),
    ):
        decimals = 2 if unit == SOLES else 1
        shape = Shape(unit=unit, decimals=decimals, width=SMALL, height=SMALL)
        made = made.with_panel(stat(title, [sql(_latest(name, title), source=HOME)], shape, HOME))
    by_quarter = (
        "SELECT at AS time, channel_name || ' (' || flow || ')' AS metric, avg(watts) AS value"
        f" FROM boards.home_quarters WHERE {OF_HOME} AND $__timeFilter(at) AND watts IS NOT NULL"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    alerts = (
        f'SELECT at AS "Cuándo", {EVENTS} AS "Aviso", soles AS "Soles en juego"'
        f" FROM boards.home_events WHERE {OF_HOME} AND $__timeFilter(at)"
        " ORDER BY at DESC LIMIT 100"
    )
    return (
        made.with_row(Row("Ahora y avisos"))
        .with_panel(
            lines(
                "Potencia por cuarto de hora",
                [sql(by_quarter, source=HOME)],
                Shape(unit=WATTS, width=16, says="Promedio de cada cuarto de hora, por canal."),
                HOME,
            )
        )
        .with_panel(
            table(
                "Avisos",
                sql(alerts, source=HOME, form=AS_TABLE),
                Shape(width=8),
                HOME,
                units={"Soles en juego": SOLES},
            )
        )
    )


MONTH = [
    ("A", "month", "Este mes", "middle"),
    ("B", "month_forecast", "Fin de mes", "middle"),
    ("C", "month_forecast", "Fin de mes, bajo", "low"),
    ("D", "month_forecast", "Fin de mes, alto", "high"),
    ("E", "mean_month_forecast", "Mes promedio previsto", "middle"),
    ("F", "fose_limit", "Límite del FOSE", "middle"),
]
COST = [
    ("A", "month_cost", "Este mes", "middle"),
    ("B", "month_cost_forecast", "Fin de mes", "middle"),
    ("C", "month_cost_forecast", "Fin de mes, bajo", "low"),
    ("D", "month_cost_forecast", "Fin de mes, alto", "high"),
    ("E", "bill", "Último recibo", "middle"),
]


def _month(made: Dashboard) -> Dashboard:
    days = (
        'SELECT day::timestamptz AS time, middle AS "Energía del día" FROM boards.home_figures'
        f" WHERE {OF_HOME} AND name = 'energy' ORDER BY day"
    )
    left = [
        sql(_latest("limit_left", "Queda hasta el límite"), source=HOME),
        sql(_latest("limit_day", "Por día, para no pasarlo"), source=HOME, ref="B"),
    ]
    return (
        made.with_row(Row("El mes contra lo previsto y el límite del FOSE"))
        .with_panel(
            lines(
                "Energía del mes",
                [sql(_figure(n, t, c), source=HOME, ref=r) for r, n, t, c in MONTH],
                Shape(unit=KWH, width=10),
                HOME,
            )
        )
        .with_panel(
            lines(
                "Costo del mes",
                [sql(_figure(n, t, c), source=HOME, ref=r) for r, n, t, c in COST],
                Shape(unit=SOLES, width=10),
                HOME,
            )
        )
        .with_panel(
            stat("Hasta el próximo límite", left, Shape(unit=KWH, width=4, decimals=1), HOME)
        )
        .with_panel(
            lines(
                "Energía por día",
                [sql(days, source=HOME)],
                Shape(
                    unit=KWH, width=24, says="Los últimos 40 días, cualquiera sea la fecha vista."
                ),
                HOME,
                bars=True,
            )
        )
    )


def _uses(made: Dashboard) -> Dashboard:
    newest = (
        f'SELECT {USES} AS "Uso", middle AS "kWh al mes" FROM boards.home_figures'
        f" WHERE {OF_HOME} AND name = 'end_use' AND day = (SELECT max(day) FROM boards.home_figures"
        f" WHERE {OF_HOME} AND name = 'end_use') ORDER BY middle DESC"
    )
    base = [("A", "Consumo base", "middle"), ("B", "bajo", "low"), ("C", "alto", "high")]
    return (
        made.with_row(Row("En qué se va"))
        .with_panel(
            bars(
                "Usos finales",
                sql(newest, source=HOME, form=AS_TABLE),
                Shape(unit=KWH, decimals=0),
                HOME,
            )
        )
        .with_panel(
            lines(
                "Consumo base",
                [sql(_figure("base_load", t, c), source=HOME, ref=r) for r, t, c in base],
                Shape(unit=WATTS, says="Lo que está siempre prendido, según el medidor."),
                HOME,
            )
        )
    )


def _impact(made: Dashboard) -> Dashboard:
    both = (
        "SELECT day::timestamptz AS time, CASE name WHEN 'metered' THEN 'Medido'"
        " ELSE 'Sin el cambio' END AS metric, sum(middle) AS value FROM boards.home_figures"
        f" WHERE {OF_HOME} AND name IN ('counterfactual', 'metered')"
        " GROUP BY 1, 2 ORDER BY 1, 2"
    )
    plan = (
        'SELECT day::timestamptz AS time, middle AS "Ahorro del plan al mes"'
        f" FROM boards.home_figures WHERE {OF_HOME} AND name = 'plan_saving' ORDER BY day"
    )
    return (
        made.with_row(Row("Lo que se ahorró"))
        .with_panel(
            lines(
                "Lo que se habría gastado y lo medido",
                [sql(both, source=HOME)],
                Shape(unit=KWH, width=10, says="Por mes, desde cada cambio."),
                HOME,
                bars=True,
            )
        )
        .with_panel(
            table(
                "Soles verificados y prometidos",
                sql(_verified(OF_HOME), source=HOME, form=AS_TABLE),
                Shape(width=10, says="Lo verificado es desde el cambio; lo prometido, por mes."),
                HOME,
                units=dict.fromkeys(("Verificado", "de", "a", "Prometido al mes"), SOLES),
            )
        )
        .with_panel(
            stat(
                "Ahorro posible",
                [sql(plan, source=HOME)],
                Shape(unit=SOLES, width=4, decimals=2),
                HOME,
            )
        )
    )


def _verified(condition: str) -> str:
    """Return SQL of what each step saved as measured, beside what was promised of it."""
    return (
        f'SELECT {STEPS} AS "Cambio",'
        " max(middle) FILTER (WHERE name = 'verified_soles') AS \"Verificado\","
        " max(low) FILTER (WHERE name = 'verified_soles') AS \"de\","
        " max(high) FILTER (WHERE name = 'verified_soles') AS \"a\","
        " max(middle) FILTER (WHERE name = 'promised_soles') AS \"Prometido al mes\""
        " FROM (SELECT DISTINCT ON (home, name, label) home, name, label, low, middle, high"
        f" FROM boards.home_figures WHERE {condition}"
        " AND name IN ('verified_soles', 'promised_soles')"
        " ORDER BY home, name, label, day DESC) f GROUP BY label ORDER BY 2 DESC NULLS LAST"
    )


NEWEST = (
    "SELECT DISTINCT ON (home, name, label) home, name, label, middle FROM boards.home_figures"
    " ORDER BY home, name, label, day DESC"
)


def portfolio_board() -> Dashboard:
    """Return the board of a consultant: the homes whose people let them in."""
    made = board(
        "ahorraluz-portafolio",
        "Portafolio",
        says="Los hogares que dieron acceso a quien los asesora. Quien lo retira deja de verse.",
        tags=["portafolio"],
        refresh="5m",
    ).time("now-30d", "now")
    for title, query, unit in (
        ("Hogares", "SELECT count(DISTINCT home) FROM boards.home_figures", "none"),
        ("Ahorro posible al mes", _sum_of("plan_saving"), SOLES),
        ("Soles verificados", _sum_of("verified_soles"), SOLES),
        ("Prometido al mes", _sum_of("promised_soles"), SOLES),
    ):
        made = made.with_panel(
            stat(
                title,
                [sql(query, source=CONSULTANT, form=AS_TABLE)],
                Shape(unit=unit, width=6, height=4),
                CONSULTANT,
            )
        )
    return _what_came_of_it(_homes(made))


def _sum_of(name: str) -> str:
    return f"SELECT sum(middle) FROM ({NEWEST}) f WHERE name = '{name}'"


ENERGY_BY_HOME = (
    "SELECT day::timestamptz AS time, home AS metric, sum(middle) AS value"
    " FROM boards.home_figures WHERE name = 'energy'"
    " AND $__timeFilter(day::timestamptz) GROUP BY 1, 2 ORDER BY 1, 2"
)
POWER_BY_HOME = (
    'SELECT home AS "Hogar", value AS "Potencia" FROM boards.home_now'
    " WHERE name = 'power' ORDER BY value DESC"
)
ALERTS_BY_HOME = (
    f'SELECT at AS "Cuándo", home AS "Hogar", {EVENTS} AS "Aviso", soles AS "Soles en juego"'
    " FROM boards.home_events WHERE $__timeFilter(at) ORDER BY at DESC LIMIT 200"
)


def _homes(made: Dashboard) -> Dashboard:
    pivot = ", ".join(
        f"max(middle) FILTER (WHERE name = '{name}') AS \"{title}\""
        for name, title in (
            ("month", "kWh del mes"),
            ("month_forecast", "kWh a fin de mes"),
            ("fose_limit", "Límite FOSE"),
            ("month_cost_forecast", "Costo a fin de mes"),
            ("base_load", "Base"),
            ("plan_saving", "Ahorro posible"),
            ("verified_soles", "Verificado"),
        )
    )
    homes = (
        f'SELECT home AS "Hogar", {pivot} FROM ({NEWEST}) f GROUP BY home'
        " ORDER BY max(middle) FILTER (WHERE name = 'plan_saving') DESC NULLS LAST"
    )
    soles = ("Costo a fin de mes", "Ahorro posible", "Verificado")
    return (
        made.with_panel(
            table(
                "Hogares",
                sql(homes, source=CONSULTANT, form=AS_TABLE),
                Shape(width=24, height=10, says="Los nombres están en la cartera de AhorraLuz."),
                CONSULTANT,
                units={**dict.fromkeys(soles, SOLES), "Base": WATTS},
            )
        )
        .with_panel(
            lines(
                "Energía por día",
                [sql(ENERGY_BY_HOME, source=CONSULTANT)],
                Shape(unit=KWH, width=16),
                CONSULTANT,
                bars=True,
            )
        )
        .with_panel(
            bars(
                "Potencia ahora",
                sql(POWER_BY_HOME, source=CONSULTANT, form=AS_TABLE),
                Shape(unit=WATTS, width=8),
                CONSULTANT,
            )
        )
    )


def _what_came_of_it(made: Dashboard) -> Dashboard:
    return made.with_panel(
        table(
            "Soles verificados y prometidos, por cambio",
            sql(_verified("true"), source=CONSULTANT, form=AS_TABLE),
            Shape(width=12),
            CONSULTANT,
            units=dict.fromkeys(("Verificado", "de", "a", "Prometido al mes"), SOLES),
        )
    ).with_panel(
        table(
            "Avisos",
            sql(ALERTS_BY_HOME, source=CONSULTANT, form=AS_TABLE),
            Shape(width=12),
            CONSULTANT,
            units={"Soles en juego": SOLES},
        )
    )
