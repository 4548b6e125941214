"""Pages that are squeezed once: what comes out is the page with the token of the moment."""

import gzip

import hypothesis.strategies as st
import pytest
from hypothesis import assume, given

from ahorraluz.web.packing import WINDOW, pack

TOKEN = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"
PIECES = st.text(st.characters(codec="utf-8", min_codepoint=9), min_size=1, max_size=300)


@given(
    pieces=st.lists(PIECES, min_size=2, max_size=12),
    token=st.text(TOKEN, min_size=88, max_size=88),
)
def test_a_page_comes_out_with_its_token_at_every_place(pieces: list[str], token: str) -> None:
    parts = [piece.encode() for piece in pieces]

    packed = pack(parts, length=88)

    # Seldom there is none; that there never is one ends the test as well.
    assume(packed is not None)
    assert packed is not None
    assert gzip.decompress(packed.with_token(token.encode())) == token.encode().join(parts)


@given(token=st.text(TOKEN, min_size=88, max_size=88))
def test_a_page_that_holds_pieces_of_the_token_keeps_them(token: str) -> None:
    parts = [piece.encode() for piece in (token[:40], token[3:30] + "a", token, token[50:])]

    packed = pack(parts, length=88)

    assert packed is not None
    assert gzip.decompress(packed.with_token(token.encode())) == token.encode().join(parts)


@given(strange=st.binary(min_size=3, max_size=200))
def test_bytes_that_no_page_holds_spoil_none(strange: bytes) -> None:
    strange = bytes(byte % 9 for byte in strange)
    token = (TOKEN + TOKEN)[:88].encode()

    packed = pack([b"<p>", strange, b"<p>"], length=88)

    assume(packed is not None)
    assert packed is not None
    assert gzip.decompress(packed.with_token(token)) == token.join([b"<p>", strange, b"<p>"])


def test_the_size_tells_nothing_of_the_token() -> None:
    parts = [b'<input value="', b'">' + b"a" * 64 + b'<input value="', b'">']
    packed = pack(parts, length=64)
    assert packed is not None

    sizes = {len(packed.with_token(token)) for token in (b"a" * 64, TOKEN.encode(), b"<" * 64)}

    assert len(sizes) == 1


def test_places_too_far_from_each_other_are_not_squeezed_around() -> None:
    between = bytes(33 + (place * place + place // 7) % 90 for place in range(WINDOW + 100))

    assert pack([b"", between, b""], length=88) is None


@pytest.mark.parametrize("length", [1, 2, 88, 500])
def test_tokens_of_any_length_come_out(length: int) -> None:
    token = b"x" * length

    packed = pack([b"<p>", b"</p><p>", b"</p>"], length=length)

    assert packed is not None
    assert gzip.decompress(packed.with_token(token)) == token.join([b"<p>", b"</p><p>", b"</p>"])
