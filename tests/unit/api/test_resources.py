"""What the resources of the API answer."""

import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from tests.programs import ANSWERS, Program, World, readings

from ahorraluz.api.names import NAMES, answers_model, answers_of, pairs_of
from ahorraluz.services.inquiries.fields import BY_NAME, BY_PREFIX

NDJSON = "application/x-ndjson"


def test_every_field_of_the_pages_has_a_name_in_the_api() -> None:
    known = {*NAMES, "n", "hd", "w", "ly", "mi", "sd", "on", "x", "pc"}

    assert {*BY_NAME, *BY_PREFIX} == known


def test_answers_come_back_as_they_were_said() -> None:
    said = {
        **ANSWERS,
        "earlier_kwh": [150.5, 149],
        "fise_voucher": False,
        "costs": {"cost-fan": 80.5},
    }

    pairs = pairs_of(answers_model().model_validate_json(json.dumps(said)))

    assert answers_of(pairs) == said


def test_a_home_is_kept_read_changed_and_deleted(owner: Program) -> None:
    made = owner.post("/homes", json={"answers": ANSWERS, "label": " Casa  de  Rosa "})
    home = made.json["id"]  # type: ignore[index]
    read = owner.get(f"/homes/{home}")
    match = {"If-Match": read.headers["ETag"]}

    changed = owner.ask(
        "PUT",
        f"/homes/{home}",
        json={"answers": {**ANSWERS, "kwh": 90}, "choices": {"shorter-showers": "later"}},
        headers=match,
    )
    late = owner.ask("PUT", f"/homes/{home}", json={"answers": ANSWERS}, headers=match)
    deleted = owner.ask("DELETE", f"/homes/{home}")

    assert made.headers["Location"] == f"/api/v1/homes/{home}"
    assert read.json["label"] == "Casa de Rosa"  # type: ignore[index]
    assert read.json["answers"] == ANSWERS  # type: ignore[index]
    assert changed.json["answers"]["kwh"] == 90  # type: ignore[index]
    assert changed.json["choices"] == {"shorter-showers": "later"}  # type: ignore[index]
    assert late.status_code == 412
    assert deleted.status_code == 204
    assert owner.get(f"/homes/{home}").status_code == 404


def test_a_home_that_is_read_again_is_not_sent_again(owner: Program) -> None:
    home = owner.home()
    first = owner.get(f"/homes/{home}/bill")

    again = owner.get(f"/homes/{home}/bill", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""


def test_what_cannot_be_is_refused_before_anything_is_kept(owner: Program) -> None:
    wrong = {"answers": {**ANSWERS, "kwh": 180.12345}, "choices": {"dance": "no"}}

    response = owner.post("/homes", json=wrong)

    issue = response.json["issues"][0]  # type: ignore[index]
    assert response.status_code == 422
    assert issue["field"] == "kwh"
    assert owner.post("/homes", json={**wrong, "answers": ANSWERS}).status_code == 422
    assert owner.get("/homes").json == {"homes": [], "next": None}


def test_homes_come_page_by_page(owner: Program) -> None:
    homes = [owner.home() for _ in range(5)]

    found, path = [], "/homes?limit=2&lang=en"
    while path:
        response = owner.get(path)
        found += [one["id"] for one in response.json["homes"]]  # type: ignore[index]
        link = response.headers.get("Link", "")
        path = link.partition("</api/v1")[2].partition(">")[0]

    assert sorted(found) == sorted(homes)
    assert owner.get("/homes?cursor=nobody").status_code == 422


def test_a_request_with_a_key_of_its_own_is_done_once(owner: Program) -> None:
    headers, body = {"Idempotency-Key": "pedido-1"}, {"answers": ANSWERS}

    first, again = (owner.post("/homes", json=body, headers=headers) for _ in range(2))
    other = owner.post("/homes", json={"answers": {"kwh": 1}}, headers=headers)

    assert first.json == again.json
    assert (first.headers["ETag"], first.headers["Location"]) == (
        again.headers["ETag"],
        again.headers["Location"],
    )
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 409
    assert len(owner.get("/homes").json["homes"]) == 1  # type: ignore[index]


def test_a_refused_request_gives_its_key_back(owner: Program) -> None:
    headers = {"Idempotency-Key": "pedido-2"}

    refused = owner.post("/homes", json={"answers": {"kwh": 1.23456}}, headers=headers)
    mended = owner.post("/homes", json={"answers": {"kwh": 1.2}}, headers=headers)

    assert (refused.status_code, mended.status_code) == (422, 201)


def test_the_same_request_twice_at_once_is_done_once(world: World, owner: Program) -> None:
    def send(_: int) -> int:
        program = world.program(owner.key)
        headers = {"Idempotency-Key": "pedido-3"}
        return program.post("/homes", json={"answers": ANSWERS}, headers=headers).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(send, range(8)))

    assert set(answers) <= {201, 409}
    assert len(owner.get("/homes").json["homes"]) == 1  # type: ignore[index]


