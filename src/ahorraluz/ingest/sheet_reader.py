"""The reader of spreadsheets, behind one guard: whatever it raises is an error of ours."""

import io
from collections.abc import Callable
from typing import Any, TypeVar

from ahorraluz.core.issues import AhorraLuzError

T = TypeVar("T")
PANIC = "PanicException"
"""A panic of the Rust library is no ``Exception``, and has no name to import."""


def open_book(data: bytes, *, broken: Callable[[], AhorraLuzError]) -> Any:  # noqa: ANN401
    """Return the open workbook of some bytes; the library has no base class to name.

    Parameters
    ----------
    data
        XLSX, XLS or ODS, after a look at how large it would get.
    broken
        Makes the error of a workbook that cannot be read.
    """
    from python_calamine import CalamineWorkbook

    return guarded(lambda: CalamineWorkbook.from_filelike(io.BytesIO(data)), broken=broken)


def guarded(read: Callable[[], T], *, broken: Callable[[], AhorraLuzError]) -> T:
    """Return what a call into the reader gives; whatever it raises is one error of ours."""
    from python_calamine import CalamineError

    try:
        return read()
    except (CalamineError, OSError, ValueError, LookupError, TypeError) as error:
        raise broken() from error
    except BaseException as error:
        if type(error).__name__ == PANIC:
            raise broken() from error
        raise
