"""Commands of the documentation that need more: run where `make spark` put it."""

from pathlib import Path

import pytest
from tests.doc_commands.blocks import pages
from tests.doc_commands.running import Runner, needing

pytest.importorskip("pyspark", reason="make spark")
pytestmark = [pytest.mark.integration, pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("page", [page for page in pages() if needing("pyspark", page)])
def test_commands_that_need_it_do_what_their_page_says(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Runner(tmp_path, patch=monkeypatch).faults(page, need="pyspark")

    if found:
        pytest.fail("\n".join(found), pytrace=False)
