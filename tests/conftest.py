"""What every test shares: how Hypothesis searches, a data folder of its own, the browser."""

import gc
import os
import shutil
from collections.abc import Generator, Iterator

import pytest
from hypothesis import settings
from tests.made_once import CHEAP_HASHER, hash_with, make_once

# A slow machine is no failure. In CI the examples are the same on every run, so that a red
# run says something about the change; at the desk they are new each time.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")


STORES = ("sqlite", "postgresql")
ON_POSTGRESQL = {"postgres_server", "postgres_url"}
"""Fixtures of who needs that server."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let tests be chosen by the database they keep things in."""
    said = "only tests with PostgreSQL, or all the others; without it, all"
    parser.addoption("--store", choices=STORES, help=said)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave off the tests of the store that was not asked for."""
    wanted = config.getoption("--store")
    if wanted is None:
        return
    ours = {item: STORES[_asks_postgresql(item)] == wanted for item in items}
    config.hook.pytest_deselected(items=[item for item in items if not ours[item]])
    items[:] = [item for item in items if ours[item]]


def _asks_postgresql(item: pytest.Item) -> bool:
    call = getattr(item, "callspec", None)
    said = () if call is None else call.params.values()
    return "postgresql" in said or not ON_POSTGRESQL.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect without looking for garbage: what is collected stays to the end."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


@pytest.fixture(scope="session")
def printer() -> None:
    """Pass a test by where no PDF can be made."""
    from ahorraluz.services.households.printing import PrintError, pdf_of

    try:
        pdf_of("<p>Hola</p>")
    except PrintError:
        pytest.skip("no Pango on this machine")


BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first one that is there; the shell shows the same pages without the windows around them,
which cost more than the pages."""


@pytest.fixture(scope="session", autouse=True)
def user_folders_apart(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what a person imported or configured on this machine out of the tests."""
    folder = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(folder / name.lower()))
        for name in [name for name in os.environ if name.startswith("AHORRALUZ_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def made_once() -> Iterator[None]:
    """Make once for this process what would come out the same, and hash at little cost."""
    with pytest.MonkeyPatch.context() as patch:
        make_once(patch)
        hash_with(CHEAP_HASHER, patch)
        yield


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Return the path of Chromium; tests that need it are skipped where there is none."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path:
            return path
    pytest.skip("no Chromium on this machine")
