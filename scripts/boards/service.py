"""Boards of whoever runs the service: how it answers and takes in, and how its models forecast."""

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
from grafana_foundation_sdk.builders.text import Panel as Text
from grafana_foundation_sdk.models.text import TextMode
from scripts.boards.parts import (
    AS_TABLE,
    BYTES,
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
    steps,
    table,
)

SERVICE = Source(uid="ahorraluz-service")
RATE = "$__rate_interval"
REQUESTS = f"sum(rate(ahorraluz_requests_total[{RATE}]))"
FAILED = f'(sum(rate(ahorraluz_requests_total{{status=~"5.."}}[{RATE}])) or vector(0))'
QUANTILES = (("A", 0.5, "p50"), ("B", 0.95, "p95"), ("C", 0.99, "p99"))
RATES = "ops"
STATES = (
    ("Listo", "min(ahorraluz_ready)"),
    ("Servidor MQTT", "min(ahorraluz_live_connected)"),
)


def _quantile(of: str, quantile: float) -> str:
    return f"histogram_quantile({quantile}, sum by (le) (rate({of}_bucket[{RATE}])))"


def service_board() -> Dashboard:
    """Return the board of the service."""
    made = board(
        "ahorraluz-servicio",
        "Servicio",
        says="Solicitudes, lecturas en vivo, colas y base de datos. Nada de un hogar ni de nadie.",
        tags=["servicio"],
        refresh="30s",
    ).time("now-6h", "now")
    for title, expression in STATES:
        good = stat(title, [prom(expression)], Shape(width=4, height=4), PROMETHEUS)
        made = made.with_panel(good.thresholds(steps((None, "red"), (1, "green"))))
    for title, expression, unit in (
        ("Sumas atrasadas", "time() - max(ahorraluz_live_summed_seconds)", SECONDS),
        ("Mensajes por guardar", "sum(ahorraluz_live_waiting)", "none"),
        ("Trabajos en espera", 'sum(ahorraluz_jobs{state="waiting"})', "none"),
        ("Base de datos", "max(ahorraluz_database_bytes)", BYTES),
    ):
        shape = Shape(unit=unit, width=4, height=4)
        made = made.with_panel(stat(title, [prom(expression)], shape, PROMETHEUS))
    return _people(_database(_model(_live(_requests(made)))))


def _requests(made: Dashboard) -> Dashboard:
    latency = [
        prom(_quantile("ahorraluz_request_seconds", quantile), name, ref=ref)
        for ref, quantile, name in QUANTILES
    ]
    slowest = (
        "topk(10, histogram_quantile(0.95, sum by (le, route)"
        f" (rate(ahorraluz_request_seconds_bucket[{RATE}]))))"
    )
    return (
        made.with_row(Row("Solicitudes"))
        .with_panel(
            lines(
                "Solicitudes por segundo, por estado",
                [prom(f"sum by (status) (rate(ahorraluz_requests_total[{RATE}]))", "{{status}}")],
                Shape(unit="reqps"),
                PROMETHEUS,
            )
        )
        .with_panel(lines("Latencia", latency, Shape(unit=SECONDS), PROMETHEUS))
        .with_panel(
            lines(
                "Errores del servidor",
                [prom(f"{FAILED} / {REQUESTS}", "errores")],
                Shape(unit=SHARE, width=8),
                PROMETHEUS,
            )
        )
        .with_panel(
            lines(
                "Rechazadas sin leer, por razón",
                [prom(f"sum by (reason) (rate(ahorraluz_refused_total[{RATE}]))", "{{reason}}")],
                Shape(unit="reqps", width=8),
                PROMETHEUS,
            )
        )
        .with_panel(
            lines(
                "Páginas más lentas, p95",
                [prom(slowest, "{{route}}")],
                Shape(unit=SECONDS, width=8),
                PROMETHEUS,
            )
        )
    )


def _live(made: Dashboard) -> Dashboard:
    lag = [
        prom(_quantile("ahorraluz_live_lag_seconds", quantile), name, ref=ref)
        for ref, quantile, name in QUANTILES
    ]
    outcomes = f"sum by (outcome) (rate(ahorraluz_live_{{}}_total[{RATE}]))"
    waits = [
        prom("sum(ahorraluz_live_waiting)", "mensajes por guardar"),
        prom(f"sum(increase(ahorraluz_live_waits_total[{RATE}]))", "veces que esperó", ref="B"),
    ]
    made = made.with_row(Row("Lecturas en vivo"))
    for title, what in (("Mensajes", "messages"), ("Lecturas", "readings")):
        asked = [prom(outcomes.format(what), "{{outcome}}")]
        shape = Shape(unit=RATES, width=6)
        made = made.with_panel(
            lines(f"{title} por segundo, por resultado", asked, shape, PROMETHEUS)
        )
    return made.with_panel(
        lines("Demora hasta guardar", lag, Shape(unit=SECONDS, width=6), PROMETHEUS)
    ).with_panel(lines("Cola de lecturas", waits, Shape(width=6), PROMETHEUS))


