"""The list of homes, the page of one, and what its people decide about the plan."""

import pytest
from tests.unit.web.conftest import unpacked
from tests.unit.web.households.conftest import NOW, PAIRS, Resident, Town, steps_in, words_of

from ahorraluz.security.roles import Role
from ahorraluz.services.accounts.trail import trail_of_home
from ahorraluz.store.records import Description
from ahorraluz.texts import open_texts
from ahorraluz.web.households.remembered import Remembered


def acts(rosa: Resident) -> list[str]:
    return [line.act for line in trail_of_home(rosa.home, tools=rosa.tools)]


def test_one_with_a_single_home_is_there_at_once(rosa: Resident) -> None:
    response = rosa.client.get("/hogares")

    assert response.status_code == 303
    assert response.headers["Location"] == f"/hogares/{rosa.home}"


def test_the_list_names_every_home(town: Town, rosa: Resident) -> None:
    rosa.client.post("/hogares", data={"csrf": rosa.token(), "d": "seal", "k": "88"})

    status, html = rosa.get("/hogares")

    assert status == 200
    assert html.count('class="go" href="/hogares/h-') == 2
    assert "Lima · Luz del Sur" in html


def test_another_home_without_answers_is_asked_for_its_place(town: Town) -> None:
    person = town.person()

    made = person.client.post("/hogares", data={"csrf": person.token()})
    asked = person.client.get(made.headers["Location"])

    assert asked.status_code == 303
    assert asked.headers["Location"].endswith("/pasos/lugar")


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.AGENCY, Role.ADMINISTRATOR])
def test_accounts_without_homes_are_sent_where_they_begin(town: Town, role: Role) -> None:
    response = town.person(role).client.get("/hogares")

    assert response.status_code == 303
    assert response.headers["Location"] not in ("/hogares", "/entrar")


def test_a_home_shows_its_month_its_plan_and_its_uses(rosa: Resident) -> None:
    html = rosa.page()

    assert "Tu recibo será de unos" in words_of(html)
    assert "Para no pasar de" in html
    assert steps_in(html)
    assert 'id="usos"' in html


def test_a_home_page_speaks_english_too(rosa: Resident) -> None:
    html = rosa.page("?lang=en")

    assert '<html lang="en"' in html
    assert "Your bill will be about" in words_of(html)
    assert f'href="/hogares/{rosa.home}/pasos/lugar?lang=en"' in html


def test_what_if_answers_at_once_and_keeps_nothing(rosa: Resident) -> None:
    before = rosa.kept

    html = rosa.page("?k=400")

    assert "Esto es una prueba" in html
    assert 'value="400"' in html
    assert rosa.kept == before


def test_what_if_says_what_cannot_be(rosa: Resident) -> None:
    status, html = rosa.get(f"/hogares/{rosa.home}?k=-5")

    assert status == 422
    assert "errors" in html


def test_what_if_takes_no_field_that_the_page_does_not_offer(rosa: Resident) -> None:
    html = rosa.page("?d=seal")

    assert "Esto es una prueba" not in html
    assert "Luz del Sur" in html


def test_a_step_that_was_done_leaves_the_plan_with_its_promise(rosa: Resident) -> None:
    step = "standby-off"
    assert step in steps_in(rosa.page())

    response = rosa.post(f"/plan/{step}", que="hecho", dia="2026-11-20")

    html = rosa.page()
    promise = rosa.tools.store.promises.of_home(rosa.home, step)
    assert response.status_code == 303
    assert promise is not None
    assert step not in steps_in(html)
    assert 'id="logrado"' in html
    assert "el plan decía" in html
    assert "step-done" in acts(rosa)


def test_a_day_noted_by_mistake_is_mended_and_history_stays(rosa: Resident) -> None:
    step = "standby-off"
    rosa.post(f"/plan/{step}", que="hecho", dia="2026-11-20")
    promise = rosa.tools.store.promises.of_home(rosa.home, step)

    response = rosa.post(f"/plan/{step}", que="hecho", dia="2026-11-10")

    book = rosa.tools.store.promises
    assert response.status_code == 303
    assert "10 de noviembre de 2026" in words_of(rosa.page())
    assert "20 de noviembre de 2026" not in words_of(rosa.page())
    assert [note.day.day for note in book.notes(rosa.home) if note.day] == [20, 10]
    assert book.of_home(rosa.home, step) == promise
    assert "step-mended" in acts(rosa)


def test_a_step_marked_by_mistake_comes_back_into_the_plan(rosa: Resident) -> None:
    step = "standby-off"
    rosa.post(f"/plan/{step}", que="hecho", dia="2026-11-20")
    assert f"/plan/{step}/quitar" in rosa.page()

    response = rosa.post(f"/plan/{step}/quitar")

    html = rosa.page()
    assert response.status_code == 303
    assert step in steps_in(html)
    assert 'id="logrado"' not in html
    assert [note.day for note in rosa.tools.store.promises.notes(rosa.home)][-1] is None
    assert "step-taken-back" in acts(rosa)
    assert rosa.post(f"/plan/{step}/quitar").status_code == 422
    assert rosa.post("/plan/burn-money/quitar").status_code == 422


def test_only_who_may_change_a_home_takes_a_step_of_it_back(town: Town, rosa: Resident) -> None:
    rosa.post("/plan/standby-off", que="hecho", dia="2026-11-20")
    stranger = town.resident()

    path = f"/hogares/{rosa.home}/plan/standby-off/quitar"
    by_stranger = stranger.client.post(path, data={"csrf": stranger.token()})
    without_token = rosa.client.post(path)

    assert (by_stranger.status_code, without_token.status_code) == (404, 403)
    assert [d.step for d in rosa.tools.store.promises.done(rosa.home)] == ["standby-off"]


