"""An application that programs ask."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.programs import Program, World, make_world


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return an application that the tests share; each has people and homes of its own."""
    return make_world(tmp_path_factory.mktemp("programs"))


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., World]:
    """Return a maker of applications with limits and settings of their own."""

    def made(**changes: Any) -> World:
        return make_world(tmp_path, **changes)

    return made


@pytest.fixture
def owner(world: World) -> Program:
    """Return a program of somebody with every scope."""
    return world.program(world.key(world.join()))


@pytest.fixture
def stranger(world: World) -> Program:
    """Return a program of somebody else with every scope."""
    return world.program(world.key(world.join()))
