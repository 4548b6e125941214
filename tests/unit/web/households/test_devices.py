"""Devices of a home on their pages: let in with a key, tried, changed, shut out, erased."""

import json
import re

import pytest
from tests.unit.web.conftest import unpacked
from tests.unit.web.households.conftest import Resident, Town, words_of

from ahorraluz.services.live.devices import DeviceWish, own_device, try_message
from ahorraluz.services.live.taking_in import Incoming, Intake
from ahorraluz.web.households import devices as pages
from ahorraluz.web.households.devices_view import EXAMPLES, PAGE_KINDS
from ahorraluz.web.page import this_moment

KEY = re.compile(r"ald_[A-Za-z0-9_-]{43}")
SCRIPT = "<script>alert(1)</script>"
TASMOTA = '{"Time": "2026-11-24T10:00:00", "ENERGY": {"Total": 12.5, "Power": 250}}'


def adds(person: Resident, **fields: str) -> tuple[str, str]:
    """Connect a device; return its id and key."""
    said = {"nombre": "Medidor", "tipo": "tasmota", "mide": "home", **fields}
    html = unpacked(person.post("/aparatos", **said))
    key, device = KEY.search(html), re.search(r"/aparatos/([0-9a-f]{20})", html)
    assert key is not None, words_of(html)
    assert device is not None
    return device.group(1), key.group()


def hears(person: Resident, device: str, body: str, *, below: str = "tele/SENSOR") -> None:
    """Take in what a device sends."""
    now = this_moment()
    message = Incoming(f"ahorraluz/{device}/{below}", body.encode(), int(now.timestamp() * 1000))
    Intake(person.tools, clock=lambda: now).take([message])


def test_a_device_is_let_in_and_its_key_is_shown_once(rosa: Resident) -> None:
    device, key = adds(rosa)

    listed, one = rosa.page("/aparatos"), rosa.page(f"/aparatos/{device}")

    assert "Medidor" in listed
    assert "Todavía no manda nada." in words_of(one)
    assert KEY.search(listed + one) is None
    assert own_device(rosa.home, device, tools=rosa.tools).key_hash is not None
    assert key not in str(own_device(rosa.home, device, tools=rosa.tools))


def test_the_settings_of_a_tasmota_are_ready_to_copy(rosa: Resident) -> None:
    html = unpacked(rosa.post("/aparatos", nombre="Enchufe", tipo="tasmota", mide="part"))
    device, key = re.search(r"/aparatos/([0-9a-f]{20})", html), KEY.search(html)

    assert device is not None
    assert key is not None
    assert f"MqttUser {device.group(1)}; MqttPassword {key.group()}" in html
    assert f"FullTopic ahorraluz/{device.group(1)}/%prefix%/" in html
    assert "<svg" in html[html.index('class="qr"') :]


@pytest.mark.parametrize("kind", [kind for kind in PAGE_KINDS if kind != "mapped"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_every_kind_has_settings_of_its_own(rosa: Resident, kind: str, language: str) -> None:
    token = rosa.token()
    answer = rosa.client.post(
        f"/hogares/{rosa.home}/aparatos?lang={language}",
        data={"csrf": token, "nombre": "Uno", "tipo": kind, "mide": "home"},
    )

    assert answer.status_code == 200
    assert KEY.search(unpacked(answer)) is not None
    assert rosa.client.get(f"/hogares/{rosa.home}/aparatos?lang={language}").status_code == 200


@pytest.mark.parametrize("kind", [kind for kind in EXAMPLES if kind != "auto"])
def test_every_example_to_try_is_understood(kind: str) -> None:
    example = EXAMPLES[kind]

    tried = try_message(
        DeviceWish(name="Uno", dialect=kind, mapping=example.mapping),
        topic=example.topic,
        body=example.body,
        zone="America/Lima",
    )

    assert tried.samples
    assert [issue.code for issue in tried.issues if issue.code != "live-checksum-differs"] == []


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"nombre": ""}, "Ponle un nombre"),
        ({"nombre": "x" * 61}, "hasta 60 letras"),
        ({"tipo": "toaster"}, "No conocemos aparatos del tipo"),
        ({"mide": "everything"}, "Un aparato no puede medir"),
        ({"tipo": "mapped", "mapa": "{"}, "El mapa debe ser un objeto JSON"),
        ({"tipo": "mapped", "mapa": "[" * 20_000}, "El mapa debe ser un objeto JSON"),
        ({"tipo": "mapped", "mapa": '{"fields": []}'}, "no tiene ninguna fila"),
        ({"tipo": "mapped", "mapa": '{"fields": [{"measure": "heat"}]}'}, "En la fila 1"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    rosa: Resident, fields: dict[str, str], word: str
) -> None:
    said = {"nombre": "Uno", "tipo": "tasmota", "mide": "home", **fields}

    answer = rosa.post("/aparatos", **said)

    assert answer.status_code == 422
    assert word in words_of(unpacked(answer))
    assert rosa.tools.store.live.devices.of_home(rosa.home) == ()