def test_a_step_without_a_promise_can_be_done_too(rosa: Resident) -> None:
    response = rosa.post("/plan/three-band-tariff", que="hecho")

    assert response.status_code == 303
    assert rosa.tools.store.promises.of_home(rosa.home, "three-band-tariff") is None
    assert [d.step for d in rosa.tools.store.promises.done(rosa.home)] == ["three-band-tariff"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"que": "hecho", "dia": "2027-01-01"}, "2027"),
        ({"que": "hecho", "dia": "ayer"}, "ayer"),
        ({"que": "quizás"}, "quizás"),
        ({}, "Qué decides"),
    ],
)
def test_a_wrong_decision_is_refused_and_writes_nothing(
    rosa: Resident, fields: dict[str, object], said: str
) -> None:
    response = rosa.post("/plan/standby-off", **fields)

    assert response.status_code == 422
    assert said in words_of(unpacked(response))
    assert rosa.tools.store.promises.done(rosa.home) == ()
    assert rosa.tools.store.promises.of_home(rosa.home, "standby-off") is None


def test_a_step_there_is_not_is_refused(rosa: Resident) -> None:
    for what in ("hecho", "no", "luego"):
        assert rosa.post("/plan/burn-money", que=what).status_code == 422

    assert rosa.kept.choices == {}


def test_what_is_put_off_goes_to_the_end_and_comes_back(rosa: Resident) -> None:
    rosa.post("/plan/standby-off", que="luego")
    later = rosa.page()
    rosa.post("/plan/standby-off", que="volver")
    again = rosa.page()

    assert steps_in(later)[-1] == "standby-off"
    assert 'id="luego"' in later
    assert 'id="luego"' not in again


def test_what_is_not_wanted_leaves_the_plan_and_comes_back(rosa: Resident) -> None:
    first = rosa.page()
    rosa.post("/plan/standby-off", que="no")
    without = rosa.page()
    rosa.post("/plan/standby-off", que="volver")

    assert "standby-off" not in steps_in(without)
    assert 'id="no"' in without
    assert steps_in(rosa.page()) == steps_in(first)


def test_a_home_with_a_meter_shows_findings_and_the_month_so_far(rosa: Resident) -> None:
    rosa.adds_meter()

    html = rosa.page()

    assert "van 108.6 kWh" in html
    assert "Siempre prendido" in html
    assert "readings-added" in acts(rosa)


def test_a_home_of_which_only_the_meter_is_known_has_a_plan(town: Town) -> None:
    rosa = town.resident(("d", "luz-del-sur"), ("s", "lima-sur"))
    rosa.adds_meter()

    assert steps_in(rosa.page())


def test_a_step_that_was_done_is_measured_by_the_meter(rosa: Resident) -> None:
    rosa.adds_meter()
    rosa.post("/plan/standby-off", que="hecho", dia="2026-08-03")

    html = rosa.page()

    assert "Todavía no se puede medir" not in html


def test_keeping_the_answer_is_offered_on_the_page_of_the_answer(
    town: Town, rosa: Resident
) -> None:
    address = "/respuesta?d=luz-del-sur&s=lima-sur&k=152"
    stranger = town.app.test_client().get(address)

    _, html = rosa.get(address)

    assert "/crear-cuenta?d=luz-del-sur" in unpacked(stranger)
    assert '<form action="/hogares" method="post">' in html


@pytest.mark.parametrize(
    ("pairs", "step"),
    [
        ((("d", "seal"),), "recibos"),
        ((("dep", "atlantis"), ("k", "90")), "lugar"),
        ((("d", "luz-del-sur"), ("k", "-5")), "recibos"),
        ((("d", "luz-del-sur"), ("k", "90"), ("ph", "-3")), "casa"),
    ],
)
def test_a_home_that_cannot_be_answered_is_asked_for_what_stands_in_the_way(
    town: Town, pairs: tuple[tuple[str, str], ...], step: str
) -> None:
    rosa = town.resident(*pairs)

    response = rosa.client.get(f"/hogares/{rosa.home}")

    assert response.status_code == 303
    assert response.headers["Location"] == f"/hogares/{rosa.home}/pasos/{step}"
    assert rosa.page(f"/pasos/{step}")


def test_a_home_without_a_meter_is_beside_others_by_its_recibos(rosa: Resident) -> None:
    html = rosa.page()

    assert 'id="h-otros"' in html
    assert "152 kWh" in html.partition('id="h-otros"')[2]


def test_homes_like_it_are_told_of_in_groups_of_thirty_only(town: Town) -> None:
    pairs = (*PAIRS, ("ph", "6"))
    rosa, *others = (town.resident(*pairs) for _ in range(31))
    alone = rosa.page()
    for number, other in enumerate((rosa, *others)):
        described = Description(
            department="lima",
            people=6,
            altitude_m=150.0,
            end_uses=frozenset(),
            kwh_month=100.0 + number,
        )
        town.tools.store.describe(other.home, described, NOW)
    for kept in ("ahorraluz.views", "ahorraluz.pages"):
        town.app.extensions[kept] = Remembered()

    beside = rosa.page()

    group = open_texts("es").text("finding.peers-group.title")
    assert group not in alone
    assert group in beside
