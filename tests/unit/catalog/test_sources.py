"""Documents: each once, and read after they were published."""

from pathlib import Path

import pytest

from ahorraluz.catalog.sources import COLUMNS, load_sources
from ahorraluz.catalog.tables import CatalogError
from ahorraluz.core.history import Grade

HEADER = ",".join(COLUMNS) + "\n"


def write_sources(folder: Path, *rows: str) -> Path:
    (folder / "sources.csv").write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_every_shipped_document_was_read_after_it_was_published() -> None:
    sources = load_sources()

    assert all(s.published is None or s.published <= s.consulted for s in sources.values())


def test_the_users_document_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    folder = write_sources(tmp_path, "mine,My sheet,SEAL,,2026-11-04,2026-11-24,distributor")

    sources = load_sources(user_folder=folder)

    assert sources["mine"].grade is Grade.DISTRIBUTOR
    assert "ley-31429" in sources
    assert "mine" not in load_sources()


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        pytest.param(
            ("mine,My sheet,SEAL,,2026-11-25,2026-11-24,distributor",),
            "data-consulted-before-published",
            id="read before it was published",
        ),
        pytest.param(
            ("mine,A,SEAL,,,2026-11-24,press", "mine,B,SEAL,,,2026-11-24,press"),
            "data-duplicate",
            id="the same id twice",
        ),
        pytest.param(
            ("mine,A,SEAL,,,2026-11-24,rumour",), "data-value-unknown", id="an unknown grade"
        ),
        pytest.param(
            ("mine,A,SEAL,,2026-13-04,2026-11-24,press",),
            "data-not-a-date",
            id="a month that does not exist",
        ),
    ],
)
def test_a_wrong_document_is_refused(tmp_path: Path, rows: tuple[str, ...], code: str) -> None:
    folder = write_sources(tmp_path, *rows)

    with pytest.raises(CatalogError) as refused:
        load_sources(user_folder=folder)

    assert refused.value.issue.code == code
