"""What is kept of objects is told apart by which object it is."""

from ahorraluz.core.same import Same, kept_by_identity


def test_equal_objects_are_other_keys() -> None:
    one, other = [1], [1]

    assert Same(one) == Same(one)
    assert Same(one) != Same(other)
    assert Same(one) != one
    assert len({Same(one), Same(one), Same(other)}) == 2


def test_an_object_is_asked_once_and_the_oldest_are_forgotten() -> None:
    asked: list[int] = []

    @kept_by_identity(most=2)
    def size(value: tuple[int, ...]) -> int:
        asked.append(len(value))
        return len(value)

    some = [(0,) * count for count in (1, 2, 3)]

    assert [size(value) for value in (*some, *some[1:], some[0])] == [1, 2, 3, 2, 3, 1]
    assert asked == [1, 2, 3, 1]
