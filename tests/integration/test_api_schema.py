"""The API held against its own document: Schemathesis, every check, some thousands of requests."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from tests.programs import World, make_world, readings, served

EXAMPLES = int(os.environ.get("AHORRALUZ_TEST_API_EXAMPLES", "12"))
"""Random requests for each operation, beside those that walk its parameters; more finds more."""
CHAINS = 40
"""Requests that follow from each other: make, read, change, delete, read again."""
LEAST_CASES = 2_000
ACCEPTED = ["2xx", "401", "403", "404", "409", "412", "422"]
"""How a request of the described form may end: done, or refused for what it asks (422), never
for its form (400)."""
REFUSED = ["400", "401", "403", "404", "405", "409", "412", "413", "414", "415", "422", "428"]


OF_HOMES = (
    "showHome",
    "replaceHome",
    "showBill",
    "showAudit",
    "showPlan",
    "tryPlan",
    "showForecast",
    "showPrices",
    "showUsage",
    "compareTariffs",
    "sendReadings",
    "showLive",
    "showLiveSeries",
    "exportReadings",
    "listImports",
    "listSteps",
    "promiseStep",
    "takeStep",
)
"""Operations that are asked of a home that is there; it is not theirs to delete."""
LIFE_OF_A_HOME = ("keepHome", "showHome", "listHomes", "deleteHome", "showBill", "showPlan")
OF_ANSWERS = ("auditBill", "forecastMonths", "makePlan", "replaceHome", "tryPlan")
"""Operations whose body is that of `explainBill`, which is walked field by field."""
ONLY_RANDOM = {"phases": {"coverage": {"enabled": False}}}


@schemathesis.serializer("application/x-ndjson", "text/csv", "application/gzip")
def as_it_is(_: schemathesis.SerializationContext, value: object) -> bytes:
    """Return text as the bytes it is."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


@dataclass
class Run:
    """What a run of the engine came to."""

    cases: int = 0
    by_check: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def take(self, event: events.EngineEvent) -> None:
        """Take in what the engine reports."""
        if isinstance(event, events.NonFatalError):
            self.wrong.append(f"{event.label}: {event.info.format()}")
        if isinstance(event, events.FatalError):
            raise event.exception
        if not isinstance(event, events.ScenarioFinished):
            return
        self.cases += len(event.recorder.cases)
        for interaction in event.recorder.interactions.values():
            if interaction.response is not None:
                self.statuses[interaction.response.status_code] += 1
        for checks in event.recorder.checks.values():
            for check in checks:
                self.by_check[check.name] += 1
                if check.failure_info is not None:
                    failure = check.failure_info
                    self.wrong.append(
                        f"{event.label}: {failure.failure.title} {failure.failure.message}\n"
                        f"{failure.code_sample}"
                    )


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Return an application with a home that has readings."""
    return make_world(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    """Return the address of the application, served as in production."""
    with served(world) as found:
        yield found


def run(address: str, config: dict[str, Any], *, only: Sequence[str] = ()) -> Run:
    found = Run()
    schema = schemathesis.openapi.from_url(
        f"{address}/api/v1/openapi.json?lang=en", config=SchemathesisConfig.from_dict(config)
    )
    chosen = schema.include(operation_id=list(only)) if only else schema
    for event in from_schema(chosen).execute():
        found.take(event)
    return found


def configured(key: str, *, examples: int = EXAMPLES, **more: Any) -> dict[str, Any]:
    return {
        "generation": {"max-examples": examples, "deterministic": True, "database": "none"},
        "auth": {"openapi": {"token": {"bearer": key}}},
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ACCEPTED},
            "missing_required_header": {"expected-statuses": REFUSED},
            "negative_data_rejection": {"expected-statuses": REFUSED},
        },
        **more,
    }


def test_every_answer_is_as_the_document_says(world: World, address: str) -> None:
    key = world.key(world.join())
    program = world.program(key)
    home = program.home()
    sent = program.post(
        f"/homes/{home}/readings", data=readings(24 * 70), content_type="application/x-ndjson"
    )
    assert sent.status_code == 200
    kept = {"parameters": {"path.home": home}}

    found = run(
        address,
        configured(
            key,
            phases={"stateful": {"enabled": False}},
            operations=[
                {
                    "include-operation-id": name,
                    **(kept if name in OF_HOMES else {}),
                    **(ONLY_RANDOM if name in OF_ANSWERS else {}),
                }
                for name in {*OF_HOMES, *OF_ANSWERS}
            ],
        ),
    )

    assert found.wrong == [], "\n".join(found.wrong)
    assert found.cases >= LEAST_CASES
    assert {status for status in found.statuses if status >= 500} == set()
    assert {200, 201, 204, 400, 401, 404, 405, 409, 415, 422} <= set(found.statuses)


def test_what_was_made_is_there_until_it_is_deleted(world: World, address: str) -> None:
    key = world.key(world.join())
    others = ("examples", "coverage", "fuzzing")
    phases = {name: {"enabled": False} for name in others}

    found = run(
        address,
        configured(
            key,
            examples=CHAINS,
            phases={**phases, "stateful": {"enabled": True, "max-steps": 6}},
        ),
        only=LIFE_OF_A_HOME,
    )

    assert found.wrong == [], "\n".join(found.wrong)
    assert found.statuses[201] > 0
    assert found.statuses[204] > 0
    assert {status for status in found.statuses if status >= 500} == set()
