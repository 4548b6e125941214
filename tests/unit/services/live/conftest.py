"""A home whose people are told what happens in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.told_people import Told, make_told


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    made = make_told(tmp_path)
    made.wishes(ways=[made.way()])
    made.clock.go_on(minutes=1)
    yield made
    made.service.tools.store.close()
