"""Pages that are sent again: not once something changed that they hang on."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event
from tests.meter_samples import write_meter
from tests.signed_people import Clock, Service, Signed, make_service, text_of
from tests.unit.learning.shelved_models import trained

from ahorraluz.ingest.meter_files.reading import read_meter_file
from ahorraluz.learning import shelf
from ahorraluz.services.households.sharing import end_share, share_report
from ahorraluz.store.database import Store
from ahorraluz.store.stamps import _of_page
from ahorraluz.web.page import EXTENSION
from ahorraluz.web.ready import LONGEST_S, ready_pages

GZIP = {"Accept-Encoding": "gzip"}
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def add_readings(store: Store, home: str, *, folder: Path, as_of: datetime) -> None:
    """Keep readings of a home."""
    file = read_meter_file(write_meter(folder / "medidor.csv", days=200))
    store.add_import(home, file, sha256="0" * 64, file_name="medidor.csv", as_of=as_of)


def page(home: str) -> str:
    return f"/hogares/{home}"


# --- not once something changed ---------------------------------------------------------------


def _words(rosa: Signed, home: str, query: str = "") -> str:
    status, html = rosa.get(page(home) + query)
    assert status == 200
    return TOKEN.sub("", html)


def test_what_was_decided_is_on_the_next_page(rosa: Signed, home: str) -> None:
    before = _words(rosa, home)
    step = re.findall(r'id="paso-([a-z0-9-]+)"', before)[0]
    token = TOKEN.findall(rosa.get(page(home))[1])[0]

    rosa.client.post(f"{page(home)}/plan/{step}", data={"csrf": token, "que": "no"})

    assert f'id="paso-{step}"' in before
    assert f'id="paso-{step}"' not in _words(rosa, home)


def test_another_process_sees_what_this_one_changed(
    service: Service, clock: Clock, rosa: Signed, home: str, tmp_path: Path
) -> None:
    other = make_service(tmp_path, clock)
    browser = other.app.test_client()
    cookie = rosa.client.get_cookie("ahorraluz")
    assert cookie is not None
    browser.set_cookie("ahorraluz", cookie.value)
    before = text_of(browser.get(page(home)))

    share_report(home, actor=rosa.id, tools=service.tools, as_of=clock.at)
    shared = text_of(browser.get(page(home)))
    service.tools.store.people.sessions.end_all(rosa.id)

    assert "/quitar" not in before
    assert "/quitar" in shared
    assert browser.get(page(home)).status_code == 303


def test_a_link_that_was_taken_back_or_has_ended_is_not_shown(
    service: Service, rosa: Signed, home: str, clock: Clock
) -> None:
    tools = service.tools
    first = share_report(home, actor=rosa.id, tools=tools, as_of=clock.at).share
    clock.go_on(seconds=20)
    share_report(home, actor=rosa.id, tools=tools, as_of=clock.at)
    both = _words(rosa, home).count("/quitar")

    end_share(home, first.id, actor=rosa.id, tools=tools, as_of=clock.at)
    one = _words(rosa, home).count("/quitar")
    # The session is in use until a moment before the link ends.
    clock.go_on(days=29, hours=23, minutes=58)
    last = _words(rosa, home).count("/quitar")
    clock.go_on(minutes=3)

    assert (both, one, last) == (2, 1, 1)
    assert _words(rosa, home).count("/quitar") == 0


def test_a_page_speaks_the_language_of_its_address_and_of_its_account(
    service: Service, rosa: Signed, home: str
) -> None:
    spanish, english = _words(rosa, home), _words(rosa, home, "?lang=en")

    service.tools.store.people.accounts.set_language(rosa.id, "en")

    assert '<html lang="es' in spanish
    assert '<html lang="en' in english
    assert '<html lang="en' in _words(rosa, home)


def test_after_midnight_the_page_is_another_one(
    service: Service, rosa: Signed, home: str, made: list[str]
) -> None:
    rosa.get(page(home))
    door = service.app.extensions[EXTENSION]
    tomorrow = door.today() + timedelta(days=1)

    service.app.extensions[EXTENSION] = replace(door, today=lambda: tomorrow)
    html = rosa.get(page(home))[1]

    assert made == [home, home]
    assert f'value="{tomorrow.isoformat()}"' in html


def test_a_table_that_is_imported_makes_new_pages(
    service: Service, rosa: Signed, home: str, made: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "tariffs"
    for _ in range(2):
        rosa.get(page(home))
    folder.mkdir()
    (folder / "nobody.csv").write_text("start\n")
    rosa.get(page(home))
    (folder / "nobody.csv").write_text("start,system\n")

    rosa.get(page(home))

    assert made == [home] * 3


def test_another_champion_of_the_models_makes_new_pages(
    service: Service, rosa: Signed, home: str, made: list[str], tmp_path: Path
) -> None:
    models, source = service.tools.settings.data_dir / shelf.FOLDER, tmp_path / "trained"
    for _ in range(2):
        rosa.get(page(home))
    version = trained(source, lift=0.2, network=False)

    shelf.publish(source, models, name="day-mixer", version=version)
    for _ in range(2):
        rosa.get(page(home))
    shelf.point_to(models, name="day-mixer", number=0)
    rosa.get(page(home))

    assert made == [home] * 3


def test_what_is_tried_is_not_kept_as_the_page(rosa: Signed, home: str, made: list[str]) -> None:
    plain = _words(rosa, home)

    tried = _words(rosa, home, "?k=90")

    assert made == [home, home]
    assert tried != plain
    assert _words(rosa, home) == plain


TOLD_BY_OTHERS = {"promises", "live_quarters"}
"""By promise_homes, as promises are never changed, and by live_versions."""
READ = re.compile(r"(?i)\b(?:from|join)\s+(\w+)")


@pytest.mark.parametrize("address", ["/", "/hogares/{home}"])
def test_a_page_reads_no_table_that_its_stamp_does_not_tell(
    service: Service, rosa: Signed, home: str, address: str, tmp_path: Path
) -> None:
    store, pages = service.tools.store, ready_pages(service.app)
    add_readings(store, home, folder=tmp_path, as_of=service.clock.at)
    day = date(2026, 9, 1)
    store.promises.mark_done(home, "stay-under-the-cliff", day=day, as_of=service.clock.at)
    asked: list[str] = []

    def note(_c: object, _d: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(store._engine(create=False), "before_cursor_execute", note)
    rosa.get(address.format(home=home))
    looks = [statement for statement in asked if statement.startswith("SELECT")]
    read = {table for statement in looks for table in READ.findall(statement)}
    dialect = store._engine(create=False).dialect
    told = set(READ.findall(_of_page(dialect, with_home="{home}" in address).sql))

    assert len(pages) == 1
    assert {"sessions", "accounts"} <= read
    assert read - told - TOLD_BY_OTHERS == set()


def test_pages_are_kept_for_minutes(
    service: Service, rosa: Signed, home: str, made: list[str]
) -> None:
    pages = ready_pages(service.app)
    pages.clock = lambda: 0.0
    rosa.get(page(home))
    pages.clock = lambda: LONGEST_S - 1
    rosa.get(page(home))
    pages.clock = lambda: LONGEST_S

    rosa.get(page(home))

    assert made == [home, home]


def test_only_so_many_pages_are_kept(service: Service, rosa: Signed, made: list[str]) -> None:
    pages = ready_pages(service.app)
    pages.most = 2
    kept = [service.home_of(rosa) for _ in range(3)]

    for home in (*kept, kept[2], kept[0]):
        rosa.get(page(home))

    assert made == [*kept, kept[0]]
    assert len(pages) == 2


def test_nothing_of_a_page_lies_in_a_file(
    rosa: Signed, home: str, tmp_path: Path, service: Service
) -> None:
    squeezed = [rosa.client.get(page(home), headers=GZIP).data for _ in range(2)][1]

    files: Iterator[bytes] = (path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    written = b"".join(files)

    assert gzip.decompress(squeezed)[:15] == b"<!doctype html>"
    assert squeezed[20:200] not in written
    assert service.app.extensions[EXTENSION].today() == date(2026, 11, 24)
