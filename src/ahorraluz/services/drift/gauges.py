"""What the watch of models found, for Prometheus."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ahorraluz.telemetry import ALARM_KINDS, METRICS

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Gauge


class ModelGauges:
    """What the watch of models found last, of groups of ten homes at least."""

    def __init__(self, registry: "CollectorRegistry") -> None:
        """Begin with no alarm and no advice."""
        from prometheus_client import Gauge

        def gauge(name: str, labels: tuple[str, ...] = ()) -> "Gauge":
            return Gauge(name, METRICS[name], labels, registry=registry)

        self._checked = gauge("ahorraluz_model_checked_seconds")
        self._retrain = gauge("ahorraluz_model_retrain")
        self._alarms = gauge("ahorraluz_model_alarms", ("kind",))
        self._scores = gauge("ahorraluz_model_drift_score", ("series", "cohort"))
        self._ratio = gauge("ahorraluz_model_error_ratio", ("cohort", "hours"))
        self._coverage = gauge("ahorraluz_model_coverage", ("cohort", "hours"))
        for kind in ALARM_KINDS:
            self._alarms.labels(kind)

    def found(self, *, checked_s: float, retrain: bool, alarms: Mapping[str, int]) -> None:
        """Note when it looked, its advice, and how many alarms are on."""
        self._checked.set(checked_s)
        self._retrain.set(retrain)
        for kind in ALARM_KINDS:
            self._alarms.labels(kind).set(alarms.get(kind, 0))

    def tell(
        self,
        *,
        scores: Mapping[tuple[str, str], float],
        over_naive: Mapping[tuple[str, str], float],
        coverage: Mapping[tuple[str, str], float],
    ) -> None:
        """Note how unusual each series of each group is, and how wrong forecasts were."""
        told = ((self._scores, scores), (self._ratio, over_naive), (self._coverage, coverage))
        for gauge, values in told:
            gauge.clear()
            for labels, value in values.items():
                gauge.labels(*labels).set(value)
