"""Codes of a consultant: taken up once, by one, for a home shared or taken over."""

from datetime import datetime

import pytest
from tests.signed_people import Service, Signed, text_of
from tests.unit.web.portfolio.test_portfolio import CLIENTS, EVIL, kept
from tests.unit.web.portfolio.test_sharing import code_of, shared

from ahorraluz.security.passwords import hash_password
from ahorraluz.security.roles import Reach, Role
from ahorraluz.services.accounts.confirming import Proof
from ahorraluz.services.accounts.erasing import erase_account
from ahorraluz.services.accounts.sessions import SignedIn
from ahorraluz.services.portfolio import invitations
from ahorraluz.services.portfolio.importing import client_book
from ahorraluz.services.portfolio.invitations import (
    Accepting,
    InvitationError,
    invited_by,
    take_over,
)
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.texts import open_texts


def test_a_code_counts_once_and_not_for_ever(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    home = service.home_of(resident)
    used, old = code_of(consultant), code_of(consultant)
    fields: dict[str, object] = {"codigo": used, "hogar": home, "dias": "30"}
    resident.post("/invitacion/aceptar", fields)

    again = resident.post("/invitacion/aceptar", fields)
    service.clock.go_on(days=15)
    late = resident.post("/invitacion", {"codigo": old})

    assert again.status_code == late.status_code == 422
    assert "Ese código no vale" in text_of(late)


def test_a_code_is_read_however_it_is_typed(consultant: Signed, resident: Signed) -> None:
    code = code_of(consultant).replace("-", " ").lower()

    response = resident.post("/invitacion", {"codigo": code})

    assert response.status_code == 200
    assert "Sol y Ahorro SAC" in text_of(response)


def test_a_resident_takes_over_a_home_and_the_consultant_keeps_looking(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    (home, *_) = kept(consultant, CLIENTS)
    code = code_of(consultant, f"/cartera/{home}/invitar")
    shown = text_of(resident.post("/invitacion", {"codigo": code}))

    response = resident.post("/invitacion/aceptar", {"codigo": code})

    assert "Hacerlo mío" in shown
    assert response.location == f"/hogares/{home}/acceso"
    households = service.tools.store.people.households
    assert households.reach(home, resident.id) is Reach.OWNER
    assert consultant.get(f"/cartera/{home}")[0] == 200
    resident.post(f"/hogares/{home}/acceso/quitar", {"quien": consultant.id})
    assert consultant.get(f"/cartera/{home}")[0] == 404


def test_two_who_take_over_one_home_do_not_both_get_it(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    (home, *_) = kept(consultant, CLIENTS)
    first, second = (code_of(consultant, f"/cartera/{home}/invitar") for _ in range(2))
    resident.post("/invitacion/aceptar", {"codigo": first})
    other = service.signed(Role.RESIDENT)

    response = other.post("/invitacion/aceptar", {"codigo": second})

    assert response.status_code == 422
    assert client_book(service.tools).owners_of([home]) == {home: resident.id}


def test_of_two_who_take_over_one_home_in_the_same_moment_one_is_too_late(
    service: Service, consultant: Signed, resident: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home, *_) = kept(consultant, CLIENTS)
    first, second = (code_of(consultant, f"/cartera/{home}/invitar") for _ in range(2))
    other, checked = service.signed(Role.RESIDENT), invitations._for
    tools, now, texts = service.tools, service.clock.at, open_texts("es")

    def overtaken(account: str, code: str, *, tools: Toolbox, as_of: datetime) -> object:
        found = checked(account, code, tools=tools, as_of=as_of)
        if account == resident.id:
            theirs = Accepting(code=second, account=other.id, texts=texts)
            take_over(theirs, tools=tools, as_of=as_of)
        return found

    monkeypatch.setattr(invitations, "_for", overtaken)

    with pytest.raises(InvitationError, match="invitation-gone"):
        take_over(Accepting(code=first, account=resident.id, texts=texts), tools=tools, as_of=now)

    owners = [
        one.account
        for one in tools.store.people.households.reached_by(home)
        if one.reach is Reach.OWNER
    ]
    assert owners == [other.id]


def test_unused_codes_can_be_voided(consultant: Signed, resident: Signed) -> None:
    code = code_of(consultant)

    consultant.post("/cartera/invitaciones/anular")

    assert resident.post("/invitacion", {"codigo": code}).status_code == 422


def test_one_consultants_own_code_gives_nobody_more(consultant: Signed) -> None:
    response = consultant.post(
        "/invitacion/aceptar", {"codigo": code_of(consultant), "hogar": "h-1", "dias": "30"}
    )

    assert response.status_code == 422
    assert "Este código lo hiciste tú" in text_of(response)


@pytest.mark.parametrize("code", ["", "x", EVIL, "' or 1=1 --", "0" * 20, "9" * 5_000, "\x00"])
def test_no_other_text_is_a_code(resident: Signed, code: str) -> None:
    for path in ("/invitacion", "/invitacion/aceptar"):
        response = resident.post(path, {"codigo": code})

        assert response.status_code == 422
        assert EVIL not in text_of(response)


def test_a_consultant_who_goes_leaves_no_home_that_nobody_owns(
    service: Service, consultant: Signed, resident: Signed
) -> None:
    own = kept(consultant, CLIENTS)
    home = shared(service, consultant, resident)
    accounts = service.tools.store.people.accounts
    accounts.set_password(consultant.id, hash_password("tres caballos cruzan el puente"))
    accounts.set_second_factor(consultant.id, None)
    [session, *_] = service.tools.store.people.sessions.of_account(
        consultant.id, at=service.clock.at
    )
    who = SignedIn(account=accounts.get(consultant.id), session=session)

    erase_account(
        who,
        Proof(password="tres caballos cruzan el puente"),
        tools=service.tools,
        as_of=service.clock.at,
    )

    assert [a.home for a in client_book(service.tools).answers_of([*own, home])] == [home]


def test_of_two_who_send_one_code_at_once_one_is_too_late(
    service: Service, consultant: Signed, resident: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = code_of(consultant)
    first, second = service.home_of(resident), service.home_of(resident)
    seen = invited_by(code, tools=service.tools, as_of=service.clock.at)
    # Both looked at the code before either used it up.
    monkeypatch.setattr(invitations, "invited_by", lambda *_, **__: seen)

    responses = [
        resident.post("/invitacion/aceptar", {"codigo": code, "hogar": home, "dias": "30"})
        for home in (first, second)
    ]

    assert [response.status_code for response in responses] == [303, 422]
    assert service.tools.store.people.households.reach(second, consultant.id) is None
