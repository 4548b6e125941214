"""Of keys: what is sealed opens under its key and context, and under nothing else."""

import pickle
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ahorraluz.security.keyring import (
    HEADER_BYTES,
    DataKey,
    Keyring,
    SealBrokenError,
    open_keyring,
    retire_keys,
    rotate_keyring,
)

ANYTHING = st.text(st.characters(), max_size=50)
"""With halves of surrogate pairs, which JSON can carry."""


@pytest.fixture(scope="module")
def ring(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return open_keyring(tmp_path_factory.mktemp("ring") / "keyring.json")


@pytest.fixture(scope="module")
def key(ring: Keyring) -> DataKey:
    return ring.new_data_key()[0]


# --- sealing ----------------------------------------------------------------------------------


@given(plain=st.binary(max_size=200), context=ANYTHING)
def test_what_is_sealed_opens_again(
    ring: Keyring, key: DataKey, plain: bytes, context: str
) -> None:
    under_ring = ring.seal(plain, context=context)
    under_key = key.seal(plain, context=context)

    assert ring.unseal(under_ring, context=context) == plain
    assert key.unseal(under_key, context=context) == plain


@given(plain=st.binary(min_size=8, max_size=200))
def test_a_sealed_value_shows_nothing_of_what_it_holds(
    ring: Keyring, key: DataKey, plain: bytes
) -> None:
    under_ring = ring.seal(plain, context="e-mail")
    under_key = key.seal(plain, context="e-mail")

    assert plain not in under_ring[HEADER_BYTES:]
    assert plain not in under_key[HEADER_BYTES:]


@given(place=st.integers(min_value=0), flip=st.integers(min_value=1, max_value=255))
def test_one_changed_bit_anywhere_breaks_a_seal(
    ring: Keyring, key: DataKey, place: int, flip: int
) -> None:
    for holder in (ring, key):
        sealed = bytearray(holder.seal(b"ana@example.pe", context="e-mail"))
        sealed[place % len(sealed)] ^= flip

        with pytest.raises(SealBrokenError, match="seal-broken"):
            holder.unseal(bytes(sealed), context="e-mail")


@given(cut=st.integers(min_value=0, max_value=50))
def test_a_part_of_a_sealed_value_does_not_open(ring: Keyring, key: DataKey, cut: int) -> None:
    for holder in (ring, key):
        sealed = holder.seal(b"ana@example.pe", context="e-mail")

        with pytest.raises(SealBrokenError):
            holder.unseal(sealed[:cut], context="e-mail")


@given(context=ANYTHING, other=ANYTHING)
def test_a_value_moved_to_another_context_does_not_open(
    ring: Keyring, key: DataKey, context: str, other: str
) -> None:
    assume(context != other)

    for holder in (ring, key):
        sealed = holder.seal(b"secret", context=context)

        with pytest.raises(SealBrokenError):
            holder.unseal(sealed, context=other)


def test_the_same_value_is_sealed_differently_each_time(ring: Keyring, key: DataKey) -> None:
    values = {holder.seal(b"the same", context="c") for holder in (ring, key) for _ in range(100)}

    assert len(values) == 200


def test_a_value_of_one_kind_does_not_pass_for_another(ring: Keyring) -> None:
    key, wrapped = ring.new_data_key()
    under_ring = ring.seal(bytes(32), context="data-key")
    under_key = key.seal(bytes(32), context="data-key")

    with pytest.raises(SealBrokenError):
        ring.unseal(wrapped, context="data-key")
    with pytest.raises(SealBrokenError):
        ring.data_key(under_ring)
    with pytest.raises(SealBrokenError):
        ring.data_key(under_key)
    with pytest.raises(SealBrokenError):
        key.unseal(wrapped, context="data-key")
    with pytest.raises(SealBrokenError):
        ring.is_newest(under_ring)
    # The kind is authenticated: writing another first byte does not help.
    with pytest.raises(SealBrokenError):
        ring.data_key(b"\x02" + under_ring[1:])


def test_another_ring_opens_nothing(ring: Keyring, tmp_path: Path) -> None:
    other = open_keyring(tmp_path / "keyring.json")
    _, wrapped = ring.new_data_key()

    with pytest.raises(SealBrokenError):
        other.unseal(ring.seal(b"secret", context="c"), context="c")
    with pytest.raises(SealBrokenError):
        other.data_key(wrapped)


# --- data keys --------------------------------------------------------------------------------


def test_a_wrapped_data_key_is_the_same_key_again(ring: Keyring) -> None:
    key, wrapped = ring.new_data_key()
    sealed = key.seal(b"secret", context="c")

    again = ring.data_key(wrapped)

    assert again.unseal(sealed, context="c") == b"secret"
    assert again.pseudonym("h-1") == key.pseudonym("h-1")


def test_two_data_keys_have_nothing_in_common(ring: Keyring) -> None:
    (one, _), (two, _) = ring.new_data_key(), ring.new_data_key()

    with pytest.raises(SealBrokenError):
        two.unseal(one.seal(b"secret", context="c"), context="c")
    assert one.pseudonym("h-1") != two.pseudonym("h-1")


@given(value=ANYTHING, other=ANYTHING)
def test_a_pseudonym_is_one_name_per_value(key: DataKey, value: str, other: str) -> None:
    assume(value != other)

    name = key.pseudonym(value)

    assert name == key.pseudonym(value)
    assert name != key.pseudonym(other)
    assert len(name) == 64
    assert int(name, 16) >= 0


# --- indexes and derived keys -----------------------------------------------------------------


@given(value=ANYTHING, other=ANYTHING)
def test_a_blind_index_finds_one_value_in_one_context(
    ring: Keyring, value: str, other: str
) -> None:
    assume(value != other)

    index = ring.blind_index(value, context="e-mail")

    assert index == ring.blind_index(value, context="e-mail")
    assert index != ring.blind_index(other, context="e-mail")
    assert index != ring.blind_index(value, context="phone")
    assert len(index) == 64


def test_a_blind_index_cannot_be_made_without_the_ring(ring: Keyring, tmp_path: Path) -> None:
    other = open_keyring(tmp_path / "keyring.json")

    assert ring.blind_index("a", context="e-mail") != other.blind_index("a", context="e-mail")


def test_derived_keys_differ_by_purpose_and_by_ring(ring: Keyring, tmp_path: Path) -> None:
    other = open_keyring(tmp_path / "keyring.json")

    keys = {ring.derive("forms"), ring.derive("cookies"), other.derive("forms")}

    assert len(keys) == 3
    assert {len(key) for key in keys} == {32}
    assert ring.derive("forms") in keys
    # Purposes of two kinds with one name share no key.
    assert ring.derive("x").hex() != ring.blind_index("", context="x")


# --- rotation ---------------------------------------------------------------------------------


def test_a_rotated_ring_seals_anew_and_opens_what_was_sealed_before(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    ring = open_keyring(path)
    before, index = ring.seal(b"secret", context="c"), ring.blind_index("a", context="c")
    _, wrapped = ring.new_data_key()

    rotated = rotate_keyring(path)

    assert rotated.unseal(before, context="c") == b"secret"
    assert rotated.seal(b"secret", context="c")[1:9] != before[1:9]
    assert rotated.blind_index("a", context="c") == index
    assert rotated.derive("forms") == ring.derive("forms")
    assert not rotated.is_newest(wrapped)


def test_a_data_key_wrapped_again_outlives_the_key_it_was_wrapped_under(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    key, wrapped = open_keyring(path).new_data_key()
    sealed = key.seal(b"secret", context="c")

    again = rotate_keyring(path).rewrap(wrapped)
    retired = retire_keys(path)

    assert retired.is_newest(again)
    assert retired.data_key(again).unseal(sealed, context="c") == b"secret"
    with pytest.raises(SealBrokenError):
        retired.data_key(wrapped)


def test_a_retired_key_opens_nothing_more(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    ring = open_keyring(path)
    before = ring.seal(b"secret", context="c")
    rotate_keyring(path)

    retire_keys(path)

    with pytest.raises(SealBrokenError):
        ring.unseal(before, context="c")
    with pytest.raises(SealBrokenError):
        open_keyring(path).unseal(before, context="c")


def test_a_process_that_runs_follows_a_rotation_of_another(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    running = open_keyring(path)
    _, wrapped = running.new_data_key()

    rotated = rotate_keyring(path)

    assert running.unseal(rotated.seal(b"new", context="c"), context="c") == b"new"
    assert not running.is_newest(wrapped)
    # What it seals now must outlive the retirement that follows.
    sealed = running.seal(b"secret", context="c")
    assert retire_keys(path).unseal(sealed, context="c") == b"secret"


# --- secrets stay where they are --------------------------------------------------------------


def test_nothing_shows_a_key(tmp_path: Path) -> None:
    path = tmp_path / "keyring.json"
    ring = open_keyring(path)
    key, _ = ring.new_data_key()

    assert repr(ring) == "<Keyring>"
    assert str(key) == "<DataKey>"


def test_a_key_does_not_travel_in_a_pickle(ring: Keyring, key: DataKey) -> None:
    for holder in (ring, key):
        with pytest.raises(TypeError, match="is not copied"):
            pickle.dumps(holder)
