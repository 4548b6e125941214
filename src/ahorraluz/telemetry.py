"""The log of the program: one line per record, without secrets and without whom it is about."""

import json
import logging
import re
import traceback
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from typing_extensions import override

if TYPE_CHECKING:
    from wsgiref.simple_server import WSGIServer

LOGGER = "ahorraluz"
MASK = "***"
LINE, JSON = "line", "json"
"""Forms of the log."""
REQUEST_ID: ContextVar[str] = ContextVar("ahorraluz_request", default="")
"""Random name of the request that is being answered: it ties lines together, and names nobody."""
FIELDS = ("method", "route", "status", "ms")
"""What a line of the access log says, each under its own name where the log is JSON."""

# A value after one of these words is nobody's business but its owner's.
_NAMED = re.compile(r"(?i)\b(\w*(?:secret|password|passwd|token|api_?key|cookie)\w*)(\W{1,4})(\S+)")
_AUTHORIZATION = re.compile(r"(?i)\b(authorization\W{1,4}(?:\w+\s+)?)(\S+)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
# Identity documents have eight digits, RUC eleven, supplies seven to nine, telephones nine.
_LONG_NUMBER = re.compile(r"(?<![\d.])\d{7,}(?![\d.])")
_BREAKS = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")


def without_secrets(text: str) -> str:
    r"""Return a log message on one line, with secrets and personal numbers masked.

    Examples
    --------
    >>> without_secrets("secret_key=abc123 supply 1234567\nkwh 141.5")
    'secret_key=*** supply *** kwh 141.5'
    """
    text = _BREAKS.sub(" ", text)
    text = _NAMED.sub(rf"\1\2{MASK}", text)
    text = _AUTHORIZATION.sub(rf"\1{MASK}", text)
    text = _EMAIL.sub(MASK, text)
    return _LONG_NUMBER.sub(MASK, text)


class LineFormatter(logging.Formatter):
    """``2026-08-04T12:00:00Z ERROR ahorraluz.cli message``, an exception as its kind and place."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        parts = [record.getMessage()]
        if REQUEST_ID.get():
            parts.append(f"request={REQUEST_ID.get()}")
        if record.exc_info and record.exc_info[1] is not None:
            parts.append(_exception(record.exc_info[1]))
        return (
            f"{moment:%Y-%m-%dT%H:%M:%SZ} {record.levelname} {record.name} "
            f"{without_secrets(' '.join(parts))}"
        )


class JsonFormatter(logging.Formatter):
    """One JSON object a line: moment, level, logger, message, and what else a record says."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, tz=UTC)
        said: dict[str, object] = {
            "time": f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z",
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if REQUEST_ID.get():
            said["request_id"] = REQUEST_ID.get()
        said |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            said["exception"] = without_secrets(_exception(record.exc_info[1]))
        return json.dumps(said, ensure_ascii=False)


def start_logging(
    stream: TextIO, *, level: int = logging.WARNING, form: str = LINE
) -> logging.Logger:
    """Send the log of the program to ``stream``; called again, it only moves it there.

    Parameters
    ----------
    stream
        Where to.
    level
        What is too little to be said.
    form
        ``line`` or ``json``.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter() if form == JSON else LineFormatter())
    logger = logging.getLogger(LOGGER)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
    return logger


def _exception(error: BaseException) -> str:
    """Return kind, message and place of an error; the message may be somebody's input."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename.rpartition('/')[2]}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


METRICS: Mapping[str, str] = MappingProxyType(
    {
        "ahorraluz_requests_total": "Requests answered, by method, route and status.",
        "ahorraluz_request_seconds": "Time until a request was answered, by route.",
        "ahorraluz_refused_total": "Requests refused before they were read, by reason.",
        "ahorraluz_accounts": "Accounts there are, by role.",
        "ahorraluz_officer_threshold": "People from which the law asks for a data officer.",
        "ahorraluz_ready": "Whether database and keys can be used: 1 or 0.",
        "ahorraluz_jobs": "Work that outlasts a request, by state.",
        "ahorraluz_database_bytes": "Size of the database.",
        "ahorraluz_duty_ended_seconds": "When the service did a duty last, by duty and outcome.",
        "ahorraluz_model_checked_seconds": "When the watch of models looked last.",
        "ahorraluz_model_retrain": "Whether the watch advises to train anew: 1 or 0.",
        "ahorraluz_model_alarms": "Alarms of the watch of models that are on, by kind.",
        "ahorraluz_model_drift_score": "How unusual a series of a group of homes is, in sigmas.",
        "ahorraluz_model_error_ratio": "Realised error over repeating the week, by group.",
        "ahorraluz_model_coverage": "Realised coverage of the 80 % band, by group and hours ahead.",
        "ahorraluz_live_messages_total": "Messages of devices, by what became of them.",
        "ahorraluz_live_readings_total": "Live readings, by what became of them.",
        "ahorraluz_live_lag_seconds": "Time from the arrival of a message until it was kept.",
        "ahorraluz_live_waits_total": "Times that a batch could not be kept and had to wait.",
        "ahorraluz_live_connected": "Whether the broker brings messages: 1 or 0.",
        "ahorraluz_live_waiting": "Messages that came and are not kept yet.",
        "ahorraluz_live_summed_seconds": "Until when live readings are summed up.",
        "ahorraluz_model_served_info": "Model in use, by name, version and number: 1.",
        "ahorraluz_model_call_homes": "Homes that were told in one call of the model.",
        "ahorraluz_model_call_seconds": "Time of one call of the model.",
        "ahorraluz_model_swaps_total": "Times that another version came into use.",
        "ahorraluz_model_refused_total": "Versions that were refused, the old one staying.",
        "ahorraluz_model_remote_total": "Questions to the server of models, by outcome.",
    }
)
"""Every metric by name. None says anything about one person or home."""
REFUSED = ("throttled", "forged", "too-large")
"""Reasons for which a request is refused before it is read."""
OUTCOMES = ("read", "refused", "unknown")
"""What becomes of a message of a device."""
READINGS = ("new", "same", "corrected", "outside")
"""What becomes of a live reading."""
ALARM_KINDS = ("input", "fault", "error")
"""What an alarm of the watch of models is of."""
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the ranges that times are counted in. [s]"""


HOMES = (1, 2, 4, 8, 16, 32, 64, 256, 1024)
"""Upper ends of the ranges that homes of a call are counted in."""
CALL_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.0)
"""The same of the time of a call of the model. [s]"""
REMOTE = ("answered", "failed", "late", "wrong", "other-version", "skipped")
"""What becomes of a question to the server of models; but for the first this process answers."""


class ModelMeters:
    """Counters of the model that one process serves."""

    def __init__(self) -> None:
        """Begin at nought."""
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()

        def told(name: str) -> tuple[str, str]:
            return name, METRICS[name]

        registry = self.registry
        self._info = Gauge(
            *told("ahorraluz_model_served_info"), ("model", "version", "number"), registry=registry
        )
        self._homes = Histogram(
            *told("ahorraluz_model_call_homes"), buckets=HOMES, registry=registry
        )
        self._seconds = Histogram(
            *told("ahorraluz_model_call_seconds"), buckets=CALL_SECONDS, registry=registry
        )
        self._swaps = Counter(*told("ahorraluz_model_swaps_total"), registry=registry)
        self._refused = Counter(*told("ahorraluz_model_refused_total"), registry=registry)
        self._remote = Counter(
            *told("ahorraluz_model_remote_total"), ("outcome",), registry=registry
        )
        for outcome in REMOTE:
            self._remote.labels(outcome)

    def serves(self, *, name: str, version: str, number: int) -> None:
        """Note which version is in use."""
        self._info.clear()
        self._info.labels(name, version, str(number)).set(1)

    def called(self, homes: int, seconds: float) -> None:
        """Count a call of the model."""
        self._homes.observe(homes)
        self._seconds.observe(seconds)

    def swapped(self) -> None:
        """Count that another version came into use."""
        self._swaps.inc()

    def refused(self) -> None:
        """Count a version that was refused."""
        self._refused.inc()

    def asked_remote(self, outcome: str) -> None:
        """Count a question to the server of models."""
        self._remote.labels(outcome).inc()

    def text(self) -> bytes:
        """Return everything in the text form of Prometheus."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


class LiveMeters:
    """Counters of one process that takes live readings in."""

    def __init__(self) -> None:
        """Begin at nought."""
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()

        def told(name: str) -> tuple[str, str]:
            return name, METRICS[name]

        registry = self.registry
        outcome = ("outcome",)
        self._messages = Counter(*told("ahorraluz_live_messages_total"), outcome, registry=registry)
        self._readings = Counter(*told("ahorraluz_live_readings_total"), outcome, registry=registry)
        self._lag = Histogram(
            *told("ahorraluz_live_lag_seconds"), buckets=SECONDS, registry=registry
        )
        self._waits = Counter(*told("ahorraluz_live_waits_total"), registry=registry)
        self._connected = Gauge(*told("ahorraluz_live_connected"), registry=registry)
        self._waiting = Gauge(*told("ahorraluz_live_waiting"), registry=registry)
        self._summed = Gauge(*told("ahorraluz_live_summed_seconds"), registry=registry)
        # From the beginning: what appears with its first count has no rate for a while.
        for each in OUTCOMES:
            self._messages.labels(each)
        for each in READINGS:
            self._readings.labels(each)

    def took(
        self,
        *,
        messages: int,
        refused: int,
        unknown: int,
        readings: Mapping[str, int],
        lag_s: float,
    ) -> None:
        """Count a batch that was kept."""
        self._messages.labels("refused").inc(refused)
        self._messages.labels("unknown").inc(unknown)
        self._messages.labels("read").inc(max(0, messages - refused - unknown))
        for outcome, count in readings.items():
            self._readings.labels(outcome).inc(count)
        self._lag.observe(lag_s)

    def waits(self) -> None:
        """Count a batch that has to wait."""
        self._waits.inc()

    def settled(self, *, connected: bool, waiting: int, summed_s: int) -> None:
        """Note whether the broker brings messages, how many wait, and until when sums are made."""
        self._connected.set(connected)
        self._waiting.set(waiting)
        self._summed.set(summed_s)

    def serve(self, port: int, *, host: str = "127.0.0.1") -> "WSGIServer":
        """Tell everything to who asks at an address; raises ``OSError`` where it is not free."""
        from prometheus_client import start_http_server

        server, _ = start_http_server(port, addr=host, registry=self.registry)
        return server

    def text(self) -> bytes:
        """Return everything in the text form of Prometheus."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)


class Meters:
    """Counters of one application; the package that keeps them is loaded with the first."""

    def __init__(self) -> None:
        """Begin at nought."""
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()

        def told(name: str) -> tuple[str, str]:
            return name, METRICS[name]

        labels = ("method", "route", "status")
        registry = self.registry
        self._requests = Counter(*told("ahorraluz_requests_total"), labels, registry=registry)
        self._seconds = Histogram(
            *told("ahorraluz_request_seconds"), ("route",), buckets=SECONDS, registry=registry
        )
        self._refused = Counter(*told("ahorraluz_refused_total"), ("reason",), registry=registry)
        self._accounts = Gauge(*told("ahorraluz_accounts"), ("role",), registry=registry)
        self._officer = Gauge(*told("ahorraluz_officer_threshold"), registry=registry)
        self._ready = Gauge(*told("ahorraluz_ready"), registry=registry)
        self._jobs = Gauge(*told("ahorraluz_jobs"), ("state",), registry=registry)
        self._bytes = Gauge(*told("ahorraluz_database_bytes"), registry=registry)
        self._duties = Gauge(
            *told("ahorraluz_duty_ended_seconds"), ("duty", "outcome"), registry=registry
        )
        for reason in REFUSED:
            self._refused.labels(reason)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def refused(self, reason: str) -> None:
        """Count a request that was not even read."""
        self._refused.labels(reason).inc()

    def there_are(self, accounts: Mapping[str, int], *, officer: int) -> None:
        """Note how many accounts there are, and from how many the law asks for an officer."""
        self._accounts.clear()
        for role, count in accounts.items():
            self._accounts.labels(role).set(count)
        self._officer.set(officer)

    def is_ready(self, *, ready: bool) -> None:
        """Note whether database and keys can be used."""
        self._ready.set(ready)

    def stands(
        self,
        *,
        jobs: Mapping[str, int],
        database_bytes: int,
        duties: Mapping[tuple[str, str], float],
    ) -> None:
        """Note what waits, how large the database is, and when duties were done.

        Parameters
        ----------
        jobs
            How many jobs there are in each state.
        database_bytes
            Size of the database. [B]
        duties
            When each was done last, by its name and what came of it. [s since 1970 UTC]
        """
        self._jobs.clear()
        for state, count in jobs.items():
            self._jobs.labels(state).set(count)
        self._bytes.set(database_bytes)
        self._duties.clear()
        for (duty, outcome), ended_s in duties.items():
            self._duties.labels(duty, outcome).set(ended_s)

    def text(self) -> bytes:
        """Return everything in the text form of Prometheus."""
        from prometheus_client import generate_latest

        return generate_latest(self.registry)
