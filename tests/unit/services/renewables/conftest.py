"""Tools with a folder of their own, the texts, and a proposal as a provider writes it."""

from pathlib import Path

import pytest

from ahorraluz.services.toolbox import Toolbox, open_toolbox
from ahorraluz.settings import Settings
from ahorraluz.texts import Texts, open_texts

PROPOSAL = """
name = "Terma de prueba 150 L"
kind = "product"
technologies = ["solar-water-heater"]
departments = ["puno"]
web = "https://example.org/terma"
price = 1890.50
size = 150
size_unit = "L"
provider = "Calor Altiplano"
source = "https://example.org/precios"
source_date = 2026-11-01
"""
"""Invented."""


@pytest.fixture
def tools(tmp_path: Path) -> Toolbox:
    return open_toolbox(Settings(data_dir=tmp_path))


@pytest.fixture(scope="session")
def texts() -> Texts:
    return open_texts("es")


@pytest.fixture
def proposal(tmp_path: Path) -> Path:
    path = tmp_path / "proposal.toml"
    path.write_text(PROPOSAL, encoding="utf-8")
    return path
