"""The log of the program: one line per record, without secrets and without whom it is about."""

import logging
import re
import traceback
from datetime import UTC, datetime
from typing import TextIO

from typing_extensions import override

LOGGER = "ahorraluz"
MASK = "***"

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
        if record.exc_info and record.exc_info[1] is not None:
            parts.append(_exception(record.exc_info[1]))
        return (
            f"{moment:%Y-%m-%dT%H:%M:%SZ} {record.levelname} {record.name} "
            f"{without_secrets(' '.join(parts))}"
        )


def start_logging(stream: TextIO, *, level: int = logging.WARNING) -> logging.Logger:
    """Send the log of the program to ``stream``; called again, it only moves it there."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter())
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
