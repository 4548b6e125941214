"""Tools whose figures are those that come with the program."""

import pytest

from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings


@pytest.fixture(scope="package")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    """Return tools over an empty data folder."""
    return open_toolbox(Settings(data_dir=tmp_path_factory.mktemp("data")))
