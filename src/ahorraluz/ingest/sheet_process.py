"""Reads a workbook from standard input and tells its cells as JSON lines, within bounds.

A process of its own, started by :mod:`.sheet_reader`: the library that reads sheets ends the
whole process where a file makes it ask for more memory than there is, which no caller can catch.

The first line tells the names of the sheets. Then comes, for each of the first ``MOST_SHEETS``,
a line with its name and the place of its first row, lines with rows, and ``true``, or ``false``
where it could not be read to its end.
"""

import contextlib
import datetime as dt
import io
import itertools
import json
import sys
from typing import Any

MOST_SHEETS = 60
MEMORY = 2 * 1024**3
"""Most memory of the process. [byte]"""
SECONDS = 60
"""Most time of a processor. [s]"""
MOST_CELLS = 8_000_000
"""Most cells of one sheet, empty ones included."""
MOST_TOLD = 384 * 1024**2
"""Longest answer. [byte]"""
ROWS_AT_ONCE = 500
PANIC = "PanicException"
"""A panic of the Rust library is no ``Exception``, and has no name to import."""


def told(cell: object) -> object:
    """Return a cell as JSON: texts and numbers as they are, all else as an object of one key."""
    match cell:
        case dt.datetime():
            return {"at": cell.isoformat()}
        case dt.date():
            return {"day": cell.isoformat()}
        case dt.time():
            return {"time": cell.isoformat()}
        case dt.timedelta():
            return {"us": cell // dt.timedelta(microseconds=1)}
        case str() | bool() | int() | float():
            return cell
    return None


def bound() -> None:
    """Take what is beyond the bounds away from this process, where the system can."""
    with contextlib.suppress(ImportError):
        import resource

        for kind, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, SECONDS),
            (resource.RLIMIT_CORE, 0),
        ):
            # A system may hold it lower already.
            with contextlib.suppress(ValueError, OSError):
                resource.setrlimit(kind, (most, most))


class Answer:
    """What is told, line by line, and no more of it than is bearable."""

    def __init__(self) -> None:
        self._left = MOST_TOLD

    def tell(self, value: object) -> None:
        """Write a line; raises ``OverflowError`` beyond the longest answer."""
        line = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._left -= len(line)
        if self._left < 0:
            raise OverflowError
        sys.stdout.buffer.write(line)

    def tell_sheet(self, sheet: Any) -> None:  # noqa: ANN401 - the reader of sheets has no types
        """Tell place and rows of a sheet; raises ``OverflowError`` where it spans too much."""
        if max(sheet.total_height, 1) * max(sheet.total_width, 1) > MOST_CELLS:
            raise OverflowError
        self.tell([sheet.name, int((sheet.start or (0, 0))[0])])
        rows = iter(sheet.iter_rows())
        while some := list(itertools.islice(rows, ROWS_AT_ONCE)):
            self.tell([[told(cell) for cell in row] for row in some])


def main() -> int:
    """Read and tell; a number other than nought says that it is no workbook."""
    bound()
    from python_calamine import CalamineError, CalamineWorkbook

    broken = (CalamineError, OSError, ValueError, LookupError, TypeError)
    answer = Answer()
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))
        names = list(book.sheet_names)
        answer.tell(names)
        for name in names[:MOST_SHEETS]:
            try:
                answer.tell_sheet(book.get_sheet_by_name(name))
            except broken:
                answer.tell(False)
            else:
                answer.tell(True)
        sys.stdout.buffer.flush()
    except (*broken, OverflowError):
        return 1
    except BaseException as error:
        if type(error).__name__ == PANIC:
            return 1
        raise
    return 0


if __name__ == "__main__":
    sys.exit(main())
