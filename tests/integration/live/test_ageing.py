"""Live readings past their time: on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.live_homes import (
    NOW,
    NOW_MS,
    add_channel,
    every_minute,
    naive_quarters,
    readings_of,
    say,
)

from ahorraluz.core.live.readings import LiveChannel, Quantity
from ahorraluz.store.database import Store
from ahorraluz.store.live.records import (
    Device,
    Span,
)

DAY_MS = 86_400_000


def test_sums_stay_when_single_readings_go_and_what_follows_is_exact(
    store: Store, device: Device
) -> None:
    counter = add_channel(store, device, Quantity.REGISTER, as_of=NOW)
    points = [(NOW_MS - n * 7 * 60_000, 10**9 - n * 977) for n in range(800, 0, -1)]
    say(store, counter, *points[:700])
    store.live.close_up_to(NOW - timedelta(days=1))

    kept_from = store.live.drop_readings(before=NOW - timedelta(days=1))
    say(store, counter, *points[700:])
    late = store.live.append(readings_of(counter.id, points[:5]), as_of=NOW)
    store.live.close_up_to(NOW)

    expected = naive_quarters(dict(points), Quantity.REGISTER, until_ms=NOW_MS)
    sums = store.live.sums([counter.id], Span.QUARTER, first_s=0, end_s=2**40)
    left = store.live.readings(counter.id, first_ms=0, end_ms=2**50)
    assert kept_from == datetime(2026, 11, 26, tzinfo=UTC)
    assert {one.start_s: one.energy_uj for one in sums} == {
        start_s: row[0] for start_s, row in expected.items()
    }
    assert min(one.at_ms for one in left) >= kept_from.timestamp() * 1000
    assert (late.new, late.outside) == (0, 5)


def test_readings_that_no_sum_has_seen_are_not_dropped(store: Store, plug: LiveChannel) -> None:
    say(store, plug, *every_minute(days=3))

    store.live.drop_readings(before=NOW)
    before = len(store.live.readings(plug.id, first_ms=0, end_ms=2**50))
    store.live.close_up_to(NOW)
    store.live.drop_readings(before=NOW)

    assert before == 3 * 1_440 - 1
    assert len(store.live.readings(plug.id, first_ms=0, end_ms=2**50)) == 720


def test_quarter_hours_go_and_days_stay(store: Store, plug: LiveChannel) -> None:
    say(store, plug, *every_minute(days=10))
    store.live.close_up_to(NOW)
    store.live.drop_readings(before=NOW - timedelta(days=1))
    (before,) = store.channels("casa")

    dropped = store.live.drop_quarters(before=NOW)
    (after,) = store.channels("casa")

    spans = (Span.QUARTER, Span.HOUR, Span.DAY)
    left = [len(store.live.sums([plug.id], span, first_s=0, end_s=2**40)) for span in spans]
    assert (dropped + left[0], left) == (960, [12 * 4 + 3 * 96, 12 + 3 * 24, 11])
    # The first of seven days is known from seven in the morning on, and told as an estimate.
    assert [int(end - start) for start, end in zip(after.start_s, after.end_s, strict=True)] == [
        *([86_400] * 7),
        *([900] * (left[0] - 20)),
    ]
    assert after.flags.tolist() == [1] + [0] * (len(after) - 1)
    whole = before.value[before.start_s >= after.start_s[1]]
    assert after.value[1:].sum() == pytest.approx(whole.sum())


@pytest.mark.integration
def test_a_day_is_a_partition_that_is_dropped_whole(store: Store, plug: LiveChannel) -> None:
    if store._engine(create=False).dialect.name != "postgresql":
        pytest.skip("SQLite has no partitions")

    def days() -> list[str]:
        with store._reading() as connection:
            names = connection.exec_driver_sql(
                "SELECT inhrelid::regclass::text FROM pg_inherits"
                " WHERE inhparent = 'live_readings'::regclass ORDER BY 1"
            )
            return list(names.scalars())

    say(store, plug, (NOW_MS - 2 * DAY_MS, 1), (NOW_MS, 1))
    before = days()
    store.live.close_up_to(NOW)
    store.live.drop_readings(before=NOW)
    store.live.append(readings_of(plug.id, [(NOW_MS - 3 * DAY_MS, 1)]), as_of=NOW)

    assert before == ["live_readings_20261125", "live_readings_20261127"]
    assert days() == ["live_readings_20261127"]
