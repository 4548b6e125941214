"""Every target of the fuzzing by its name: a function from bytes to nothing.

A target returns, whatever bytes it is given; what it raises is a finding. The same functions are
run over the corpus by ``make test``, by Hypothesis, and guided by coverage by ``make fuzz``.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from types import MappingProxyType

CORPUS = Path(__file__).parent / "corpus"
PLACES: Mapping[str, str] = MappingProxyType(
    {
        "recibo-pdf": "papers.recibo_pdf",
        "recibo-text": "papers.recibo_text",
        "receipt-json": "papers.receipt_json",
        "home-toml": "papers.home_toml",
        "price-sheet": "papers.price_sheet",
        "meter-file": "meters.meter_file",
        "meter-book": "meters.meter_book",
        "meter-archive": "meters.meter_archive",
        "fleet-homes": "tables.fleet_homes",
        "fleet-readings": "tables.fleet_readings",
        "tables-validated": "tables.validated",
        "client-table": "tables.client_table",
        "small-table": "tables.small_table",
        "payload": "messages.payload",
        "payload-map": "messages.mapped",
        "block": "stores.block",
        "key-ring": "stores.key_ring",
        "shelf-pointer": "stores.shelf_pointer",
        "model-card": "stores.model_card",
        "backup-part": "stores.backup_part",
        "address": "addresses.address",
        "header": "addresses.header",
        "variables": "addresses.variables",
        "what-if": "addresses.what_if",
        "api-body": "programs_asking.api_body",
        "api-query": "programs_asking.api_query",
        "page": "programs_asking.page",
        "tariff": "sums.tariff",
        "plan": "sums.plan",
    }
)
"""Where each target is: imported when it is asked for, so that one does not wait for the others."""


def target(name: str) -> Callable[[bytes], None]:
    """Return a target by its name."""
    module, _, function = PLACES[name].partition(".")
    found: Callable[[bytes], None] = getattr(import_module(f"tests.fuzz.{module}"), function)
    return found


def corpus(name: str) -> list[Path]:
    """Return the inputs that are kept of a target."""
    return sorted(path for path in (CORPUS / name).glob("*") if path.is_file())
