"""Files of tables of many homes, as all their readers take them: kinds, headers, text, ids.

One place for both ways to read such a table: by batches to count with it, and cell by cell to say
what is wrong with it. What one takes the other takes, and what one refuses the other does.
"""

import codecs
import zlib
from importlib import import_module
from pathlib import Path
from typing import Any

ENDS = (".parquet", ".csv", ".csv.gz")
DELIMITERS = (",", ";", "\t")
GZIP, PARQUET = b"\x1f\x8b", b"PAR1"
LONGEST_HEADER = 65_536
"""Longest first line. [byte]"""
CHUNK = 1 << 20
NO_ID = ("nan", "NaN", "NAN")
"""What programs write where they know no home: two homes of that name would be one."""


def files_in(folder: Path) -> tuple[Path, ...]:
    """Return the files of a table that is a folder, those of folders in it too, by their names."""
    found = (path for path in folder.rglob("*") if path.name.endswith(ENDS) and path.is_file())
    return tuple(sorted(path for path in found if path.name[0] not in "._"))


def is_parquet(file: Path) -> bool:
    """Tell whether a file is Parquet, by its content."""
    with file.open("rb") as opened:
        return opened.read(len(PARQUET)) == PARQUET


def text_stream(file: Path) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Return the bytes of a CSV, unpacked where it is gzip by its content."""
    with file.open("rb") as opened:
        packed = opened.read(len(GZIP)) == GZIP
    return import_module("pyarrow").input_stream(str(file), compression="gzip" if packed else None)


def header_of(file: Path) -> tuple[list[str], str]:
    """Return the names of the columns of a CSV as they stand, and what parts them.

    Raises
    ------
    UnicodeDecodeError
        The first line is not UTF-8.
    """
    with text_stream(file) as stream:
        head = bytes(stream.read(LONGEST_HEADER)).removeprefix(codecs.BOM_UTF8)
    line = head.partition(b"\n")[0].decode("utf-8").strip()
    delimiter = max(DELIMITERS, key=line.count)
    return line.split(delimiter), delimiter


def bare(column: str) -> str:
    """Return a name of a column as it is compared."""
    return column.strip().strip('"').strip().casefold()


def is_utf8(file: Path) -> bool:
    """Tell whether a table can be text in UTF-8 to its last byte; Parquet says so by itself.

    A byte of another encoding may stand in the last row of millions: it is looked for before
    anything is written. What cannot be unpacked is for whoever reads it to say.
    """
    if is_parquet(file):
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    arrow = import_module("pyarrow")
    try:
        with text_stream(file) as stream:
            while chunk := stream.read(CHUNK):
                decoder.decode(bytes(chunk))
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    except (arrow.ArrowException, OSError, EOFError, zlib.error):
        return True
    return True
