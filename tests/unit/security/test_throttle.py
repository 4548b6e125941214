"""How many pages one address may ask for."""

from ahorraluz.security.throttle import Throttle


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