def test_the_answer_to_a_repeated_request_goes_with_its_home(owner: Program) -> None:
    headers, body = {"Idempotency-Key": "pedido-4"}, {"answers": ANSWERS}
    home = owner.post("/homes", json=body, headers=headers).json["id"]  # type: ignore[index]
    owner.ask("DELETE", f"/homes/{home}")

    response = owner.post("/homes", json=body, headers=headers)

    assert response.status_code == 409
    assert response.json["issues"][0]["code"] == "once-gone"  # type: ignore[index]


def test_the_plan_follows_the_wishes_and_what_if(owner: Program) -> None:
    home = owner.home()

    plain = owner.get(f"/homes/{home}/plan").json
    costly = owner.get(f"/homes/{home}/plan?budget=3000&objective=npv&effort=low").json
    less = owner.post(f"/homes/{home}/plan", json={"answers": {"kwh": 90}}).json

    assert plain is not None
    assert costly is not None
    assert less is not None
    assert costly["budget"] == "3000.00"
    assert less["bill"]["total"] != plain["bill"]["total"]
    assert owner.get(f"/homes/{home}").json["answers"]["kwh"] == 180  # type: ignore[index]


def test_a_stranger_is_answered_and_nothing_is_kept(world: World) -> None:
    program = world.program()
    body = {"answers": {**ANSWERS, "price": 0.6403, "energy_charge": 115.25, "fixed_charge": 2.25}}

    answers = {
        path: program.post(path, json=body) for path in ("/bill", "/plan", "/forecast", "/audit")
    }

    assert {path: r.status_code for path, r in answers.items()} == dict.fromkeys(answers, 200)
    assert answers["/bill"].json["schema"] == "ahorraluz.bill.1"  # type: ignore[index]


@pytest.mark.parametrize(
    ("content", "kind", "encoding"),
    [
        (readings(48).encode(), NDJSON, None),
        (gzip.compress(readings(48).encode()), NDJSON, "gzip"),
        (gzip.compress(readings(48).encode()), "application/gzip", None),
        (
            b"start,end,kwh\n2026-09-01T05:00:00Z,2026-09-01T06:00:00Z,0.15\n"
            b"2026-09-01T06:00:00Z,2026-09-01T07:00:00Z,0.20\n",
            "text/csv",
            None,
        ),
    ],
)
def test_readings_are_taken_in_and_handed_out(
    owner: Program, content: bytes, kind: str, encoding: str | None
) -> None:
    home = owner.home()
    path, headers = f"/homes/{home}/readings", {"Content-Encoding": encoding} if encoding else {}

    sent = owner.post(path, data=content, content_type=kind, headers=headers)
    again = owner.post(path, data=content, content_type=kind, headers=headers)
    rows = [json.loads(line) for line in owner.get(f"{path}?format=ndjson").text.splitlines()]
    back = owner.post(path, data=owner.get(path).data, content_type="text/csv")

    assert sent.status_code == 200, sent.text
    assert sent.json["added"] == len(rows)  # type: ignore[index]
    assert again.json["outcome"] == "unchanged"  # type: ignore[index]
    assert rows[0]["start"] == "2026-09-01T05:00:00Z"
    assert rows[0]["kwh"] == 0.15
    assert back.json["added"] == 0  # type: ignore[index]


