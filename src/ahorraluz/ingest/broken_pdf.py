"""What pypdf does with broken files, kept in one place: what it raises, and what it prints."""

import logging
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What pypdf lets through from broken files besides its own errors."""


@contextmanager
def silent_pypdf() -> Iterator[None]:
    """Keep pypdf's remarks on broken files off the screen."""
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