def test_what_a_device_measures_is_listed_with_its_last_number(rosa: Resident) -> None:
    device, _ = adds(rosa)
    hears(rosa, device, '{"ENERGY": {"Total": 12.5, "Power": 250}}')

    said = words_of(rosa.page("/aparatos"))

    assert "Avisó hace un momento." in said
    assert "potencia de la red, 250 W" in said
    assert "12.5 kWh" in said


def test_a_message_that_was_refused_is_shown_with_its_reason(rosa: Resident) -> None:
    device, _ = adds(rosa)
    hears(rosa, device, f'{{"hola": "{SCRIPT}"}}', below="estado")

    html = rosa.page(f"/aparatos/{device}")

    assert "No entendimos el mensaje." in words_of(html)
    assert "estado" in html
    assert SCRIPT not in html


def test_a_clock_that_is_off_is_told(rosa: Resident) -> None:
    device, _ = adds(rosa)
    found = own_device(rosa.home, device, tools=rosa.tools)
    rosa.tools.store.live.devices.learn(found, clock_ms=-3 * 3_600_000, units={})

    assert "Su reloj está atrasado 3 h" in words_of(rosa.page(f"/aparatos/{device}"))


def test_a_message_is_tried_and_nothing_is_kept(rosa: Resident) -> None:
    device, _ = adds(rosa)

    answer = rosa.post(f"/aparatos/{device}/probar", tema="tele/SENSOR", mensaje=TASMOTA)

    said = words_of(unpacked(answer))
    assert answer.status_code == 200
    assert "potencia de la red, 250 W" in said
    assert "contador de la red, 12.5 kWh" in said
    assert rosa.tools.store.live.devices.channels(rosa.home) == ()


def test_a_mapping_is_tried_before_it_is_kept(rosa: Resident) -> None:
    device, _ = adds(rosa, tipo="mapped", mapa=EXAMPLES["mapped"].mapping)
    other = '{"fields": [{"topic": "casa", "path": "w", "measure": "power", "unit": "kW"}]}'

    fits = rosa.post(f"/aparatos/{device}/probar", tema="casa", mensaje='{"w": 2}', mapa=other)
    not_there = rosa.post(f"/aparatos/{device}/probar", tema="cocina", mensaje="1", mapa=other)
    broken = rosa.post(f"/aparatos/{device}/probar", tema="casa", mensaje="1", mapa="{")

    assert "2 kW" in words_of(unpacked(fits))
    assert "no dice nada de «cocina»" in words_of(unpacked(not_there))
    assert broken.status_code == 422
    kept = own_device(rosa.home, device, tools=rosa.tools).mapping
    assert kept == json.loads(EXAMPLES["mapped"].mapping)


def test_a_device_is_renamed_and_gets_another_kind(rosa: Resident) -> None:
    device, _ = adds(rosa)

    answer = rosa.post(f"/aparatos/{device}", nombre=SCRIPT, tipo="shelly", mide="panels", mapa="")

    html = rosa.page(f"/aparatos/{device}")
    assert answer.status_code == 303
    assert SCRIPT not in html
    assert "&lt;script&gt;" in html
    changed = own_device(rosa.home, device, tools=rosa.tools)
    assert (changed.dialect, changed.settings["measures"]) == ("shelly", "panels")


def test_a_new_key_takes_the_place_of_the_former(rosa: Resident) -> None:
    device, former = adds(rosa)
    before = own_device(rosa.home, device, tools=rosa.tools)

    html = unpacked(rosa.post(f"/aparatos/{device}/llave"))

    shown = KEY.search(html)
    assert shown is not None
    assert shown.group() != former
    assert own_device(rosa.home, device, tools=rosa.tools).key_hash != before.key_hash


