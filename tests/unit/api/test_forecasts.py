"""The hours ahead of series that programs bring: one, many, and those that cannot be told."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.programs import Program, World, readings
from tests.unit.learning.shelved_models import trained

from ahorraluz.api.door import Limits
from ahorraluz.api.forecast_models import MOST_IN_BATCH
from ahorraluz.learning import shelf
from ahorraluz.learning.served import Serving
from ahorraluz.security.scopes import Scope
from ahorraluz.security.throttle import Throttle
from ahorraluz.services import forecast_series
from ahorraluz.services.forecast_series import MOST_HOURS, MOST_SERIES

pytest.importorskip("ai_edge_litert", reason="LiteRT is not made for every system")

DAY = [0.1] * 18 + [0.5] * 4 + [0.2] * 2
SERIES: dict[str, Any] = {"id": "casa-1", "kwh": DAY * 30, "origin": "2026-11-24"}


def told(program: Program, body: object) -> Any:
    response = program.post("/forecasts", json=body)
    assert response.status_code == 200, response.text
    return response.json


def in_batch(program: Program, *series: object) -> list[Any]:
    found: list[Any] = told(program, {"series": list(series)})["forecasts"]
    return found


def code_of(problem: Any) -> str:
    return str(problem["issues"][0]["code"])


def test_one_series_is_told_hour_by_hour(owner: Program) -> None:
    answer = told(owner, {**SERIES, "hours": 48})

    (found,) = answer["forecasts"]
    assert (answer["model"], answer["number"], answer["served_by"]) == (
        "day-mixer",
        0,
        "in-process",
    )
    assert (found["id"], found["as_of"], found["days_seen"]) == ("casa-1", "2026-11-24", 28)
    assert len(found["hours"]) == 48
    assert found["hours"][0]["start"] == "2026-11-24T00:00:00-05:00"
    assert all(0 <= hour["q10"] <= hour["q50"] <= hour["q90"] for hour in found["hours"])
    assert found["kwh"] == pytest.approx(2 * sum(DAY), rel=0.2)
    assert found["hours"][20]["mean"] > 2 * found["hours"][3]["mean"]


def test_many_are_told_as_each_by_itself_in_one_call(owner: Program, world: World) -> None:
    series = [
        {"id": str(number), "kwh": [value * (1 + number) for value in DAY] * (3 + 20 * number)}
        for number in range(4)
    ]
    alone = [told(owner, each)["forecasts"][0] for each in series]
    meters = world.tools.serving.meters.registry
    before = meters.get_sample_value("ahorraluz_model_call_homes_count") or 0

    together = in_batch(owner, *series)

    assert together == alone
    assert meters.get_sample_value("ahorraluz_model_call_homes_count") == before + 1


def test_very_many_windows_are_told_in_parts_as_each_by_itself(
    owner: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = ("America/Lima", "Europe/Madrid", "America/Lima")
    series = [{"kwh": DAY * (20 + 10 * n), "zone": zone} for n, zone in enumerate(zones)]
    together = in_batch(owner, *series)
    monkeypatch.setattr(forecast_series, "MOST_WINDOWS", 20)

    assert in_batch(owner, *series) == together


def test_each_series_has_the_clock_and_holidays_of_its_zone(owner: Program) -> None:
    lima, madrid = (
        {**SERIES, "origin": "2026-10-25", "zone": zone, "hours": 24}
        for zone in ("America/Lima", "Europe/Madrid")
    )

    first, second = in_batch(owner, lima, madrid)

    assert len(first["hours"]) == 24
    # The clock goes back that night: one hour comes twice.
    assert len(second["hours"]) == 25
    assert second["hours"][0]["start"] == "2026-10-25T00:00:00+02:00"


def test_a_recibo_alone_and_facts_are_enough(owner: Program) -> None:
    bare = {"recibo_kwh_day": 6.0, "hours": 168, "facts": {"people": 4, "electric_water": True}}

    (found,) = in_batch(owner, bare)

    assert found["days_seen"] == 0
    assert found["as_of"] == "2026-11-24"
    assert found["kwh"] == pytest.approx(42, rel=0.3)


def test_hours_that_were_not_measured_are_null(owner: Program) -> None:
    holes = [value if place % 5 else None for place, value in enumerate(DAY * 30)]

    (found,) = in_batch(owner, {"kwh": holes})

    assert found["kwh"] == pytest.approx(sum(DAY), rel=0.3)


def test_a_kept_home_is_told_as_by_its_own_address(owner: Program) -> None:
    home = owner.home()
    sent = owner.post(
        f"/homes/{home}/readings", data=readings(24 * 70), content_type="application/x-ndjson"
    )
    assert sent.status_code == 200
    own = owner.get(f"/homes/{home}/forecast?hours=24").json["hours"]  # type: ignore[index]

    (found,) = in_batch(owner, {"home": home, "hours": 24})

    assert found["as_of"] == own["as_of"]
    assert [hour["q90"] for hour in found["hours"]] == [hour["q90"] for hour in own["hours"]]
    assert [hour["mean"] for hour in found["hours"]] == [hour["mean"] for hour in own["hours"]]


def test_a_kept_home_without_readings_is_told_by_its_recibo(owner: Program) -> None:
    home = owner.home()

    (found,) = in_batch(owner, {"home": home})

    assert found["days_seen"] == 0
    assert found["kwh"] > 0


def test_the_home_of_somebody_else_is_not_there(owner: Program, stranger: Program) -> None:
    home = owner.home()

    alone = stranger.post("/forecasts", json={"home": home})
    among, good = in_batch(stranger, {"id": "a", "home": home}, SERIES)

    assert (alone.status_code, code_of(alone.json)) == (422, "series-home-unknown")
    assert (among["id"], code_of(among["problem"])) == ("a", "series-home-unknown")
    assert good["id"] == "casa-1"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param({"kwh": []}, "series-empty", id="empty"),
        pytest.param({}, "series-empty", id="nothing at all"),
        pytest.param({"kwh": [None] * 48}, "forecast-nothing-known", id="nothing measured"),
        pytest.param({"kwh": [0.1, -0.1]}, "series-kwh-impossible", id="below nought"),
        pytest.param({"kwh": [0.1, 1e9]}, "series-kwh-impossible", id="too much"),
        pytest.param({"kwh": [0.1] * (MOST_HOURS + 1)}, "series-hours-many", id="too long"),
        pytest.param({"kwh": DAY, "zone": "America/Atlantis"}, "series-zone-unknown", id="zone"),
        pytest.param({"kwh": DAY, "zone": "../etc/passwd"}, "series-zone-unknown", id="a path"),
        pytest.param({"kwh": DAY, "origin": "1815-06-18"}, "series-origin-far", id="long ago"),
        pytest.param({"kwh": DAY, "origin": "9999-12-31"}, "series-origin-far", id="far ahead"),
        pytest.param({"kwh": DAY, "home": "casa"}, "series-of-two", id="two sources"),
    ],
)
def test_a_fault_stands_in_the_place_of_its_series(
    owner: Program, wrong: dict[str, Any], code: str
) -> None:
    if "home" in wrong:
        wrong = {**wrong, "home": owner.home()}

    first, bad, last = in_batch(owner, SERIES, {"id": "bad", **wrong}, SERIES)
    alone = owner.post("/forecasts", json={"id": "bad", **wrong})

    assert bad["id"] == "bad"
    assert code_of(bad["problem"]) == code_of(alone.json) == code
    assert bad["problem"]["status"] == alone.status_code == 422
    assert first == last
    assert "problem" not in first


@pytest.mark.parametrize(
    "body",
    [
        pytest.param('{"kwh": [NaN]}', id="NaN"),
        pytest.param('{"kwh": [Infinity]}', id="infinity"),
        pytest.param('{"kwh": ["0.1"]}', id="a text"),
        pytest.param('{"kwh": [true]}', id="a truth"),
        pytest.param('{"kwh": 0.1}', id="no list"),
        pytest.param('{"kwh": [0.1], "hours": 169}', id="too many hours"),
        pytest.param('{"kwh": [0.1], "hours": 0}', id="no hours"),
        pytest.param('{"kwh": [0.1], "surprise": 1}', id="an unknown field"),
        pytest.param('{"kwh": [0.1], "origin": "24/11/2026"}', id="another form of day"),
        pytest.param('{"series": []}', id="no series"),
        pytest.param('{"series": [1]}', id="a series that is none"),
        pytest.param('{"series": [{"kwh": [NaN]}, {"kwh": [0.1]}]}', id="NaN among many"),
        pytest.param("[]", id="a bare list"),
        pytest.param("null", id="null"),
        pytest.param("{", id="half JSON"),
    ],
)
def test_a_body_of_another_form_is_refused_whole(owner: Program, body: str) -> None:
    response = owner.post("/forecasts", data=body, content_type="application/json")

    assert response.status_code == 400
    assert response.content_type == "application/problem+json"


def test_no_more_series_than_a_hundred(owner: Program) -> None:
    short = {"recibo_kwh_day": 5, "hours": 1}

    full = owner.post("/forecasts", json={"series": [short] * MOST_IN_BATCH})
    more = owner.post("/forecasts", json={"series": [short] * (MOST_IN_BATCH + 1)})

    assert MOST_IN_BATCH == MOST_SERIES
    assert full.status_code == 200
    assert more.status_code == 400


def test_more_than_ten_kept_homes_are_too_many(owner: Program) -> None:
    home = owner.home()

    found = in_batch(owner, *[{"home": home}] * 11)

    assert [code_of(each["problem"]) for each in found if "problem" in each] == [
        "series-homes-too-many"
    ]


def test_a_large_batch_counts_as_several_requests(make: Callable[..., World]) -> None:
    limits = Limits(programs=Throttle(burst=5, pages_a_second=0.001))
    world = make(limits=limits)
    program = world.program(world.key(world.join()))
    short = {"recibo_kwh_day": 5, "hours": 1}

    statuses = [
        program.post("/forecasts", json={"series": [short] * count}).status_code for count in (6, 6)
    ]

    assert statuses == [200, 429]


def test_a_key_without_the_scope_gets_nothing(world: World) -> None:
    program = world.program(world.key(world.join(), scopes=[Scope.HOMES_READ]))

    assert program.post("/forecasts", json=SERIES).status_code == 403
    assert world.program().post("/forecasts", json=SERIES).status_code == 401


def test_the_same_question_has_the_same_answer_and_keeps_nothing(owner: Program) -> None:
    assert told(owner, SERIES) == told(owner, SERIES)
    assert owner.get("/homes").json == {"homes": [], "next": None}


def test_anybody_may_see_which_model_is_in_use(world: World) -> None:
    first = world.program().get("/forecasts")
    again = world.program().get("/forecasts", headers={"If-None-Match": first.headers["ETag"]})

    assert first.json["model"] == "day-mixer"  # type: ignore[index]
    assert first.json["horizon_hours"] == 168  # type: ignore[index]
    assert again.status_code == 304


def test_answers_come_from_the_new_model_once_it_is_champion(make: Callable[..., World]) -> None:
    world = make()
    program = world.program(world.key(world.join()))
    world.tools.__dict__["serving"] = Serving(
        shelf=world.tools.settings.data_dir / shelf.FOLDER, look_s=0
    )
    before = told(program, SERIES)
    source = world.tools.settings.data_dir / "trained"
    version = trained(source, lift=0.3, network=False)
    shelf.publish(
        source, world.tools.settings.data_dir / shelf.FOLDER, name="day-mixer", version=version
    )

    after = told(program, SERIES)

    assert (after["version"], after["number"]) == (version, 1)
    assert before["version"] != version
    assert before["forecasts"] != after["forecasts"]
    assert program.get("/forecasts").json["number"] == 1  # type: ignore[index]


def test_counters_of_the_model_are_told(world: World, owner: Program) -> None:
    told(owner, SERIES)

    text = world.app.test_client().get("/metrics", base_url="http://localhost").text

    assert 'ahorraluz_model_served_info{model="day-mixer",number="0"' in text
    assert "ahorraluz_model_call_homes_count" in text


def test_as_much_as_may_be_sent_is_taken(owner: Program) -> None:
    full = {"series": [{"kwh": [0.123] * 2_000, "hours": 1}] * 20}
    body = json.dumps(full)
    assert len(body) > 64 * 1024

    response = owner.post("/forecasts", data=body, content_type="application/json")

    assert response.status_code == 200
    means = [each["hours"][0]["mean"] for each in response.json["forecasts"]]  # type: ignore[index]
    assert np.allclose(means, 0.123, rtol=0.2)
