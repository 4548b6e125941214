"""A resident lets a consultant in by a code, sees who looked, and takes it back."""

import re
from datetime import timedelta

import pytest
from tests.signed_people import Service, Signed, text_of
from tests.unit.web.portfolio.test_portfolio import CLIENTS, EVIL, kept

from ahorraluz.security.roles import Reach, Role
from ahorraluz.security.scopes import Scope
from ahorraluz.services.accounts.consents import Purpose, hash_of, holding, withdraw_consent
from ahorraluz.services.accounts.tokens import TokenRequest, make_token
from ahorraluz.services.accounts.trail import trail_of_home
from ahorraluz.services.job_kinds import PORTFOLIO_WORKBOOK
from ahorraluz.services.jobs import enqueue, run_job
from ahorraluz.services.portfolio.access import end_lapsed_access

_CODE = re.compile(r'id="codigo">([0-9A-Z-]+)<')


def code_of(consultant: Signed, path: str = "/cartera/invitaciones") -> str:
    """Return a new code."""
    response = consultant.post(path)
    assert response.status_code == 200
    (code,) = _CODE.findall(text_of(response))
    return str(code)


def shared(service: Service, consultant: Signed, resident: Signed, days: int = 30) -> str:
    """Let a consultant look at a home of a resident."""
    home = service.home_of(resident)
    fields: dict[str, object] = {"codigo": code_of(consultant), "hogar": home, "dias": str(days)}
    response = resident.post("/invitacion/aceptar", fields)
    assert response.status_code == 303, text_of(response)
    return home


def acts(service: Service, home: str) -> list[str]:
    """Return what the trail of a home tells, newest first."""
    return [line.act for line in trail_of_home(home, tools=service.tools)]


def test_a_resident_shares_a_home_for_a_time(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)

    assert consultant.get(f"/cartera/{home}")[0] == 200
    assert home in consultant.get("/cartera")[1]
    assert "Compartido" in consultant.get("/cartera")[1]
    _, html = resident.get(f"/hogares/{home}/acceso")
    assert "Sol y Ahorro SAC" in html
    assert "24 de diciembre de 2026" in html


