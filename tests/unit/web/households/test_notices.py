"""The page of notices: what happened, ways to be told, and what somebody may not do there."""

import re
from collections.abc import Mapping

import pytest
from tests.unit.web.conftest import unpacked
from tests.unit.web.households.conftest import Resident, Town, words_of

from ahorraluz.core.live.days import Hours
from ahorraluz.core.live.events import Event, Kind, Weight
from ahorraluz.services.live import wishing
from ahorraluz.services.live.sending import Message, Outcome, Result
from ahorraluz.services.live.watching import new_event
from ahorraluz.services.live.wishing import Wishes, wishes_of
from ahorraluz.store.live.watching import Watched
from ahorraluz.web.page import this_moment

ADDRESS = "ntfys://u:secreto-de-rosa@ntfy.ejemplo.pe/tema"
WAY = {"nombre": "Mi celular", "direccion": ADDRESS, "acuerdo": "si"}
CHOICE: dict[str, object] = {
    "aviso": ["limits", "week"],
    "silencio": "si",
    "desde": "23",
    "hasta": "6",
    "maximo": "3",
    "idioma": "en",
}


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """Send nothing, and write down what would be."""
    messages: list[Message] = []

    def send(message: Message, ways: Mapping[str, str], *, inside: str) -> Mapping[str, Result]:
        messages.append(message)
        return {name: Result(outcome=Outcome.REFUSED, status=404) for name in ways}

    monkeypatch.setattr(wishing, "send", send)
    monkeypatch.setattr(wishing, "is_understood", lambda url, *, inside: None)
    return messages


def wishes(who: Resident, home: str = "") -> Wishes:
    return wishes_of(home or who.home, who.id, tools=who.tools)


def happens(who: Resident, circuit: str = "Plancha") -> None:
    now = int(this_moment().timestamp() * 1_000)
    event = Event(
        kind=Kind.LEFT_ON,
        key="a",
        at_ms=now,
        weight=Weight.NOTICE,
        due_ms=now,
        cents=85,
        basis="hour",
        figures={"power_w": 1_100, "since_ms": now, "on_min": 95, "circuit": circuit},
    )
    watched = Watched(home=who.home, version=1, state=b"{}", events=(new_event(event),))
    who.tools.store.live.watches.keep([watched], at_ms=now)


def test_a_home_without_events_says_when_there_will_be_some(rosa: Resident) -> None:
    html = rosa.page("/avisos")

    assert "Todavía no hay avisos." in words_of(html)
    assert "Todavía no elegiste ninguna." in words_of(html)


def test_the_last_events_are_shown_with_the_soles_at_stake(rosa: Resident) -> None:
    happens(rosa)

    html = rosa.page("/avisos")

    assert "«Plancha» está prendido" in words_of(html)
    assert '<span class="tag">S/ 0.85</span>' in html


def test_a_name_of_a_device_is_text_on_the_page(rosa: Resident) -> None:
    happens(rosa, "<script>alert(1)</script>")

    assert "<script>alert" not in rosa.page("/avisos")


def test_a_way_is_kept_and_its_address_never_shown_again(rosa: Resident) -> None:
    answer = rosa.post("/avisos/formas", **WAY)

    assert answer.status_code == 303
    (way,) = wishes(rosa).ways
    assert way.url == ADDRESS
    html = rosa.page("/avisos")
    assert "Mi celular" in html
    assert "ntfy · ntfy.ejemplo.pe" in html
    assert "secreto-de-rosa" not in html


def test_what_is_kept_of_an_address_cannot_be_read_without_the_key(
    rosa: Resident, town: Town
) -> None:
    rosa.post("/avisos/formas", **WAY)

    folder = town.tools.settings.data_dir
    stored = b"".join(path.read_bytes() for path in folder.glob("ahorraluz.db*"))

    assert rosa.home.encode() in stored
    assert b"secreto-de-rosa" not in stored
    assert b"ntfy.ejemplo.pe" not in stored


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"direccion": ""}, "Escribe la dirección"),
        ({"direccion": "file:///etc/passwd"}, "No enviamos avisos por «file»"),
        ({"direccion": "ntfys://127.0.0.1/secreto-de-rosa"}, "lleva a una red privada"),
        ({"direccion": "ntfy://ntfy.ejemplo.pe/secreto-de-rosa"}, "Usa «ntfys»"),
        ({"direccion": ADDRESS + "?verify=no"}, "«verify»"),
        ({"acuerdo": ""}, "Marca que estás de acuerdo"),
        ({"nombre": "x" * 41}, "Escribe uno de hasta 40 letras"),
        ({"nombre": "a\u202eb"}, "no se puede usar"),
    ],
)
def test_a_wrong_way_is_answered_in_words_and_not_kept(
    rosa: Resident, changed: dict[str, object], said: str
) -> None:
    answer = rosa.post("/avisos/formas", **{**WAY, **changed})

    html = unpacked(answer)
    assert answer.status_code == 422
    assert said in words_of(html)
    assert "secreto-de-rosa" not in html
    assert wishes(rosa).ways == ()


def test_an_address_that_the_service_does_not_know_is_refused(
    rosa: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wishing, "is_understood", lambda url, *, inside: Outcome.WRONG)
    assert "no entiende esa dirección" in unpacked(rosa.post("/avisos/formas", **WAY))

    monkeypatch.setattr(wishing, "is_understood", lambda url, *, inside: Outcome.SEVERAL)
    assert "lleva a varias personas" in unpacked(rosa.post("/avisos/formas", **WAY))