def test_a_device_that_is_shut_out_keeps_what_it_measured(rosa: Resident) -> None:
    device, _ = adds(rosa)
    hears(rosa, device, TASMOTA)

    rosa.post(f"/aparatos/{device}/cerrar")

    shut = own_device(rosa.home, device, tools=rosa.tools)
    assert (shut.key_hash, shut.broker_password) == (None, None)
    assert "Su llave ya no abre." in words_of(rosa.page(f"/aparatos/{device}"))
    assert rosa.tools.store.live.devices.channels(rosa.home)


def test_a_measure_that_is_unticked_does_not_count(rosa: Resident, town: Town) -> None:
    other = town.resident()
    device, _ = adds(rosa)
    foreign, _ = adds(other)
    hears(rosa, device, TASMOTA)
    hears(other, foreign, TASMOTA)
    book = rosa.tools.store.live.devices
    power, register = (channel.id for channel in book.channels(rosa.home))
    others = [str(channel.id) for channel in book.channels(other.home)]

    rosa.post(f"/aparatos/{device}/medidas", medida=[str(register), *others, "x", "9" * 40])

    assert book.ignored(rosa.home) == {power}
    assert book.ignored(other.home) == frozenset()
    rosa.post(f"/aparatos/{device}/medidas", medida=[str(power), str(register)])
    assert book.ignored(rosa.home) == frozenset()


def test_taking_out_asks_for_the_password(rosa: Resident, monkeypatch: pytest.MonkeyPatch) -> None:
    device, _ = adds(rosa)
    hears(rosa, device, TASMOTA)

    refused = rosa.post(f"/aparatos/{device}/quitar", clave="not it")

    assert refused.status_code == 422
    assert rosa.tools.store.live.devices.channels(rosa.home)
    monkeypatch.setattr(pages, "confirm", lambda *_, **__: None)
    done = rosa.post(f"/aparatos/{device}/quitar", clave="it")
    assert done.status_code == 303
    assert rosa.tools.store.live.devices.of_home(rosa.home) == ()
    assert rosa.tools.store.live.devices.channels(rosa.home) == ()


def test_what_was_done_with_devices_stands_on_the_record(rosa: Resident) -> None:
    device, _ = adds(rosa)
    rosa.post(f"/aparatos/{device}", nombre="Dos", tipo="shelly", mide="home")
    rosa.post(f"/aparatos/{device}/llave")
    rosa.post(f"/aparatos/{device}/cerrar")

    html = unpacked(rosa.client.get("/cuenta/registro"))

    for words in ("Se conectó un aparato", "Se cambió un aparato", "llave nueva", "Se cerró"):
        assert words in html, words


ACTS = ("", "/probar", "/llave", "/cerrar", "/medidas", "/quitar")


def test_nobody_else_reaches_a_device(rosa: Resident, town: Town) -> None:
    device, _ = adds(rosa)
    before = own_device(rosa.home, device, tools=rosa.tools)
    other, helper = town.resident(), town.helper_of(rosa)
    mine = other.home

    # A device of another home, under an address of one's own; and the other home itself.
    for home in (mine, rosa.home):
        for act in ACTS:
            path = f"/hogares/{home}/aparatos/{device}{act}"
            said = {"csrf": other.token(), "nombre": "x", "tipo": "tasmota", "mide": "home"}
            assert other.client.post(path, data=said).status_code == 404, path
        assert other.client.get(f"/hogares/{home}/aparatos/{device}").status_code == 404
    said = {"csrf": helper.token(), "nombre": "x", "tipo": "tasmota", "mide": "home"}
    assert helper.client.post(f"/hogares/{rosa.home}/aparatos", data=said).status_code == 403
    assert helper.client.get(f"/hogares/{rosa.home}/aparatos").status_code == 403

    assert own_device(rosa.home, device, tools=rosa.tools) == before


def test_a_form_of_another_site_does_nothing(rosa: Resident) -> None:
    device, _ = adds(rosa)

    for act in ("/llave", "/cerrar", "/quitar"):
        path = f"/hogares/{rosa.home}/aparatos/{device}{act}"
        assert rosa.client.post(path, data={"clave": "x"}).status_code == 403

    assert own_device(rosa.home, device, tools=rosa.tools).key_hash is not None


def test_a_device_that_there_is_not_is_not_found(rosa: Resident) -> None:
    for device in ("0" * 20, "x", "..", "a'b", "%00"):
        assert rosa.client.get(f"/hogares/{rosa.home}/aparatos/{device}").status_code == 404
