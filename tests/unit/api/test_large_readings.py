"""A large body of readings is taken in, kept by a worker, and told of as a small one would be."""

import json
from datetime import UTC, datetime, timedelta

from tests.programs import Program, World

from ahorraluz.api.door import this_moment
from ahorraluz.services.jobs import run_job
from ahorraluz.services.pending_files import FOLDER

FIRST = datetime(2026, 1, 1, 5, tzinfo=UTC)
MINUTES = 40_000


def lines(count: int = MINUTES, *, broken: bool = False) -> bytes:
    """Return readings of minutes, as NDJSON."""
    said = []
    for minute in range(count):
        start = FIRST + timedelta(minutes=minute)
        end = start + timedelta(minutes=1)
        said.append(
            json.dumps({"start": start.isoformat(), "end": end.isoformat(), "kwh": minute % 7 / 99})
        )
    if broken:
        said[-1] = '{"start": "ayer", "kwh": 1}'
    return "\n".join(said).encode()


def send(program: Program, home: str, body: bytes, **headers: str) -> tuple[int, str]:
    """Send readings; return the status and where to look."""
    answer = program.post(
        f"/homes/{home}/readings",
        data=body,
        content_type="application/x-ndjson",
        headers=headers,
    )
    return answer.status_code, answer.headers.get("Location", "").removeprefix("/api/v1")


def work(world: World) -> None:
    with world.app.app_context():
        for job in world.tools.store.people.jobs.unfinished():
            run_job(job, tools=world.tools, as_of=this_moment())


def test_a_large_body_is_kept_later_and_told_as_a_small_one(world: World, owner: Program) -> None:
    home, body = owner.home(), lines()

    status, path = send(owner, home, body)
    waits = owner.get(path)
    work(world)
    done = owner.get(path)
    english = owner.get(f"{path}?lang=en")

    assert len(body) > 2 * 1024 * 1024
    assert (status, waits.status_code, done.status_code) == (202, 200, 200)
    assert waits.json is not None
    assert done.json is not None
    assert waits.json["state"] == "waiting"
    assert waits.headers["Retry-After"]
    assert waits.json["result"] is None
    assert done.json["state"] == "done"
    assert done.json["result"]["added"] == MINUTES
    assert done.json["result"]["home"] == home
    assert english.status_code == 200
    assert [known["rows"] for known in owner.get(f"/homes/{home}/imports").json["imports"]] == [  # type: ignore[index]
        MINUTES
    ]
    assert list((world.tools.settings.data_dir / FOLDER).iterdir()) == []


def test_the_same_key_sends_a_large_body_once(world: World, owner: Program) -> None:
    home, body = owner.home(), lines()

    sent = [send(owner, home, body, **{"Idempotency-Key": "grande-1"}) for _ in range(2)]
    work(world)

    assert sent[0] == sent[1]
    assert len(owner.get(f"/homes/{home}/imports").json["imports"]) == 1  # type: ignore[index]


def test_what_refuses_a_large_body_is_a_problem_and_nothing_is_kept(
    world: World, owner: Program
) -> None:
    home = owner.home()

    status, path = send(owner, home, lines(broken=True))
    work(world)
    refused = owner.get(path)

    assert status == 202
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    assert refused.json is not None
    assert refused.json["issues"][0]["code"] == "import-broken-rows"
    assert owner.get(f"/homes/{home}/imports").json["imports"] == []  # type: ignore[index]
    assert list((world.tools.settings.data_dir / FOLDER).iterdir()) == []


def test_nobody_else_sees_a_job_and_it_goes_with_its_home(
    world: World, owner: Program, stranger: Program
) -> None:
    home = owner.home()
    _, path = send(owner, home, lines())

    other = stranger.get(path)
    gone = owner.ask("DELETE", f"/homes/{home}")
    work(world)

    assert other.status_code == 404
    assert gone.status_code == 204
    assert owner.get(path).status_code == 404
    assert home not in {known.id for known in world.tools.store.homes()}


def test_an_id_of_nothing_is_not_found(owner: Program) -> None:
    assert owner.get("/jobs/j-" + "0" * 32).status_code == 404
    assert owner.get("/jobs/x").status_code == 404
