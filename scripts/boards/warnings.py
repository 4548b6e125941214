"""What is warned of, once for Prometheus and once for Grafana, from one list."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scripts.boards.parts import PROMETHEUS

FOLDER = "AhorraLuz"
GROUP = "ahorraluz"
MINUTE = 60
LOOK_BACK_S = 15 * MINUTE
ABOVE, BELOW = ">", "<"
EVALUATOR = {ABOVE: "gt", BELOW: "lt"}
EXPRESSION = "__expr__"
"""What Grafana calls its own arithmetic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned:
    """Something to be warned of: a number beyond a limit for so long."""

    name: str
    expression: str
    beyond: str = ABOVE
    limit: float
    minutes: int
    severity: str = "warning"
    summary: str
    mend: str


LIVE = 'job="ahorraluz-live"'
WARNINGS = (
    Warned(
        name="AhorraLuzDown",
        expression='min by (job) (up{job=~"ahorraluz.*"})',
        beyond=BELOW,
        limit=1,
        minutes=2,
        severity="critical",
        summary="Un proceso no responde; la etiqueta job dice cuál.",
        mend="Mira si el proceso corre: systemctl status, o sus últimas líneas de registro.",
    ),
    Warned(
        name="AhorraLuzNotReady",
        expression="min(ahorraluz_ready)",
        beyond=BELOW,
        limit=1,
        minutes=2,
        severity="critical",
        summary="La base de datos o las claves no se pueden usar.",
        mend="/listo dice qué falta.",
    ),
    Warned(
        name="LiveNoMessages",
        # A process that began just now has counted nothing yet: `up` is looked at as well.
        expression=(
            "sum(increase(ahorraluz_live_messages_total[15m]))"
            f" and on () (min_over_time(up{{{LIVE}}}[15m]) == 1)"
        ),
        beyond=BELOW,
        limit=1,
        minutes=5,
        summary="Ningún aparato manda nada desde hace 15 minutos.",
        mend="Mira si los aparatos llegan al servidor MQTT, y si este deja leer a ahorraluz live.",
    ),
    Warned(
        name="LiveLagHigh",
        expression=(
            "histogram_quantile(0.99, sum by (le) (rate(ahorraluz_live_lag_seconds_bucket[5m])))"
        ),
        limit=2,
        minutes=5,
        summary="Una de cada cien lecturas tarda más de 2 segundos en guardarse.",
        mend="Mira el disco y la base de datos, o reparte con otro proceso y --shared.",
    ),
    Warned(
        name="LiveBatchesWait",
        expression="sum(increase(ahorraluz_live_waits_total[5m]))",
        limit=0,
        minutes=5,
        severity="critical",
        summary="Las lecturas no se pueden guardar y esperan en el servidor MQTT.",
        mend="El registro de ahorraluz live dice por qué: disco lleno, base de datos apagada.",
    ),
    Warned(
        name="LiveBrokerLost",
        expression="min(ahorraluz_live_connected)",
        beyond=BELOW,
        limit=1,
        minutes=2,
        severity="critical",
        summary="No hay conexión con el servidor MQTT.",
        mend="Mira si corre, y si la clave y el certificado valen.",
    ),
    Warned(
        name="LiveQueueLong",
        expression="sum(ahorraluz_live_waiting)",
        # Half of what the broker sends before something is acknowledged.
        limit=4_000,
        minutes=5,
        summary="Más de 4000 mensajes esperan a ser guardados.",
        mend="Llega más de lo que se guarda: reparte con otro proceso y --shared.",
    ),
    Warned(
        name="LiveSumsLate",
        expression="time() - max(ahorraluz_live_summed_seconds > 0)",
        limit=45 * MINUTE,
        minutes=10,
        summary="Las sumas por cuarto de hora están atrasadas más de 45 minutos.",
        mend="El registro de ahorraluz live dice por qué.",
    ),
    Warned(
        name="RequestErrors",
        expression=(
            '(sum(rate(ahorraluz_requests_total{status=~"5.."}[5m])) or vector(0))'
            " / sum(rate(ahorraluz_requests_total[5m]))"
        ),
        limit=0.01,
        minutes=10,
        summary="Más de 1 % de las solicitudes terminan en error del servidor.",
        mend="El registro del servicio dice dónde.",
    ),
    Warned(
        name="RequestsSlow",
        expression=(
            "histogram_quantile(0.99, sum by (le) (rate(ahorraluz_request_seconds_bucket[5m])))"
        ),
        limit=5,
        minutes=10,
        summary="Una de cada cien solicitudes tarda más de 5 segundos.",
        mend="El tablero Servicio muestra qué páginas.",
    ),
    Warned(
        name="JobsWait",
        expression='sum(ahorraluz_jobs{state="waiting"})',
        limit=50,
        minutes=15,
        summary="Más de 50 trabajos esperan.",
        mend="Mira si corre ahorraluz work; con más procesos van más rápido.",
    ),
    Warned(
        name="AggregatesNotPublished",
        expression='time() - max(ahorraluz_duty_ended_seconds{duty="publish",outcome="done"})',
        limit=36 * 3_600,
        minutes=30,
        summary="Las cifras de grupos no se publican desde hace más de 36 horas.",
        mend="Mira si corre ahorraluz work, y qué dice el tablero Servicio de la tarea publish.",
    ),
    Warned(
        name="DutyFailed",
        expression='count by (duty) (ahorraluz_duty_ended_seconds{outcome="failed"})',
        limit=0,
        minutes=30,
        summary="Una tarea del día falló la última vez; la etiqueta duty dice cuál.",
        mend="El tablero Servicio muestra el código; el registro de ahorraluz work, más.",
    ),
    Warned(
        name="ModelMetersFaulty",
        expression='max(ahorraluz_model_alarms{kind="fault"})',
        limit=0,
        minutes=30,
        summary="Varios medidores mandan datos con fallas: otra unidad, ceros u horas corridas.",
        mend="La página Modelos de los administradores dice qué falla y en qué grupo de hogares.",
    ),
    Warned(
        name="ModelInputsMoved",
        expression='max(ahorraluz_model_alarms{kind="input"})',
        limit=0,
        minutes=30,
        summary="El consumo de los hogares cambió más de lo usual.",
        mend="La página Modelos de los administradores dice qué cambió; mira si crece el error.",
    ),
    Warned(
        name="ModelErrorsUp",
        expression='max(ahorraluz_model_alarms{kind="error"})',
        limit=0,
        minutes=30,
        summary="Los pronósticos se equivocan distinto que antes.",
        mend="La página Modelos de los administradores dice en qué grupo de hogares.",
    ),
    Warned(
        name="ModelRetrain",
        expression="max(ahorraluz_model_retrain)",
        limit=0,
        minutes=30,
        summary="Conviene entrenar el modelo de nuevo.",
        mend="Entrena y compara con el modelo en uso antes de promoverlo.",
    ),
    Warned(
        name="ModelWatchLate",
        expression="time() - max(ahorraluz_model_checked_seconds > 0)",
        limit=36 * 3_600,
        minutes=30,
        summary="Nadie vigila los modelos desde hace más de 36 horas.",
        mend="Mira si corre ahorraluz work, y qué dice el tablero Servicio de la tarea watch.",
    ),
)


