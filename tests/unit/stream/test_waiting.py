"""What waits to be kept is bounded, by number and by size, and loses nothing at the end."""

import threading

import pytest

from ahorraluz.stream import subscriber
from ahorraluz.stream.bulk_client import Received
from ahorraluz.stream.subscriber import _Group, _Waiting

PATIENCE_S = 30.0


def group(count: int, *, size: int = 1) -> _Group:
    return _Group([Received("t", b"x" * size, 0, False)] * count, list(range(count)), 0)


def put_in_a_thread(waiting: _Waiting, some: _Group, over: threading.Event) -> threading.Thread:
    thread = threading.Thread(target=waiting.put, args=(some, over), daemon=True)
    thread.start()
    return thread


def test_groups_come_in_their_order_until_it_is_enough() -> None:
    waiting, over = _Waiting(100), threading.Event()
    groups = [group(3), group(4), group(5)]
    for some in groups:
        waiting.put(some, over)

    first, second = waiting.take(6, 0.0), waiting.take(6, 0.0)

    assert (first, second) == (groups[:2], groups[2:])
    assert (waiting.count, waiting.size) == (0, 0)
    assert waiting.take(6, 0.0) == []


@pytest.mark.parametrize(("most", "size"), [(4, 1), (1_000, 10)], ids=["by-number", "by-size"])
def test_who_brings_more_than_there_is_room_for_waits(
    monkeypatch: pytest.MonkeyPatch, most: int, size: int
) -> None:
    monkeypatch.setattr(subscriber, "MOST_BYTES", 40)
    waiting, over = _Waiting(most), threading.Event()
    waiting.put(group(4, size=size), over)
    thread = put_in_a_thread(waiting, group(1, size=size), over)

    thread.join(0.05)
    waited = thread.is_alive()
    taken = waiting.take(4, 0.0)
    thread.join(PATIENCE_S)

    assert waited
    assert len(taken[0].messages) == 4
    assert waiting.count == 1


def test_what_comes_when_it_is_over_is_not_taken() -> None:
    waiting, over = _Waiting(2), threading.Event()
    waiting.put(group(2), over)
    thread = put_in_a_thread(waiting, group(1), over)

    over.set()
    thread.join(PATIENCE_S)

    assert not thread.is_alive()
    assert waiting.count == 2
