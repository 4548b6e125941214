"""Pages that are sent again: to whom they were made, and to nobody else."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from tests.meter_samples import write_meter
from tests.signed_people import Service, Signed, text_of

from ahorraluz.ingest.meter_files.reading import read_meter_file
from ahorraluz.security.roles import Reach, Role
from ahorraluz.services.accounts.consents import Asked, Purpose, give_consent
from ahorraluz.store.database import Store
from ahorraluz.store.vault import account_owner, home_owner
from ahorraluz.texts import open_texts
from ahorraluz.web.ready import ready_pages

GZIP = {"Accept-Encoding": "gzip"}
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def add_readings(store: Store, home: str, *, folder: Path, as_of: datetime) -> None:
    """Keep readings of a home."""
    file = read_meter_file(write_meter(folder / "medidor.csv", days=200))
    store.add_import(home, file, sha256="0" * 64, file_name="medidor.csv", as_of=as_of)


def page(home: str) -> str:
    return f"/hogares/{home}"


# --- sent again -------------------------------------------------------------------------------


def test_a_page_of_which_nothing_changed_is_made_once(
    rosa: Signed, home: str, made: list[str]
) -> None:
    first, second = rosa.get(page(home)), rosa.get(page(home))

    assert made == [home]
    assert first[0] == second[0] == 200
    assert TOKEN.sub("", first[1]) == TOKEN.sub("", second[1])


@pytest.mark.parametrize("headers", [{}, GZIP], ids=["plain", "squeezed"])
def test_each_time_it_holds_another_token_that_counts(
    rosa: Signed, home: str, made: list[str], headers: dict[str, str]
) -> None:
    pages = [text_of(rosa.client.get(page(home), headers=headers)) for _ in range(3)]
    tokens = [set(TOKEN.findall(html)) for html in pages]

    sent = rosa.client.post(f"{page(home)}/compartir", data={"csrf": tokens[2].pop()})

    assert made == [home]
    assert sent.status_code == 200
    assert [len(found) for found in tokens] == [1, 1, 0]
    assert tokens[0] != tokens[1]


def test_it_carries_the_headers_of_the_first_but_for_its_own_name(rosa: Signed, home: str) -> None:
    first, second = (dict(rosa.client.get(page(home), headers=GZIP).headers) for _ in range(2))

    assert first.pop("X-Request-Id") != second.pop("X-Request-Id")
    assert first.pop("Content-Length")
    assert second.pop("Content-Length")
    assert first == second
    assert first["Cache-Control"] == "no-store"
    assert first["Content-Encoding"] == "gzip"


def test_one_who_takes_no_squeezed_pages_gets_none(rosa: Signed, home: str) -> None:
    rosa.client.get(page(home), headers=GZIP)

    plain = rosa.client.get(page(home))

    assert "Content-Encoding" not in plain.headers
    assert plain.data.startswith(b"<!doctype html>")


def test_the_start_page_is_sent_again_to_strangers_and_to_nobody_who_is_signed_in(
    service: Service, rosa: Signed
) -> None:
    stranger = service.app.test_client()

    pages = [text_of(stranger.get("/")) for _ in range(2)]
    own = [rosa.get("/")[1] for _ in range(2)]

    assert pages[0] == pages[1]
    assert own[0] == own[1]
    assert 'href="/entrar"' in pages[0]
    assert 'href="/entrar"' not in own[0]


# --- to nobody else ---------------------------------------------------------------------------


def test_another_account_does_not_find_the_page(service: Service, rosa: Signed, home: str) -> None:
    rosa.get(page(home))
    other = service.signed(Role.RESIDENT)
    stranger = service.app.test_client()

    assert other.get(page(home))[0] == 404
    assert stranger.get(page(home)).headers["Location"] == "/entrar"


def test_each_session_of_an_account_has_pages_of_its_own(
    service: Service, rosa: Signed, home: str, made: list[str]
) -> None:
    rosa.get(page(home))
    elsewhere = service.browser_of(rosa.account)

    html = elsewhere.get(page(home))[1]
    token = TOKEN.findall(html)[0]

    assert made == [home, home]
    assert elsewhere.client.post(f"{page(home)}/compartir", data={"csrf": token}).status_code == 200
    assert rosa.client.post(f"{page(home)}/compartir", data={"csrf": token}).status_code == 403


def _end_sessions(service: Service, rosa: Signed, home: str) -> None:
    service.tools.store.people.sessions.end_all(rosa.id)


def _let_time_pass(service: Service, rosa: Signed, home: str) -> None:
    service.clock.go_on(days=61)


def _suspend(service: Service, rosa: Signed, home: str) -> None:
    service.tools.store.people.accounts.suspend(rosa.id, at=service.clock.at)


def _give_role(service: Service, rosa: Signed, home: str) -> None:
    service.tools.store.people.accounts.set_role(rosa.id, Role.PROVIDER)


def _take_reach(service: Service, rosa: Signed, home: str) -> None:
    service.tools.store.people.households.end_reach(home, rosa.id)


def _forget(service: Service, rosa: Signed, home: str) -> None:
    service.tools.store.forget(home)


def _destroy_key_of_home(service: Service, rosa: Signed, home: str) -> None:
    service.tools.store._vault.destroy(home_owner(home))  # type: ignore[union-attr]


def _destroy_key_of_account(service: Service, rosa: Signed, home: str) -> None:
    service.tools.store._vault.destroy(account_owner(rosa.id))  # type: ignore[union-attr]


def _remove_account(service: Service, rosa: Signed, home: str) -> None:
    service.tools.store.people.accounts.remove(rosa.id)


ENDS: tuple[tuple[Callable[[Service, Signed, str], None], int], ...] = (
    (_end_sessions, 303),
    (_let_time_pass, 303),
    (_suspend, 303),
    (_give_role, 303),
    (_take_reach, 404),
    (_forget, 404),
    (_destroy_key_of_home, 404),
    (_destroy_key_of_account, 303),
    (_remove_account, 303),
)


@pytest.mark.parametrize(("end", "status"), ENDS, ids=[end.__name__ for end, _ in ENDS])
def test_a_page_goes_with_the_right_to_see_it(
    service: Service,
    rosa: Signed,
    home: str,
    end: Callable[[Service, Signed, str], None],
    status: int,
) -> None:
    before = [rosa.get(page(home))[0] for _ in range(2)]

    end(service, rosa, home)

    assert before == [200, 200]
    assert rosa.get(page(home))[0] == status
    assert not any(asked.home == home for asked in ready_pages(service.app)._kept)


def test_a_viewer_whose_share_was_taken_back_does_not_find_the_page(
    service: Service, home: str
) -> None:
    viewer = service.signed(Role.RESIDENT)
    households = service.tools.store.people.households
    households.grant(home, viewer.id, Reach.VIEWER, as_of=service.clock.at)
    before = [viewer.get(page(home))[0] for _ in range(2)]

    households.end_reach(home, viewer.id)

    assert before == [200, 200]
    assert viewer.get(page(home))[0] == 404


def test_every_look_of_a_consultant_asks_the_guard(
    service: Service, rosa: Signed, home: str, made: list[str]
) -> None:
    helper = service.signed(Role.CONSULTANT)
    service.tools.store.people.households.grant(
        home, helper.id, Reach.CONSULTANT, as_of=service.clock.at
    )
    asked = Asked(account=rosa.id, home=home, purpose=Purpose.CONSULTANT, subject=helper.id)
    tools, now = service.tools, service.clock.at
    give_consent(asked, texts=open_texts("es"), channel="web", tools=tools, as_of=now)

    seen = [helper.get(page(home))[0] for _ in range(2)]

    assert seen == [200, 200]
    assert made == [home, home]
    assert len(ready_pages(service.app)) == 0


def test_signing_out_leaves_no_page_in_memory(service: Service, rosa: Signed, home: str) -> None:
    rosa.get(page(home))
    kept = len(ready_pages(service.app))
    token = TOKEN.findall(rosa.get("/cuenta")[1])[0]

    out = rosa.client.post("/salir", data={"csrf": token})

    assert (kept, out.status_code) == (1, 303)
    assert len(ready_pages(service.app)) == 0


def test_a_session_that_is_used_all_day_is_noted_as_in_use(
    service: Service, rosa: Signed, home: str
) -> None:
    sessions = service.tools.store.people.sessions
    for _ in range(4):
        service.clock.go_on(minutes=10)
        rosa.get(page(home))

    (session,) = sessions.of_account(rosa.id, at=service.clock.at)

    assert session.seen_at == service.clock.at