def test_a_workbook_goes_when_the_consent_behind_it_lapses(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    tools, now = service.tools, service.clock.at
    shared(service, consultant, resident, days=30)
    job = enqueue(PORTFOLIO_WORKBOOK, {}, account=consultant.id, tools=tools, as_of=now)
    assert run_job(job, tools=tools, as_of=now)

    end_lapsed_access(tools=tools, as_of=now + timedelta(days=29))
    before = tools.store.people.jobs.find(job)
    end_lapsed_access(tools=tools, as_of=now + timedelta(days=31))

    assert before is not None
    assert tools.store.people.jobs.find(job) is None


def test_a_workbook_that_was_made_before_is_not_handed_out_after_withdrawal(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    tools, now = service.tools, service.clock.at
    home = shared(service, consultant, resident)
    job = enqueue(PORTFOLIO_WORKBOOK, {}, account=consultant.id, tools=tools, as_of=now)
    assert run_job(job, tools=tools, as_of=now)
    assert consultant.client.get(f"/trabajos/{job}/archivo").status_code == 200

    resident.post(f"/hogares/{home}/acceso/quitar", {"quien": consultant.id})

    assert consultant.client.get(f"/trabajos/{job}/archivo").status_code == 404


def test_the_phone_of_a_consultant_keeps_no_home_of_a_client(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)

    own, others = resident.get(f"/hogares/{home}"), consultant.get(f"/hogares/{home}")

    assert own[0] == others[0] == 200
    assert "data-home" in own[1]
    assert "data-home" not in others[1]


def test_the_words_that_were_shown_are_what_was_agreed_to(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = service.home_of(resident)
    code = code_of(consultant)
    html = text_of(resident.post("/invitacion", {"codigo": code}))
    (words,) = re.findall(r'value="30"[^>]*><span>([^<]+)</span>', html)
    resident.post("/invitacion/aceptar", {"codigo": code, "hogar": home, "dias": "30"})

    (given,) = holding(resident.id, tools=service.tools, as_of=service.clock.at)

    assert (given.purpose, given.subject) == (Purpose.CONSULTANT, consultant.id)
    assert given.text_sha256 == hash_of(words)


def test_late_in_the_evening_the_words_name_the_day_of_peru(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    code = code_of(consultant)
    service.home_of(resident)
    service.clock.go_on(hours=11)

    html = text_of(resident.post("/invitacion", {"codigo": code}))

    (words,) = re.findall(r'value="30"[^>]*><span>([^<]+)</span>', html)
    assert "24 de diciembre de 2026" in words


def test_a_stranger_is_asked_to_sign_in_and_shares_nothing(
    service: Service, consultant: Signed
) -> None:
    stranger = Signed(account=consultant.account, client=service.app.test_client())
    code = code_of(consultant)

    response = stranger.post("/invitacion", {"codigo": code})

    assert response.status_code == 200
    assert "Entra con tu cuenta" in text_of(response)
    assert stranger.post("/invitacion/aceptar", {"codigo": code}).status_code == 401


def test_nobody_shares_the_home_of_somebody_else(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = service.home_of(service.signed(Role.RESIDENT))
    fields: dict[str, object] = {"codigo": code_of(consultant), "hogar": home, "dias": "30"}

    response = resident.post("/invitacion/aceptar", fields)

    assert response.status_code == 422
    assert service.tools.store.people.households.reach(home, consultant.id) is None


@pytest.mark.parametrize("days", ["", "0", "-1", "31", "99999", "x"])
def test_only_times_of_the_list_are_taken(
    service: Service, consultant: Signed, resident: Signed, days: str
) -> None:
    home = service.home_of(resident)
    fields: dict[str, object] = {"codigo": code_of(consultant), "hogar": home, "dias": days}

    response = resident.post("/invitacion/aceptar", fields)

    assert response.status_code == 422
    assert service.tools.store.people.households.reach(home, consultant.id) is None
    assert holding(resident.id, tools=service.tools, as_of=service.clock.at) == ()


def test_access_ends_with_one_tap_while_the_page_is_open(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)
    assert consultant.get(f"/cartera/{home}")[0] == 200

    resident.post(f"/hogares/{home}/acceso/quitar", {"quien": consultant.id})

    assert consultant.get(f"/cartera/{home}")[0] == 404
    assert consultant.post(f"/cartera/{home}/notas", {"nota": "aún"}).status_code == 404
    assert consultant.get(f"/hogares/{home}")[0] == 404
    assert home not in consultant.get("/cartera")[1]
    assert holding(resident.id, tools=service.tools, as_of=service.clock.at) == ()


def test_access_ends_when_its_time_is_over_at_that_moment(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)
    service.clock.go_on(days=29, hours=23)
    later = service.browser_of(consultant.account)
    before = later.get(f"/cartera/{home}")[0]

    service.clock.go_on(hours=1, seconds=1)

    assert before == 200
    assert service.browser_of(consultant.account).get(f"/cartera/{home}")[0] == 404


def test_access_over_is_taken_out_of_the_store_as_well(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)
    own = kept(consultant, CLIENTS)
    service.clock.go_on(days=31)

    end_lapsed_access(tools=service.tools, as_of=service.clock.at)

    households = service.tools.store.people.households
    assert households.reach(home, consultant.id) is None
    assert households.reach(home, resident.id) is Reach.OWNER
    assert all(households.reach(one, consultant.id) for one in own if one != home)


def test_a_consent_taken_back_elsewhere_ends_access_too(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)
    (given,) = holding(resident.id, tools=service.tools, as_of=service.clock.at)

    withdraw_consent(resident.id, given.id, tools=service.tools, as_of=service.clock.at)

    assert consultant.get(f"/cartera/{home}")[0] == 404


def test_each_session_of_looking_is_told_once(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)
    for _ in range(3):
        consultant.get(f"/cartera/{home}")
        consultant.get("/cartera")
    once = acts(service, home).count("consultant-looked")
    service.clock.go_on(hours=2)
    service.browser_of(consultant.account).get("/cartera")

    assert once == 1
    assert acts(service, home).count("consultant-looked") == 2
    _, html = resident.get(f"/hogares/{home}/acceso")
    assert "Un asesor miró tu hogar · Sol y Ahorro SAC" in html


def test_a_look_is_told_once_however_much_was_done_since(
    service: Service,
    consultant: Signed,
    resident: Signed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ahorraluz.services.portfolio.access.AT_ONCE", 2)
    home = shared(service, consultant, resident)
    consultant.get(f"/cartera/{home}")
    for number in range(5):
        consultant.post(f"/cartera/{home}/notas", {"nota": f"{number}"})

    consultant.get(f"/cartera/{home}")

    assert acts(service, home).count("consultant-looked") == 1


def test_an_owner_sees_that_data_went_along(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)

    consultant.post("/cartera/exportar")

    assert "consultant-exported" in acts(service, home)


def test_a_shared_home_that_a_consultant_leaves_stays_with_its_owner(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)

    consultant.post(f"/cartera/{home}/quitar", {"seguro": "1"})

    assert consultant.get(f"/cartera/{home}")[0] == 404
    assert resident.get(f"/hogares/{home}/acceso")[0] == 200


def test_a_consultant_cannot_hand_on_what_somebody_owns(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)

    response = consultant.post(f"/cartera/{home}/invitar")

    assert response.status_code == 422
    assert consultant.get(f"/hogares/{home}/acceso")[0] == 403
    quit_ = consultant.post(f"/hogares/{home}/acceso/quitar", {"quien": consultant.id})
    assert quit_.status_code == 403


def test_only_the_owner_sees_who_has_access(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)
    other = service.signed(Role.RESIDENT)

    assert other.get(f"/hogares/{home}/acceso")[0] == 404
    fields: dict[str, object] = {"quien": consultant.id}
    assert other.post(f"/hogares/{home}/acceso/quitar", fields).status_code == 404
    assert consultant.get(f"/cartera/{home}")[0] == 200


def test_a_consultants_name_is_text_where_residents_read_it(
    service: Service, resident: Signed
) -> None:
    evil = service.signed(Role.CONSULTANT, organisation=EVIL)
    home = shared(service, evil, resident)
    evil.get(f"/cartera/{home}")

    for page in (
        resident.get(f"/hogares/{home}/acceso")[1],
        text_of(resident.post("/invitacion", {"codigo": code_of(evil)})),
    ):
        assert EVIL not in page
        assert "&lt;script&gt;" in page


def test_a_consultant_who_is_kept_out_invites_nobody(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    code = code_of(consultant)
    service.tools.store.people.accounts.suspend(consultant.id, at=service.clock.at)

    assert resident.post("/invitacion", {"codigo": code}).status_code == 422


def test_a_program_of_a_consultant_meets_the_same_door(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)
    asked = TokenRequest(label="hoja", scopes=frozenset(Scope), days=90)
    key = make_token(asked, account=consultant.account, tools=service.tools, as_of=service.clock.at)
    program = service.app.test_client()
    headers = {"Authorization": f"Bearer {key.text}"}

    before = program.get(f"/api/v1/homes/{home}", headers=headers).status_code
    (given,) = holding(resident.id, tools=service.tools, as_of=service.clock.at)
    service.tools.store.people.consents.withdraw(resident.id, given.id, as_of=service.clock.at)

    assert (before, acts(service, home).count("consultant-looked")) == (200, 1)
    assert program.get(f"/api/v1/homes/{home}", headers=headers).status_code == 404


def test_two_consultants_of_one_home_do_not_read_each_others_notes(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = shared(service, consultant, resident)
    other = service.signed(Role.CONSULTANT, organisation="Otra SAC")
    fields: dict[str, object] = {"codigo": code_of(other), "hogar": home, "dias": "30"}
    resident.post("/invitacion/aceptar", fields)
    consultant.post(f"/cartera/{home}/notas", {"nota": "Ofrecer terma"})

    assert "Ofrecer terma" in consultant.get(f"/cartera/{home}")[1]
    assert "Ofrecer terma" not in other.get(f"/cartera/{home}")[1]
