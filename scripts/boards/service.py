"""Boards of whoever runs the service: how it answers and takes in, and how its models forecast."""

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row
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
