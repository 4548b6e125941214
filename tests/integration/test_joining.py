"""A meter that was looked at by itself joins a home: nothing is lost, and nothing doubled."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from flask.testing import FlaskClient
from tests.signed_people import Clock, Service, Signed, make_service, text_of

from ahorraluz.security.roles import Role
from ahorraluz.services.receive_readings import readings_of
from ahorraluz.store.promise_records import PromiseTerms

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
FIRST = datetime(2026, 6, 1)  # noqa: DTZ001 - the local clock of a file


def hours(days: int, *, start: int = 0, kwh: float = 0.3) -> bytes:
    """Return invented hourly readings of some days."""
    lines = ["inicio;consumo kWh"]
    for hour in range(start * 24, (start + days) * 24):
        lines.append(f"{FIRST + timedelta(hours=hour)};{kwh + hour % 5 / 100:.3f}")
    return "\n".join(lines).encode()


def terms(step: str) -> PromiseTerms:
    return PromiseTerms(
        step=step, distributor="luz-del-sur", region="lima", wh_month=9_000, cents_month=700
    )


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Service:
    """Return a service of its own."""
    clock = Clock(at=NOW)
    monkeypatch.setattr("ahorraluz.web.page.datetime", clock)
    return make_service(tmp_path, clock)


@pytest.fixture
def owner(service: Service) -> Signed:
    """Return somebody with an account."""
    return service.signed(Role.RESIDENT)


def looked_at(client: FlaskClient, content: bytes) -> str:
    """Send a meter file without an account and keep it; return its home."""
    sent = {"archivo": (io.BytesIO(content), "m.csv")}
    path = client.post("/medidor", data=sent).headers["Location"]
    return client.post(f"{path}/guardar").headers["Location"].rpartition("/")[2]


def with_files(service: Service, owner: Signed, *contents: bytes) -> str:
    """Return a home of somebody that has some meter files."""
    home = service.home_of(owner)
    for content in contents:
        sent: dict[str, object] = {"archivo": (io.BytesIO(content), "m.csv")}
        path = owner.post(f"/hogares/{home}/medidor", sent).headers["Location"]
        assert owner.post(f"{path}/guardar").status_code == 303
    return home


def test_the_page_asks_which_home_a_meter_belongs_to(service: Service, owner: Signed) -> None:
    meter = looked_at(service.app.test_client(), hours(40))
    without = owner.get(f"/consumo/{meter}")[1]
    home = service.home_of(owner)

    _, html = owner.get(f"/consumo/{meter}")

    assert 'name="hogar"' not in without
    assert re.findall(r'type="radio" name="hogar" value="([^"]*)"', html) == [home, ""]
    assert " checked" not in html.partition('name="hogar"')[2].partition("</fieldset>")[0]


def test_readings_join_those_of_the_home_and_the_meter_is_gone(
    service: Service, owner: Signed
) -> None:
    tools = service.tools
    home = with_files(service, owner, hours(40))
    meter = looked_at(service.app.test_client(), hours(40, start=30, kwh=0.5))
    both = with_files(service, owner, hours(40), hours(40, start=30, kwh=0.5))

    answer = owner.post(f"/consumo/{meter}/guardar", {"hogar": home})

    assert answer.headers["Location"] == f"/hogares/{home}/consumo"
    joined, apart = (readings_of(one, tools=tools)[1].readings for one in (home, both))
    assert np.array_equal(joined.energy_kwh, apart.energy_kwh)
    assert np.array_equal(joined.starts_s, apart.starts_s)
    assert len(tools.store.imports(home)) == 2
    assert owner.get(f"/consumo/{meter}")[0] == 404
    assert {known.id for known in tools.store.homes()} == {home, both}
    raw = b"".join(f.read_bytes() for f in tools.settings.data_dir.rglob("*") if f.is_file())
    assert meter.encode() not in raw


def test_the_same_file_is_there_once(service: Service, owner: Signed) -> None:
    home = with_files(service, owner, hours(40))
    meter = looked_at(service.app.test_client(), hours(40))

    owner.post(f"/consumo/{meter}/guardar", {"hogar": home})
    again = owner.post(f"/consumo/{meter}/guardar", {"hogar": home})

    assert len(service.tools.store.imports(home)) == 1
    assert sum(len(one) for one in service.tools.store.channels(home)) == 40 * 24
    assert again.status_code == 404


def test_a_file_taken_back_and_readings_put_aside_stay_so(service: Service, owner: Signed) -> None:
    store, home = service.tools.store, service.home_of(owner)
    meter = looked_at(service.app.test_client(), hours(40))
    [channel] = store.channels(meter)
    at = int(channel.start_s[5])
    store.quarantine(meter, channel.id, at, at, "prueba", NOW)

    owner.post(f"/consumo/{meter}/guardar", {"hogar": home})

    [aside] = store.quarantined(home)
    assert (aside.start_s, aside.reason) == (at, "prueba")
    assert sum(len(one) for one in store.channels(home)) == 40 * 24 - 1
    store.release(home, aside.id, NOW)
    assert sum(len(one) for one in store.channels(home)) == 40 * 24


def test_promises_and_days_noted_go_along(service: Service, owner: Signed) -> None:
    book, home = service.tools.store.promises, service.home_of(owner)
    meter = looked_at(service.app.test_client(), hours(40))
    own = book.make(home, terms("led"), nonce="a" * 32, as_of=NOW)
    book.mark_done(home, "led", day=date(2026, 11, 3), as_of=NOW)
    book.make(meter, terms("led"), nonce="b" * 32, as_of=NOW)
    brought = book.make(meter, terms("ducha"), nonce="c" * 32, as_of=NOW)
    early = NOW - timedelta(days=1)
    book.mark_done(meter, "led", day=date(2026, 10, 1), as_of=early)
    book.mark_done(meter, "ducha", day=date(2026, 10, 9), as_of=early)

    owner.post(f"/consumo/{meter}/guardar", {"hogar": home})

    assert book.of_home(home, "led") == own
    assert book.of_home(home, "ducha") == brought
    assert [(one.step, one.day) for one in book.done(home)] == [
        ("led", date(2026, 11, 3)),
        ("ducha", date(2026, 10, 9)),
    ]
    assert len(book.everything()) == 3


def test_a_home_of_somebody_else_takes_no_meter_and_gives_none(
    service: Service, owner: Signed
) -> None:
    other = service.signed(Role.RESIDENT)
    mine, theirs = with_files(service, owner, hours(40)), with_files(service, other, hours(50))
    meter = looked_at(service.app.test_client(), hours(40, start=60))

    refused = [
        owner.post(f"/consumo/{meter}/guardar", {"hogar": theirs}).status_code,
        owner.post(f"/consumo/{theirs}/guardar", {"hogar": mine}).status_code,
        owner.post(f"/consumo/{mine}/guardar", {"hogar": mine}).status_code,
        owner.post(f"/consumo/{meter}/guardar", {"hogar": "h-" + "0" * 32}).status_code,
        owner.post(f"/consumo/{meter}/guardar", {"hogar": "<script>"}).status_code,
    ]

    assert refused == [404] * 5
    assert len(service.tools.store.homes()) == 3
    assert len(service.tools.store.imports(theirs)) == 1


def test_a_meter_becomes_a_home_of_its_own_where_that_is_chosen(
    service: Service, owner: Signed
) -> None:
    with_files(service, owner, hours(40))
    meter = looked_at(service.app.test_client(), hours(40, start=60))

    answer = owner.post(f"/consumo/{meter}/guardar", {"hogar": ""})

    assert answer.headers["Location"] == f"/hogares/{meter}", text_of(answer)
