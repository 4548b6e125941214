"""What is kept of a home's devices can be taken along: on both databases."""

from types import SimpleNamespace
from typing import Any

from tests.live_homes import NOW, NOW_MS, SECRET, every_minute, say

from ahorraluz.core.live.readings import LiveChannel
from ahorraluz.services.accounts import export_live
from ahorraluz.store.database import Store
from ahorraluz.store.live.records import Figure, NewEvent, Now, Refused
from ahorraluz.store.live.watching import Watched


def test_everything_of_a_devices_home_is_in_the_tables(
    store: Store, plug: LiveChannel, monkeypatch: Any
) -> None:
    monkeypatch.setattr(export_live, "AT_ONCE", 1_000)
    points = every_minute(days=2)
    say(store, plug, *points)
    store.live.close_up_to(NOW)
    message = Refused(device=plug.device, at_ms=NOW_MS, reason="x", topic="t", payload=b"\xff{")
    event = NewEvent(kind="peak", at_ms=NOW_MS, content={"hour": 18}, cents=40)
    power = Now(name="power", at_ms=NOW_MS, value=230_000, unit="mW")
    watched = Watched(home="casa", version=1, state=b"", events=(event,), now=(power,))
    store.live.append([], as_of=NOW, refused=[message], watched=[watched])
    store.live.figures.keep("casa", [Figure(day="2026-11-26", name="kWh", middle=4.5, unit="kWh")])
    tools: Any = SimpleNamespace(store=store)

    tables = {
        name: [tuple(row) for row in rows]
        for name, _, rows in export_live.live_tables("casa", "ana", tools=tools)
    }

    assert tables["aparatos.csv"][0][1] == SECRET
    assert tables["canales.csv"] == [(plug.id, plug.device, "total", "import", "power", False)]
    assert tables["mensajes-rechazados.csv"][0][2:] == ("x", "t", "ÿ{")
    single = tables[f"en-vivo-lecturas-{plug.id}.csv"]
    assert [value for _, value in single] == [value for _, value in sorted(points)]
    assert len(tables["en-vivo-cuartos.csv"]) == 192
    assert len(tables["en-vivo-dias.csv"]) == 3
    assert tables["avisos.csv"][0][2:] == ("peak", '{"hour": 18}', 40, "waiting")
    assert tables["ahora.csv"][0][0] == "power"
    assert tables["cifras.csv"] == [("2026-11-26", "kWh", "", None, 4.5, None, "kWh")]
    assert tables["avisos-enviados.csv"] == tables["avisos-pedidos.csv"] == []
