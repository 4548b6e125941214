"""The board of forecast models: what their cards tell, and what their watch finds."""

from grafana_foundation_sdk.builders.dashboard import Dashboard
from scripts.boards.parts import (
    AS_TABLE,
    PROMETHEUS,
    SECONDS,
    SHARE,
    Shape,
    Source,
    bars,
    board,
    lines,
    prom,
    sql,
    stat,
    table,
)

MODEL = Source(uid="ahorraluz-model")
COHORT = (
    "CASE WHEN cohort = 'seen' THEN 'hogares vistos' WHEN cohort = 'unseen' THEN"
    " 'hogares nunca vistos' WHEN cohort LIKE 'cold_start_%' THEN 'con '"
    " || replace(cohort, 'cold_start_', '') || ' días de historia' ELSE cohort END"
)
NEWEST = (
    "at = (SELECT max(n.at) FROM boards.model_figures n"
    " WHERE n.model = m.model AND n.name = 'nmae')"
)
"""When a model was trained: figures of its card are of that moment, those of its watch later."""


def model_board() -> Dashboard:
    """Return the board of the forecast models."""
    made = board(
        "ahorraluz-modelo",
        "Modelo",
        says="Cuánto se equivocan los pronósticos, contra repetir la semana o el día pasado.",
        tags=["modelo"],
        refresh="1h",
    ).time("now-1y", "now")
    over = (
        ("Error contra repetir la semana pasada", "nmae_over_seasonal-naive-168"),
        ("Error contra repetir el día pasado", "nmae_over_seasonal-naive-24"),
    )
    for title, name in over:
        shape = Shape(decimals=2, says="Menos de 1: se equivoca menos. En hogares nunca vistos.")
        made = made.with_panel(
            bars(title, sql(_of(name, "Razón"), source=MODEL, form=AS_TABLE), shape, MODEL)
        )
    made = made.with_panel(
        bars(
            "Cobertura del rango del 80 %",
            sql(_of("coverage80", "Cobertura"), source=MODEL, form=AS_TABLE),
            Shape(unit=SHARE, says="Debe estar cerca de 80 %."),
            MODEL,
        )
    )
    return _watched(_trained(made))


def _of(name: str, title: str) -> str:
    return (
        "SELECT model || ', ' || horizon_h || ' h' AS \"Modelo\", value AS \"" + title + '"'
        f" FROM boards.model_figures m WHERE name = '{name}' AND cohort = 'unseen' AND {NEWEST}"
        " ORDER BY 1"
    )


BY_COHORT = (
    f'SELECT model AS "Modelo", horizon_h AS "Horas", {COHORT} AS "Hogares",'
    ' homes AS "Cuántos",'
    " max(value) FILTER (WHERE name = 'nmae') AS \"Error\","
    " max(value) FILTER (WHERE name = 'nmae_over_seasonal-naive-168') AS \"Contra la semana\","
    " max(value) FILTER (WHERE name = 'nmae_over_seasonal-naive-24') AS \"Contra el día\","
    " max(value) FILTER (WHERE name = 'coverage80') AS \"Cobertura\","
    " max(value) FILTER (WHERE name = 'day_kwh_error') / 100 AS \"Error de un día\""
    f" FROM boards.model_figures m WHERE {NEWEST} AND horizon_h > 0"
    " AND name NOT LIKE 'realised%' GROUP BY model, horizon_h, cohort, homes"
    " ORDER BY model, horizon_h, cohort"
)
COURSE = (
    "SELECT at AS time, model || ', ' || horizon_h || ' h' AS metric, value"
    " FROM boards.model_figures WHERE name = 'nmae_over_seasonal-naive-168'"
    " AND cohort = 'unseen' AND $__timeFilter(at) ORDER BY 1, 2"
)
TRAINED = (
    'SELECT model AS "Modelo", max(at) AS "Entrenado", count(DISTINCT at) AS "Versiones"'
    " FROM boards.model_figures WHERE name = 'nmae' GROUP BY model ORDER BY 1"
)


def _trained(made: Dashboard) -> Dashboard:
    return (
        made.with_panel(
            table(
                "Modelos en uso",
                sql(TRAINED, source=MODEL, form=AS_TABLE),
                Shape(width=12),
                MODEL,
            )
        )
        .with_panel(
            table(
                "Por plazo y grupo de hogares",
                sql(BY_COHORT, source=MODEL, form=AS_TABLE),
                Shape(width=24, height=12),
                MODEL,
                units={"Cobertura": SHARE, "Error de un día": SHARE},
            )
        )
        .with_panel(
            lines(
                "Error contra repetir la semana, versión por versión",
                [sql(COURSE, source=MODEL)],
                Shape(width=16),
                MODEL,
            )
        )
    )