def test_the_same_address_is_kept_once_and_no_more_than_six(rosa: Resident) -> None:
    rosa.post("/avisos/formas", **WAY)
    assert "ya está en tu lista" in unpacked(rosa.post("/avisos/formas", **WAY))

    for number in range(7):
        rosa.post("/avisos/formas", **{**WAY, "direccion": f"ntfys://tema-{number}"})

    assert len(wishes(rosa).ways) == 6
    assert "Agregar una forma" not in words_of(rosa.page("/avisos"))


def test_a_message_on_trial_says_what_became_of_it(rosa: Resident, sent: list[Message]) -> None:
    rosa.post("/avisos/formas", **WAY)
    (way,) = wishes(rosa).ways

    html = unpacked(rosa.post(f"/avisos/formas/{way.id}/probar"))

    assert [message.title for message in sent] == ["AhorraLuz: prueba"]
    assert "El servicio no aceptó el mensaje (respuesta 404)." in words_of(html)


def test_messages_on_trial_are_limited(rosa: Resident, sent: list[Message]) -> None:
    rosa.post("/avisos/formas", **WAY)
    (way,) = wishes(rosa).ways

    answers = [rosa.post(f"/avisos/formas/{way.id}/probar") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 422, 422]
    assert "Espera diez minutos" in unpacked(answers[-1])
    assert len(sent) == 3


def test_a_way_that_is_removed_is_erased(rosa: Resident) -> None:
    rosa.post("/avisos/formas", **WAY)
    (way,) = wishes(rosa).ways

    assert rosa.post(f"/avisos/formas/{way.id}/quitar").status_code == 303
    assert wishes(rosa).ways == ()
    assert rosa.post(f"/avisos/formas/{way.id}/quitar").status_code == 422


def test_events_quiet_hours_and_language_are_chosen(rosa: Resident) -> None:
    assert rosa.post("/avisos", **CHOICE).status_code == 303

    kept = wishes(rosa)
    assert kept.groups == ("limits", "week")
    assert kept.quiet == Hours(23, 6)
    assert (kept.most_day, kept.language) == (3, "en")
    html = rosa.page("/avisos")
    assert re.findall(r'name="aviso" value="([a-z-]+)" checked', html) == ["limits", "week"]
    assert '<option value="23" selected>' in html


def test_without_quiet_hours_somebody_is_told_at_any_time(rosa: Resident) -> None:
    rosa.post("/avisos", **{**CHOICE, "silencio": ""})

    assert wishes(rosa).quiet is None


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"aviso": ["todo"]}, "No hay avisos del tipo «todo»"),
        ({"desde": "24"}, "van de 0 a 23"),
        ({"hasta": "-1"}, "van de 0 a 23"),
        ({"desde": "²"}, "van de 0 a 23"),
        ({"maximo": "0"}, "Elige entre 1 y 20"),
        ({"maximo": "muchos"}, "Pusiste muchos mensajes"),
        ({"idioma": "fr"}, "idioma «fr»"),
    ],
)
def test_a_wrong_choice_is_answered_in_words_and_not_kept(
    rosa: Resident, changed: dict[str, object], said: str
) -> None:
    answer = rosa.post("/avisos", **{**CHOICE, **changed})

    assert answer.status_code == 422
    assert said in words_of(unpacked(answer))
    assert wishes(rosa) == Wishes()


def test_who_reads_the_same_home_sees_and_changes_their_own_wishes_only(
    town: Town, rosa: Resident
) -> None:
    rosa.post("/avisos/formas", **WAY)
    (way,) = wishes(rosa).ways
    helper = town.helper_of(rosa)

    assert "ntfy.ejemplo.pe" not in helper.page("/avisos")
    assert helper.post(f"/avisos/formas/{way.id}/probar").status_code == 422
    assert helper.post(f"/avisos/formas/{way.id}/quitar").status_code == 422
    helper.post("/avisos/formas", **{**WAY, "direccion": "ntfys://del-asesor"})

    assert wishes(rosa).ways == (way,)
    assert [one.url for one in wishes(helper).ways] == ["ntfys://del-asesor"]


def test_a_stranger_to_the_home_finds_nothing(town: Town, rosa: Resident) -> None:
    luis = town.resident()
    luis.home = rosa.home

    assert luis.get(f"/hogares/{rosa.home}/avisos")[0] == 404
    assert luis.post("/avisos", **CHOICE).status_code == 404
    assert luis.post("/avisos/formas", **WAY).status_code == 404
    assert wishes(rosa) == Wishes()


def test_a_form_of_another_site_changes_nothing(rosa: Resident) -> None:
    answer = rosa.client.post(f"/hogares/{rosa.home}/avisos/formas", data=WAY)

    assert answer.status_code == 403
    assert wishes(rosa).ways == ()


def test_the_page_is_small_and_in_both_languages(rosa: Resident) -> None:
    answer = rosa.client.get(
        f"/hogares/{rosa.home}/avisos?lang=en", headers={"Accept-Encoding": "gzip"}
    )

    assert len(answer.data) < 20_000
    assert "Notices of your home" in unpacked(answer)
