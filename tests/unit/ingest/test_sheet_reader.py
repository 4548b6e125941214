"""Whatever the reader of spreadsheets raises is one error of ours, and a key press goes through."""

from collections.abc import Callable

import pytest

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.ingest.client_tables import ClientFileError
from ahorraluz.ingest.sheet_reader import guarded, open_book


class PanicException(BaseException):
    """What a panic of the library looks like."""


def broken() -> AhorraLuzError:
    return ClientFileError("client-file-broken", file="x")


def raising(error: BaseException) -> Callable[[], object]:
    def read() -> object:
        raise error

    return read


@pytest.mark.parametrize(
    "error", [ValueError("x"), OSError("x"), KeyError("x"), TypeError("x"), PanicException("x")]
)
def test_what_the_reader_raises_is_an_error_of_ours(error: BaseException) -> None:
    with pytest.raises(ClientFileError, match="client-file-broken"):
        guarded(raising(error), broken=broken)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError(), ClientFileError("other")])
def test_what_is_not_the_readers_goes_through(error: BaseException) -> None:
    with pytest.raises(type(error)) as raised:
        guarded(raising(error), broken=broken)

    assert raised.value is error


def test_bytes_that_are_no_workbook_are_broken() -> None:
    with pytest.raises(ClientFileError, match="client-file-broken"):
        open_book(b"PK\x03\x04 and no more", broken=broken)