GROUP = (
    "CASE WHEN cohort = '' THEN 'todos' WHEN cohort = 'level:low' THEN 'consumo bajo'"
    " WHEN cohort = 'level:middle' THEN 'consumo medio' WHEN cohort = 'level:high' THEN"
    " 'consumo alto' ELSE replace(replace(replace(cohort, 'department:', 'departamento '),"
    " 'option:', 'tarifa '), 'cohort:', 'grupo ') END"
)


def _realised(name: str) -> str:
    return (
        f"SELECT at AS time, {GROUP} || ', ' || horizon_h || ' h' AS metric, value"
        f" FROM boards.model_figures WHERE name = 'realised_{name}' AND $__timeFilter(at)"
        " ORDER BY 1, 2"
    )


DRIFT_NOW = (
    f'SELECT substr(name, 7) AS "Qué", {GROUP} AS "Hogares", homes AS "Cuántos",'
    " value AS \"Rareza\" FROM boards.model_figures m WHERE name LIKE 'drift_%'"
    " AND at = (SELECT max(n.at) FROM boards.model_figures n WHERE n.name = m.name)"
    " ORDER BY value DESC LIMIT 40"
)
DRIFT_COURSE = (
    "SELECT at AS time, substr(name, 7) AS metric, value FROM boards.model_figures"
    " WHERE name LIKE 'drift_%' AND cohort = '' AND $__timeFilter(at) ORDER BY 1, 2"
)
PROMOTIONS = (
    'SELECT min(at) AS "Desde", model AS "Modelo", cohort AS "Versión"'
    " FROM boards.model_figures WHERE name = 'promotion' GROUP BY model, cohort ORDER BY 1 DESC"
)


def _watched(made: Dashboard) -> Dashboard:
    """Add what the watch of models finds: errors that came, drift, advice and promotions."""
    alarms = prom("max by (kind) (ahorraluz_model_alarms)", "{{kind}}")
    retrain = prom("max(ahorraluz_model_retrain)", "reentrenar", ref="B")
    # Nought before the first check, and where there are fewer than ten homes.
    worst = prom("max(ahorraluz_model_drift_score) or vector(0)", "más raro")
    ratio = prom('max(ahorraluz_model_error_ratio{cohort=""}) or vector(0)', "error / semana")
    held = prom('min(ahorraluz_model_coverage{cohort=""}) or vector(0)', "cobertura", ref="B")
    since = prom("time() - max(ahorraluz_model_checked_seconds)", "última vigilancia")
    made = made.with_panel(
        stat("Tiempo desde la última vigilancia", [since], Shape(unit=SECONDS, width=8), PROMETHEUS)
    )
    for title, name, shape in (
        (
            "Error real contra repetir la semana",
            "nmae_over_seasonal-naive-168",
            Shape(decimals=2, says="Menos de 1: se equivoca menos. Últimos 28 días."),
        ),
        (
            "Cobertura real del rango del 80 %",
            "coverage80",
            Shape(unit=SHARE, says="Debe estar cerca de 80 %. Últimos 28 días."),
        ),
    ):
        made = made.with_panel(lines(title, [sql(_realised(name), source=MODEL)], shape, MODEL))
    made = made.with_panel(
        lines(
            "Deriva de todos los hogares",
            [sql(DRIFT_COURSE, source=MODEL)],
            Shape(decimals=1, says="Desviaciones normales; hay alarma desde unas 4, tres días."),
            MODEL,
        )
    ).with_panel(
        lines(
            "Alarmas, y si conviene reentrenar (1)",
            [alarms, retrain],
            Shape(decimals=0),
            PROMETHEUS,
        )
    )
    made = made.with_panel(lines("Lo más raro, en vivo", [worst], Shape(decimals=1), PROMETHEUS))
    made = made.with_panel(
        lines("Error y cobertura, en vivo", [ratio, held], Shape(decimals=2), PROMETHEUS)
    )
    return _by_group(made)


def _by_group(made: Dashboard) -> Dashboard:
    """Add drift by group, and the versions that were served."""
    return made.with_panel(
        table(
            "Deriva por grupo de hogares",
            sql(DRIFT_NOW, source=MODEL, form=AS_TABLE),
            Shape(width=16, height=12, says="Grupos de 10 hogares o más."),
            MODEL,
        )
    ).with_panel(
        table(
            "Versiones servidas",
            sql(PROMOTIONS, source=MODEL, form=AS_TABLE),
            Shape(width=8, height=12),
            MODEL,
        )
    )