def test_some_days_of_the_readings_are_local_days(owner: Program) -> None:
    home = owner.home()
    path = f"/homes/{home}/readings"
    owner.post(path, data=readings(72), content_type=NDJSON)

    day = owner.get(f"{path}?format=ndjson&since=2026-09-02&until=2026-09-03").text.splitlines()
    none = owner.get(f"{path}?since=2027-01-01")

    assert len(day) == 24
    assert json.loads(day[0])["start"] == "2026-09-02T05:00:00Z"
    assert none.status_code == 422


def test_a_home_with_readings_tells_its_use_and_options(owner: Program) -> None:
    home = owner.home()
    assert owner.get(f"/homes/{home}/usage").status_code == 409
    sent = owner.post(f"/homes/{home}/readings", data=readings(24 * 70), content_type=NDJSON)
    number = sent.json["import"]  # type: ignore[index]

    usage = owner.get(f"/homes/{home}/usage")
    tariffs = owner.get(f"/homes/{home}/tariffs")
    hours = owner.get(f"/homes/{home}/forecast?hours=24")
    undone = owner.ask("DELETE", f"/homes/{home}/imports/{number}")

    assert usage.json["schema"] == "ahorraluz.usage.1"  # type: ignore[index]
    assert tariffs.json["schema"] == "ahorraluz.tariffs-compare.1"  # type: ignore[index]
    assert hours.json["hours"] is not None  # type: ignore[index]
    assert undone.status_code == 204
    assert owner.get(f"/homes/{home}/usage").status_code == 409


def test_a_step_is_promised_taken_and_listed(owner: Program) -> None:
    home = owner.home()
    owner.post(f"/homes/{home}/readings", data=readings(24 * 70), content_type=NDJSON)

    promised = owner.post(f"/homes/{home}/promises", json={"step": "shorter-showers"})
    taken = owner.post(
        f"/homes/{home}/steps", json={"step": "shorter-showers", "day": "2026-10-20"}
    )
    listed = owner.get(f"/homes/{home}/steps").json
    unknown = owner.post(f"/homes/{home}/steps", json={"step": "dance", "day": "2026-10-20"})

    assert promised.status_code == 201
    assert taken.status_code == 201
    assert listed is not None
    assert [step["step"] for step in listed["steps"]] == ["shorter-showers"]
    assert unknown.status_code == 422


def test_mistakes_are_taken_back_by_programs_too(world: World, owner: Program) -> None:
    from ahorraluz.services.accounts.trail import trail_of_home

    home = owner.home()
    owner.post(f"/homes/{home}/promises", json={"step": "shorter-showers"})
    owner.post(f"/homes/{home}/steps", json={"step": "shorter-showers", "day": "2026-10-20"})

    early = owner.ask("DELETE", f"/homes/{home}/promises/shorter-showers")
    step = owner.ask("DELETE", f"/homes/{home}/steps/shorter-showers")
    listed = owner.get(f"/homes/{home}/steps").json
    promise = owner.ask("DELETE", f"/homes/{home}/promises/shorter-showers")
    again = [
        owner.ask("DELETE", f"/homes/{home}/{what}/shorter-showers")
        for what in ("steps", "promises")
    ]

    acts = [line.act for line in trail_of_home(home, tools=world.tools)]
    assert early.status_code == 422
    assert step.status_code == 200
    assert step.json is not None
    assert step.json["done_on"] is None
    assert listed == {"steps": []}
    assert promise.status_code == 204
    assert [found.status_code for found in again] == [422, 422]
    assert {"step-taken-back", "promise-taken-back"} <= set(acts)


