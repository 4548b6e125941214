"""Nothing of a home that was forgotten is left: on both databases."""

from pathlib import Path

import sqlalchemy
from tests.live_homes import (
    NOW,
    NOW_MS,
    SECRET,
    add_channel,
    add_device,
    add_home,
    readings_of,
    say,
)

from ahorraluz.core.live.readings import LiveChannel, Quantity
from ahorraluz.store.database import Store
from ahorraluz.store.live.records import (
    Device,
    NewEvent,
    Refused,
)
from ahorraluz.store.live.watching import Watched


def test_nothing_of_a_forgotten_home_is_left(
    store: Store, url: str, device: Device, plug: LiveChannel
) -> None:
    add_home(store, "tienda")
    other = add_channel(store, add_device(store, "tienda", as_of=NOW), Quantity.POWER, as_of=NOW)
    marked, kept = 0x7A6B5C4D, 0x6F5E4D3C
    for channel, value in ((plug, marked), (other, kept)):
        say(store, channel, *((NOW_MS - n * 60_000, value) for n in range(1, 3_000)))
    store.live.close_up_to(NOW)
    store.live.drop_readings(before=NOW)
    event = NewEvent(kind="peak", at_ms=NOW_MS, content={"note": "hogar-marcado"})
    message = Refused(device=device.id, at_ms=1, reason="x", topic="t", payload=b"p")
    watched = Watched(home="casa", version=1, state=b"hogar-marcado", events=(event,))
    store.live.append([], as_of=NOW, refused=[message], watched=[watched])

    store.forget("casa")

    with store._reading() as connection:
        for table in sqlalchemy.inspect(connection).get_table_names():
            columns = {c["name"] for c in sqlalchemy.inspect(connection).get_columns(table)}
            if "channel" in columns and table.startswith("live_"):
                query = f"SELECT count(*) FROM {table} WHERE channel = {plug.id}"
                assert (table, connection.exec_driver_sql(query).scalar()) == (table, 0)
    late = store.live.append(readings_of(plug.id, [(NOW_MS, marked)]), as_of=NOW)
    assert (late.new, late.gone) == (0, 1)
    assert len(store.live.readings(other.id, first_ms=0, end_ms=2**50)) == 720
    if url.startswith("sqlite"):
        files = Path(url.removeprefix("sqlite:///")).parent.iterdir()
        content = b"".join(file.read_bytes() for file in files)
        assert b"hogar-marcado" not in content
        assert device.id.encode() not in content
        assert marked.to_bytes(4) not in content
        assert kept.to_bytes(4) in content


def test_no_name_that_people_gave_lies_open(
    store: Store, url: str, device: Device, plug: LiveChannel
) -> None:
    message = Refused(
        device=device.id, at_ms=1, reason="x", topic=f"{SECRET}/t", payload=SECRET.encode()
    )
    store.live.append([], as_of=NOW, refused=[message])

    with store._reading() as connection:
        rows = [
            repr(tuple(row))
            for table in ("live_devices", "live_refused")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]

    assert len(rows) == 2
    assert SECRET not in "".join(rows)
    assert store.live.devices.refused(device)[0].topic == f"{SECRET}/t"
