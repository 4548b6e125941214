"""Tables that say which group each home belongs to: ``household_id``, ``cohort``."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.files import read_limited

MAX_FILE_BYTES = 64 * 1024 * 1024
MAX_TEXT_BYTES = 256 * 1024 * 1024
"""Largest text taken, unpacked. [byte]"""
MAX_COHORTS = 50
"""More groups than that are ids, not groups."""
GZIP = b"\x1f\x8b"
DELIMITERS = (",", ";", "\t")
HOME_COLUMN = "household_id"
COHORT_COLUMN = "cohort"


class CohortError(AhorraLuzError):
    """A table that does not say which group each home belongs to."""


def read_cohorts(path: Path) -> Mapping[str, str]:
    """Return the group of each home.

    Parameters
    ----------
    path
        CSV or gzipped CSV with the columns ``household_id`` and ``cohort``, others beside them;
        rows without either are passed over.

    Raises
    ------
    FileReadError
        The file cannot be read.
    CohortError
        ``cohorts-unreadable``, ``cohorts-columns``, ``cohorts-empty``, ``cohort-twice``: a home
        has two groups, ``cohorts-too-many``.
    """
    text = _text(path)
    head = text.partition("\n")[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=max(DELIMITERS, key=head.count))
    try:
        names = {(name or "").strip().casefold(): name for name in reader.fieldnames or ()}
        if HOME_COLUMN not in names or COHORT_COLUMN not in names:
            shown = ", ".join(str(name)[:30] for name in list(names.values())[:8])
            raise CohortError("cohorts-columns", file=path.name, columns=shown)
        pairs = [(row[names[HOME_COLUMN]], row[names[COHORT_COLUMN]]) for row in reader]
    except csv.Error as error:
        raise CohortError("cohorts-unreadable", file=path.name) from error
    cohorts = cohorts_of(pairs)
    if not cohorts:
        raise CohortError("cohorts-empty", file=path.name)
    return cohorts


def cohorts_of(pairs: Iterable[tuple[str | None, str | None]]) -> Mapping[str, str]:
    """Return the group of each home from pairs of both, in which a home may come often.

    Raises
    ------
    CohortError
        ``cohort-twice``, ``cohorts-too-many``.
    """
    cohorts: dict[str, str] = {}
    for home_text, cohort_text in pairs:
        home, cohort = (home_text or "").strip(), (cohort_text or "").strip()
        if not home or not cohort:
            continue
        if cohorts.setdefault(home, cohort) != cohort:
            raise CohortError(
                "cohort-twice", home=home[:60], one=cohorts[home][:60], other=cohort[:60]
            )
    groups = len(set(cohorts.values()))
    if groups > MAX_COHORTS:
        raise CohortError("cohorts-too-many", cohorts=groups, limit=MAX_COHORTS)
    return cohorts


def _text(path: Path) -> str:
    data = read_limited(path, limit=MAX_FILE_BYTES)
    try:
        if data.startswith(GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
                data = packed.read(MAX_TEXT_BYTES + 1)
        if len(data) > MAX_TEXT_BYTES:
            raise CohortError("cohorts-unreadable", file=path.name)
        return data.decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise CohortError("cohorts-unreadable", file=path.name) from error