def test_a_step_is_verified_from_any_day(owner: Program) -> None:
    home = owner.home()
    said = readings(24 * 300, start=datetime(2025, 11, 1, 5, tzinfo=UTC))
    owner.post(f"/homes/{home}/readings", data=said, content_type=NDJSON)
    path = f"/homes/{home}/verification"

    found = owner.get(f"{path}?step=shorter-showers&since=2026-03-01")
    without_day = owner.get(f"{path}?step=shorter-showers")
    of_tariff = owner.get(f"{path}?step=three-band-tariff&since=2026-03-01")
    malformed = [owner.get(f"{path}{query}") for query in ("", "?step=a&since=ayer")]

    assert found.status_code == 200, found.json
    assert found.json is not None
    assert found.json["since"] == "2026-03-01"
    assert without_day.json is not None
    assert without_day.json["issues"][0]["code"] == "api-since-needed"
    assert without_day.json["issues"][0]["field"] == "since"
    assert of_tariff.status_code == 422
    assert [refused.status_code for refused in malformed] == [400, 400]


def test_every_act_is_in_the_trail_of_the_home(world: World, owner: Program) -> None:
    from ahorraluz.services.accounts.trail import trail_of_home

    home = owner.home()
    owner.post(f"/homes/{home}/readings", data=readings(24), content_type=NDJSON)

    acts = [line.act for line in trail_of_home(home, tools=world.tools)]

    assert {"home-kept", "home-told", "readings-kept"} <= set(acts)


@pytest.mark.parametrize(
    ("asked", "headers", "language"),
    [
        ("", {}, "es-PE"),
        ("?lang=en", {}, "en"),
        ("?lang=es", {"Accept-Language": "en"}, "es-PE"),
        ("", {"Accept-Language": "en-GB,en;q=0.9,es;q=0.5"}, "en"),
        ("", {"Accept-Language": "qu"}, "es-PE"),
    ],
)
def test_words_are_in_the_language_that_is_asked_for(
    world: World, asked: str, headers: dict[str, str], language: str
) -> None:
    good = world.program().get(f"/renewables{asked}", headers=headers)
    wrong = world.program().get(f"/renewables/nobody{asked}", headers=headers)

    assert good.headers["Content-Language"] == wrong.headers["Content-Language"] == language


def test_renewables_are_those_of_the_command_line(world: World) -> None:
    program = world.program()

    listed = program.get("/renewables?need=no-line&lang=en").json
    one = program.get("/renewables/fise").json
    unknown = program.get("/renewables/nobody")
    wrong = program.get("/renewables?kind=thing")

    assert listed is not None
    assert listed["schema"] == "ahorraluz.renewables-list.1"
    assert listed["count"] == len(listed["entries"]) > 5
    assert one is not None
    assert one["entry"]["id"] == "fise"
    assert unknown.status_code == 404
    assert unknown.json["issues"][0]["code"] == "entry-unknown"  # type: ignore[index]
    assert wrong.status_code == 422
    assert wrong.json["issues"][0]["code"] == "entry-filter-unknown"  # type: ignore[index]


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_of_documentation_needs_nothing_from_elsewhere(
    world: World, language: str
) -> None:
    page = world.program().get(f"/docs?lang={language}")
    document = world.program().get(f"/openapi.json?lang={language}").json

    assert document is not None
    assert document["openapi"] == "3.1.0"
    assert page.status_code == 200
    assert "<script" not in page.text
    assert "style=" not in page.text
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page.text
    assert len(gzip.compress(page.data)) < 60_000


def test_a_wrong_address_or_method_is_a_problem_too(world: World) -> None:
    nowhere = world.program().get("/nowhere")
    method = world.program().ask("PATCH", "/distributors")

    assert nowhere.mimetype == method.mimetype == "application/problem+json"
    assert (nowhere.status_code, method.status_code) == (404, 405)
    assert "GET" in method.headers["Allow"]