def _model(made: Dashboard) -> Dashboard:
    calls = [
        prom(_quantile("ahorraluz_model_call_seconds", quantile), name, ref=ref)
        for ref, quantile, name in QUANTILES
    ]
    homes = [
        prom(_quantile("ahorraluz_model_call_homes", quantile), name, ref=ref)
        for ref, quantile, name in QUANTILES
    ]
    remote = f"sum by (outcome) (rate(ahorraluz_model_remote_total[{RATE}]))"
    changes = [
        prom("sum by (version, number) (ahorraluz_model_served_info)", "{{number}}: {{version}}"),
        prom(f"sum(increase(ahorraluz_model_swaps_total[{RATE}]))", "cambios", ref="B"),
        prom(f"sum(increase(ahorraluz_model_refused_total[{RATE}]))", "rechazadas", ref="C"),
    ]
    return (
        made.with_row(Row("Modelo en servicio"))
        .with_panel(lines("Procesos por versión y cambios", changes, Shape(width=6), PROMETHEUS))
        .with_panel(
            lines("Duración de una llamada", calls, Shape(unit=SECONDS, width=6), PROMETHEUS)
        )
        .with_panel(lines("Hogares por llamada", homes, Shape(width=6), PROMETHEUS))
        .with_panel(
            lines(
                "Preguntas a TensorFlow Serving",
                [prom(remote, "{{outcome}}")],
                Shape(unit=RATES, width=6),
                PROMETHEUS,
            )
        )
    )


JOBS = (
    'SELECT kind AS "Trabajo", state AS "Estado", jobs AS "Cuántos", oldest AS "Desde"'
    " FROM boards.service_jobs ORDER BY 1, 2"
)
DUTIES = (
    'SELECT name AS "Tarea", ended AS "Terminó", due AS "Le toca",'
    " CASE failure WHEN '' THEN 'bien' ELSE failure END AS \"Resultado\""
    " FROM boards.service_duties ORDER BY 1"
)
TABLES = (
    'SELECT table_name AS "Tabla", bytes AS "Tamaño" FROM boards.service_tables'
    " ORDER BY bytes DESC LIMIT 15"
)
LIVE = (
    'SELECT closed AS "Sumado hasta", kept_from AS "Lecturas desde",'
    ' quarters_waiting AS "Cuartos por sumar", database_bytes AS "Base de datos"'
    " FROM boards.service_live"
)


def _database(made: Dashboard) -> Dashboard:
    return (
        made.with_row(Row("Cola y base de datos"))
        .with_panel(
            lines(
                "Trabajos por estado",
                [prom("sum by (state) (ahorraluz_jobs)", "{{state}}")],
                Shape(width=8),
                PROMETHEUS,
            )
        )
        .with_panel(
            table("Trabajos", sql(JOBS, source=SERVICE, form=AS_TABLE), Shape(width=8), SERVICE)
        )
        .with_panel(
            table(
                "Tareas del día",
                sql(DUTIES, source=SERVICE, form=AS_TABLE),
                Shape(width=8),
                SERVICE,
            )
        )
        .with_panel(
            bars(
                "Tablas más grandes",
                sql(TABLES, source=SERVICE, form=AS_TABLE),
                Shape(unit=BYTES, width=8),
                SERVICE,
            )
        )
        .with_panel(
            table(
                "Lecturas en la base",
                sql(LIVE, source=SERVICE, form=AS_TABLE),
                Shape(width=8),
                SERVICE,
                units={"Base de datos": BYTES},
            )
        )
    )


def _people(made: Dashboard) -> Dashboard:
    people = [prom("sum by (role) (ahorraluz_accounts)", "{{role}}")]
    officer = prom("max(ahorraluz_officer_threshold)", "oficial de datos", ref="B")
    since = 'time() - max by (duty) (ahorraluz_duty_ended_seconds{outcome="done"})'
    return made.with_panel(
        lines(
            "Tiempo desde cada tarea",
            [prom(since, "{{duty}}")],
            Shape(unit=SECONDS, width=8),
            PROMETHEUS,
        )
    ).with_panel(
        lines(
            "Cuentas por rol",
            [*people, officer],
            Shape(width=24, says="La línea es desde cuántas personas la ley pide un oficial."),
            PROMETHEUS,
        )
    )


MODEL = Source(uid="ahorraluz-model")
COHORT = (
    "CASE WHEN cohort = 'seen' THEN 'hogares vistos' WHEN cohort = 'unseen' THEN"
    " 'hogares nunca vistos' WHEN cohort LIKE 'cold_start_%' THEN 'con '"
    " || replace(cohort, 'cold_start_', '') || ' días de historia' ELSE cohort END"
)
NEWEST = "at = (SELECT max(n.at) FROM boards.model_figures n WHERE n.model = m.model)"


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
    return _trained(made)


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
    f" FROM boards.model_figures m WHERE {NEWEST} GROUP BY model, horizon_h, cohort, homes"
    " ORDER BY model, horizon_h, cohort"
)
COURSE = (
    "SELECT at AS time, model || ', ' || horizon_h || ' h' AS metric, value"
    " FROM boards.model_figures WHERE name = 'nmae_over_seasonal-naive-168'"
    " AND cohort = 'unseen' AND $__timeFilter(at) ORDER BY 1, 2"
)
TRAINED = (
    'SELECT model AS "Modelo", max(at) AS "Entrenado", count(DISTINCT at) AS "Versiones"'
    " FROM boards.model_figures GROUP BY model ORDER BY 1"
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
        .with_panel(
            Text()
            .title("Deriva, reentrenos y promociones")
            .mode(TextMode.MARKDOWN)
            .content(
                "Todavía no se miden. Cuando se midan, serán cifras de `boards.model_figures`"
                " con nombre propio."
            )
            .span(8)
            .height(8)
        )
    )
