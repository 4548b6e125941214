"""Of tokens: random, kept as hashes, compared in constant time."""

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.security.tokens import hash_token, new_token, same

ANYTHING = st.text(st.characters(), max_size=60)
"""With halves of surrogate pairs, which JSON can carry."""


def test_a_token_says_what_it_is_for_and_holds_256_bits() -> None:
    token = new_token("alp")

    assert re.fullmatch(r"alp_[A-Za-z0-9_-]{43}", token)


def test_no_token_comes_twice() -> None:
    assert len({new_token("t") for _ in range(1_000)}) == 1_000


def test_a_hash_is_that_of_the_whole_token() -> None:
    token = new_token("t")

    assert hash_token(token) == hashlib.sha256(token.encode()).hexdigest()
    assert token not in hash_token(token)


@given(token=ANYTHING, other=ANYTHING)
def test_two_tokens_have_one_hash_only_where_they_are_one(token: str, other: str) -> None:
    assert (hash_token(token) == hash_token(other)) == (token == other)


@given(a=ANYTHING, b=ANYTHING)
def test_the_same_is_what_is_equal(a: str, b: str) -> None:
    assert same(a, b) == (a == b)
    assert same(a, a)


@given(a=ANYTHING, b=ANYTHING.filter(bool))
def test_a_beginning_is_not_the_same(a: str, b: str) -> None:
    assert not same(a, a + b)
    assert not same(a + b, a)
