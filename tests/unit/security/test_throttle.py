"""How many pages one address may ask for."""

from ahorraluz.security.throttle import Allowance, Throttle


def test_pages_beyond_the_burst_have_to_wait_and_then_come_again() -> None:
    throttle = Throttle(burst=2, pages_a_second=0.5)

    waits = [throttle.seconds_to_wait("192.0.2.1", now=now) for now in (0, 0, 0, 2, 2)]

    assert waits == [0, 0, 2, 0, 2]


def test_addresses_do_not_share_their_pages() -> None:
    throttle = Throttle(burst=1, pages_a_second=1)
    throttle.seconds_to_wait("192.0.2.1", now=0)

    assert throttle.seconds_to_wait("192.0.2.2", now=0) == 0


def test_one_home_has_one_bucket_however_many_addresses_it_takes() -> None:
    throttle = Throttle(burst=1, pages_a_second=1)
    throttle.seconds_to_wait("2001:db8:0:1::1", now=0)

    assert throttle.seconds_to_wait("2001:db8:0:1::2", now=0) > 0
    assert throttle.seconds_to_wait("2001:db8:0:2::1", now=0) == 0


def test_the_memory_of_addresses_is_bounded() -> None:
    throttle = Throttle(burst=1, pages_a_second=0.001, most_addresses=3)
    for last in range(1, 6):
        throttle.seconds_to_wait(f"192.0.2.{last}", now=0)

    assert throttle.seconds_to_wait("192.0.2.1", now=0) == 0
    assert throttle.seconds_to_wait("192.0.2.5", now=0) > 0


def test_an_address_that_is_none_is_counted_like_any_other() -> None:
    throttle = Throttle(burst=1, pages_a_second=1)
    throttle.seconds_to_wait("", now=0)

    assert throttle.seconds_to_wait("", now=0) == 1


def counted_together(answers: list[Allowance | None], asked: list[int]) -> Throttle:
    """Return a throttle that asks a shared count, which gives these answers."""

    def shared(_: str, count: int) -> Allowance | None:
        asked.append(count)
        return answers.pop(0)

    return Throttle(burst=4, pages_a_second=0.5, shared=shared, lease=3)


def some(left: int) -> Allowance:
    return Allowance(wait_s=0.0, left=left, full_s=1.0)


NONE_LEFT = Allowance(wait_s=5.0, left=0, full_s=9.0)


def test_the_shared_count_is_asked_once_for_several_requests() -> None:
    asked: list[int] = []
    throttle = counted_together([some(7), some(4)], asked)

    waits = [throttle.take("192.0.2.1", now=0).wait_s for _ in range(4)]

    assert waits == [0, 0, 0, 0]
    assert asked == [3, 3]


def test_what_a_process_refuses_by_itself_is_not_asked_for() -> None:
    asked: list[int] = []
    throttle = counted_together([some(7), some(4)], asked)

    waits = [throttle.take("192.0.2.1", now=0).wait_s for _ in range(9)]

    assert waits[4:] == [2.0] * 5
    assert len(asked) == 2


def test_the_last_ones_are_taken_one_by_one_and_then_none() -> None:
    asked: list[int] = []
    throttle = counted_together([NONE_LEFT, some(0), NONE_LEFT, NONE_LEFT], asked)

    told = [throttle.take("192.0.2.1", now=0) for _ in range(2)]

    assert [one.wait_s for one in told] == [0.0, 5.0]
    assert asked == [3, 1, 3, 1]


def test_where_nothing_can_be_counted_together_a_process_counts_alone() -> None:
    asked: list[int] = []
    throttle = counted_together([None] * 4, asked)

    waits = [throttle.take("192.0.2.1", now=0).wait_s for _ in range(5)]

    assert waits == [0, 0, 0, 0, 2.0]


def test_senders_share_no_stock() -> None:
    asked: list[int] = []
    throttle = counted_together([some(7), some(7)], asked)

    throttle.take("192.0.2.1", now=0)
    throttle.take("192.0.2.2", now=0)

    assert asked == [3, 3]