def prometheus_rules() -> Mapping[str, object]:
    """Return the rules as Prometheus reads them."""
    rules = [
        {
            "alert": each.name,
            "expr": f"({each.expression}) {each.beyond} {each.limit:g}",
            "for": f"{each.minutes}m",
            "labels": {"severity": each.severity},
            "annotations": {"summary": each.summary, "description": each.mend},
        }
        for each in WARNINGS
    ]
    return {"groups": [{"name": GROUP, "interval": "30s", "rules": rules}]}


def grafana_rules() -> Mapping[str, object]:
    """Return the rules as Grafana provisions them: without a dollar, which it would fill in."""
    return {
        "apiVersion": 1,
        "groups": [
            {
                "orgId": 1,
                "name": GROUP,
                "folder": FOLDER,
                "interval": "1m",
                "rules": list(_rules()),
            }
        ],
    }


def _rules() -> Iterator[Mapping[str, object]]:
    for each in WARNINGS:
        yield {
            "uid": f"ahorraluz-{each.name.lower()}",
            "title": each.name,
            "condition": "B",
            "for": f"{each.minutes}m",
            # Prometheus itself warns where nothing is told: no number is no alarm here.
            "noDataState": "OK",
            "execErrState": "Error",
            "labels": {"severity": each.severity},
            "annotations": {"summary": each.summary, "description": each.mend},
            "data": [_question(each), _limit(each)],
        }


def _question(each: Warned) -> Mapping[str, object]:
    return {
        "refId": "A",
        "datasourceUid": PROMETHEUS.uid,
        "relativeTimeRange": {"from": LOOK_BACK_S, "to": 0},
        "model": {
            "refId": "A",
            "datasource": {"type": PROMETHEUS.plugin, "uid": PROMETHEUS.uid},
            "expr": each.expression,
            "instant": True,
            "range": False,
        },
    }


def _limit(each: Warned) -> Mapping[str, object]:
    return {
        "refId": "B",
        "datasourceUid": EXPRESSION,
        "relativeTimeRange": {"from": LOOK_BACK_S, "to": 0},
        "model": {
            "refId": "B",
            "datasource": {"type": EXPRESSION, "uid": EXPRESSION},
            "type": "threshold",
            "expression": "A",
            "conditions": [{"evaluator": {"type": EVALUATOR[each.beyond], "params": [each.limit]}}],
        },
    }
