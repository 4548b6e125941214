"""One's rights: everything in one file, deletion that leaves nothing, and who says what is kept."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.unit.web.account.conftest import (
    NAME,
    OTHER_PASSWORD,
    PASSWORD,
    Person,
    Service,
)
from tests.unit.web.conftest import unpacked

from ahorraluz.core.readings.channels import Channel, Flow, Measure, MeterFile
from ahorraluz.security.roles import Role
from ahorraluz.services.households.keeping import change_home, kept_home
from ahorraluz.services.pending_files import hold_file
from ahorraluz.store.account_tables import TRAIL
from ahorraluz.store.promise_records import PromiseTerms

EXPORT, DELETE = "/cuenta/mis-datos", "/cuenta/borrar"
LABEL = "Casa de la tia Benita"
FILE_NAME = "medidor-de-benita.csv"
HOUR_S = 3_600
FIRST_S = 1_760_000_400
ODD_KWH = 0.73519


def day_of_readings() -> MeterFile:
    start = FIRST_S + np.arange(48, dtype=np.int64) * HOUR_S
    channel = Channel(
        id="kWh",
        flow=Flow.IMPORT,
        measure=Measure.ENERGY,
        start_s=start,
        end_s=start + HOUR_S,
        value=np.full(48, ODD_KWH),
        line=np.arange(48, dtype=np.int64) + 2,
        flags=np.zeros(48, dtype=np.uint8),
    )
    return MeterFile(format="csv", channels=(channel,), rows=48, zone="America/Lima")


def home_of(service: Service, name: str = NAME) -> str:
    return service.tools.store.people.households.homes_of(service.account(name).id)[0].home


def fill(service: Service, person: Person) -> str:
    """Give a home everything that a home may have, and return its id."""
    tools, at = service.tools, service.clock.at
    home, account = home_of(service), service.account().id
    store, people = tools.store, tools.store.people
    from dataclasses import replace

    change_home(replace(kept_home(home, tools=tools), label=LABEL), tools=tools, as_of=at)
    store.add_import(home, day_of_readings(), sha256="ab" * 32, file_name=FILE_NAME, as_of=at)
    store.quarantine(home, "kWh", FIRST_S, FIRST_S, "Benita viajaba", at)
    terms = PromiseTerms(
        step="led", distributor="luz-del-sur", region="", wh_month=9_000, cents_month=700
    )
    store.promises.make(home, terms, nonce="n" * 20, as_of=at)
    store.promises.mark_done(home, "led", day=at.date(), as_of=at)
    people.households.add_note(home, "Benita cocina con luz", account=account, as_of=at)
    person.post("/cuenta/permisos", hogar=home, para="compare")
    person.post("/cuenta/rescate", clave=PASSWORD)
    return home


def files_of(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_everything_of_mine_comes_in_one_file(service: Service, rosa: Person) -> None:
    home = fill(service, rosa)

    sent = rosa.post(EXPORT, clave=PASSWORD)

    files = files_of(sent.data)
    assert sent.headers["Content-Type"] == "application/zip"
    assert json.loads(files["cuenta.json"])["name"] == NAME
    said = json.loads(files["hogares/1/hogar.json"])
    assert said["home"] == home
    assert said["said"]["label"] == LABEL
    assert ["k", "152"] in said["said"]["pairs"]
    assert said["compared_by"]["people"] == 4
    assert len(list(csv.reader(io.StringIO(files["hogares/1/lecturas-del-medidor-1.csv"])))) == 49
    assert FILE_NAME in files["hogares/1/importaciones.csv"]
    assert "Benita viajaba" in files["hogares/1/apartadas.csv"]
    assert "led" in files["hogares/1/promesas.csv"]
    assert "led" in files["hogares/1/pasos.csv"]
    assert "Benita cocina con luz" in files["hogares/1/notas.csv"]
    assert "compare" in files["permisos.csv"]
    assert "account-made" in files["registro.csv"]
    assert "home-kept" in files["hogares/1/registro.csv"]


def test_no_secret_is_in_the_file(service: Service, rosa: Person) -> None:
    fill(service, rosa)

    everything = " ".join(files_of(rosa.post(EXPORT, clave=PASSWORD).data).values())

    assert "argon2" not in everything
    assert str(rosa.cookie) not in everything


def test_what_begins_like_a_formula_is_not_run(service: Service, rosa: Person) -> None:
    tools, at = service.tools, service.clock.at
    home, account = home_of(service), service.account().id
    note = '=HYPERLINK("http://evil.pe")'
    tools.store.people.households.add_note(home, note, account=account, as_of=at)

    notes = files_of(rosa.post(EXPORT, clave=PASSWORD).data)["hogares/1/notas.csv"]

    assert [row[1] for row in csv.reader(io.StringIO(notes))] == ["text", f"'{note}"]


TAKEN_ALONG = {
    "accounts": "cuenta.json",
    "recovery_codes": "cuenta.json",
    "passkeys": "cuenta.json",
    "sessions": "cuenta.json",
    "reaches": "cuenta.json",
    "consents": "permisos.csv",
    "api_tokens": "llaves-de-programas.csv",
    "homes": "hogares/1/hogar.json",
    "answers": "hogares/1/hogar.json",
    "descriptions": "hogares/1/hogar.json",
    "imports": "hogares/1/importaciones.csv",
    "quarantine": "hogares/1/apartadas.csv",
    "shares": "hogares/1/enlaces.csv",
    "notes": "hogares/1/notas.csv",
    "done_steps": "hogares/1/pasos.csv",
    "promise_homes": "hogares/1/promesas.csv",
    "live_devices": "hogares/1/aparatos.csv",
    "live_channels": "hogares/1/canales.csv",
    "live_refused": "hogares/1/mensajes-rechazados.csv",
    "live_events": "hogares/1/avisos.csv",
    "live_sent": "hogares/1/avisos-enviados.csv",
    "live_wishes": "hogares/1/avisos-pedidos.csv",
    "live_now": "hogares/1/ahora.csv",
    "live_figures": "hogares/1/cifras.csv",
    "watched_days": "hogares/1/dias-en-cifras.csv",
    "watched_forecasts": "hogares/1/pronosticos.csv",
    "board_logins": "cuenta.json",
}
"""Where what a table keeps of somebody is in the file."""
NOTHING_TO_TAKE = {
    "tickets": "a hash that opens something for an hour",
    "resets": "a hash that opens something for a day; who asked for it is in the record",
    "once": "an answer to a program, for a day",
    "jobs": "work that is going on; its result is fetched where it was asked for",
    "live_states": "what a watch counts on, made of the readings that are in the file",
    "live_versions": "how often sums changed that are in the file",
}


def test_every_table_about_somebody_is_in_the_file(service: Service, rosa: Person) -> None:
    fill(service, rosa)
    tables = {
        table.name
        for table in TRAIL.metadata.sorted_tables
        if {"home", "account"} & {column.name for column in table.c}
    }

    files = files_of(rosa.post(EXPORT, clave=PASSWORD).data)

    assert tables - TAKEN_ALONG.keys() - NOTHING_TO_TAKE.keys() == set()
    assert set(TAKEN_ALONG.values()) <= files.keys()


def every_byte(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.name, path.read_bytes()


def traces(folder: Path, *words: str | bytes) -> list[tuple[str, str]]:
    sought = [word.encode() if isinstance(word, str) else word for word in words]
    return [
        (name, repr(word[:40]))
        for name, content in every_byte(folder)
        for word in sought
        if word in content
    ]


def payload_of(folder: Path) -> bytes:
    """Return bytes of the readings as they lie in the database."""
    import sqlite3

    with sqlite3.connect(folder / "ahorraluz.db") as database:
        [(payload,)] = database.execute("select payload from blocks limit 1").fetchall()
    database.close()
    return bytes(payload)[-64:]


def test_deleting_the_account_leaves_no_byte_of_it(
    service: Service, rosa: Person, stranger: Person, tmp_path: Path
) -> None:
    home, account = fill(service, rosa), service.account().id
    hold_file(
        b"kWh;" + LABEL.encode(),
        name=FILE_NAME,
        visitor=account,
        tools=service.tools,
        as_of=service.clock.at,
    )
    payload = payload_of(tmp_path)
    ids = (home, account)
    before = traces(tmp_path, *ids, payload)

    wrong = rosa.post(DELETE, form=DELETE, clave="otra cosa larga")
    gone = rosa.post(DELETE, form=DELETE, clave=PASSWORD)

    assert len({word for _, word in before}) == 3
    assert (wrong.status_code, gone.status_code) == (422, 303)
    assert traces(tmp_path, *ids, payload, NAME, LABEL, FILE_NAME, "Benita") == []
    assert service.browser().signs_in().status_code == 422
    assert rosa.client.get("/cuenta").location == "/entrar"
    assert stranger.client.get("/cuenta").status_code == 200


def test_deleting_a_home_leaves_the_account_and_no_byte_of_the_home(
    service: Service, rosa: Person, tmp_path: Path
) -> None:
    home = fill(service, rosa)
    payload, path = payload_of(tmp_path), f"/cuenta/hogares/{home}/borrar"

    wrong = rosa.post(path, form=path, clave="otra cosa larga")
    gone = rosa.post(path, form=path, clave=PASSWORD)

    assert (wrong.status_code, gone.status_code) == (422, 303)
    assert traces(tmp_path, home, payload, LABEL, FILE_NAME) == []
    assert "Clear-Site-Data" not in wrong.headers
    assert gone.headers["Clear-Site-Data"] == '"storage"'
    assert rosa.client.get("/cuenta").status_code == 200
    assert "Se borró un hogar" in rosa.get("/cuenta/registro")


def test_the_trail_still_holds_and_names_nobody(service: Service, rosa: Person) -> None:
    lines = service.tools.store.people.trail.check().count

    rosa.post(DELETE, form=DELETE, clave=PASSWORD)

    trail = service.tools.store.people.trail
    assert trail.check().count == lines + 1
    assert trail.newest(limit=1)[0].act == "account-deleted"


def test_nobody_deletes_the_home_of_somebody_else(
    service: Service, rosa: Person, stranger: Person
) -> None:
    path = f"/cuenta/hogares/{home_of(service)}/borrar"

    shown = stranger.client.get(path)
    posted = stranger.post(path, clave=OTHER_PASSWORD)

    assert (shown.status_code, posted.status_code) == (404, 404)
    assert kept_home(home_of(service), tools=service.tools).id


def test_the_page_of_privacy_says_who_answers_or_that_nobody_said_so(
    service: Service, make_service: Callable[..., Service]
) -> None:
    told = make_service(
        controller="Luz <b>SAC</b>",
        controller_address="Jr. Puno 1, Lima",
        controller_contact="datos@luz.pe",
        hosting_country="Perú",
        data_bank="RNPDP-123",
    )

    unset = service.browser().get("/privacidad")
    named = told.browser().get("/privacidad")

    assert "no ha dicho todavía quién es" in unset
    assert "Luz &lt;b&gt;SAC&lt;/b&gt;" in named
    assert all(word in named for word in ("Jr. Puno 1", "datos@luz.pe", "Perú", "RNPDP-123"))
    assert [f"{n}. " in named for n in range(1, 11)] == [True] * 10


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_of_privacy_tells_the_deadlines_of_the_law(
    service: Service, language: str
) -> None:
    html = service.browser().get(f"/privacidad?lang={language}")

    assert "20 d" in html
    assert "10 d" in html
    assert "48 h" in html


def test_staff_may_leave_as_well(service: Service, clock: object) -> None:
    account = service.staff(Role.RESIDENT)
    boss = service.browser()
    boss.signs_in("jefe@ejemplo.pe")

    gone = boss.post(DELETE, form=DELETE, clave=PASSWORD)

    assert gone.status_code == 303
    assert gone.headers["Clear-Site-Data"]
    assert service.tools.store.people.accounts.find(account.name) is None
    assert "borra" not in unpacked(boss.client.get("/"))
