"""The documents of the page that says how it is all worked out."""

from pathlib import Path

from ahorraluz.services.toolbox import open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.texts import open_texts
from ahorraluz.web.sources import source_groups

LONGEST = 125
"""Longest title that is still one. [characters]"""


def test_titles_are_names_of_documents_and_no_notes(tmp_path: Path) -> None:
    groups = source_groups(open_toolbox(Settings(data_dir=tmp_path)), open_texts("es"))

    titles = [source.title for group in groups for source in group.sources]
    assert len(titles) > 10
    assert [title for title in titles if ";" in title or len(title) > LONGEST] == []


def test_months_are_written_as_in_peru(tmp_path: Path) -> None:
    groups = source_groups(open_toolbox(Settings(data_dir=tmp_path)), open_texts("es"))

    titles = [source.title for group in groups for source in group.sources]
    assert [title for title in titles if "septiembre" in title] == []
