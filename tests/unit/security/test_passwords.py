"""Of passwords: what is hashed is checked again, what is guessed soon is refused."""

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.made_once import CHEAP_HASHER, hash_with

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.security import passwords
from ahorraluz.security.passwords import (
    check_password,
    hash_password,
    needs_rehash,
    verify_password,
)

GOOD = "sopa tren marfil"
ANYTHING = st.text(st.characters(), max_size=200)
"""With halves of surrogate pairs, which JSON can carry."""


def refusal(password: str, *, name: str = "ana.quispe@example.pe") -> str | None:
    try:
        check_password(password, name=name)
    except InvalidInputError as error:
        return error.issue.code
    return None


# --- hashing ----------------------------------------------------------------------------------


def test_a_password_is_known_again_and_no_other_is() -> None:
    hash_ = hash_password(GOOD)

    assert verify_password(hash_, GOOD)
    assert not verify_password(hash_, GOOD + " ")
    assert not verify_password(hash_, GOOD.upper())
    assert not verify_password(hash_, "")


def test_a_hash_is_argon2id_with_a_salt_of_its_own_and_no_less_than_rfc_9106_asks() -> None:
    one, two = hash_password(GOOD), hash_password(GOOD)

    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != two
    assert GOOD not in one


def test_one_password_typed_on_two_keyboards_is_one_password() -> None:
    hash_ = hash_password(unicodedata.normalize("NFC", "ñandú y zampoña"))

    assert verify_password(hash_, unicodedata.normalize("NFD", "ñandú y zampoña"))


def test_a_password_with_signs_of_any_kind_can_be_hashed() -> None:
    hash_ = hash_password("\ud800 a\0b 🦙🦙🦙")

    assert verify_password(hash_, "\ud800 a\0b 🦙🦙🦙")
    assert not verify_password(hash_, "\ud800 a\0c 🦙🦙🦙")


def test_without_an_account_the_same_work_is_done_and_the_answer_is_no(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = hash_password(GOOD)
    work: list[tuple[str, int]] = []
    verify = passwords._HASHER.verify

    class Watched:
        def __getattr__(self, name: str) -> object:
            return getattr(hasher, name)

        def verify(self, hash_: str, password: bytes) -> bool:
            work.append((hash_.rpartition("$")[0].rpartition("$")[0], len(hash_)))
            return verify(hash_, password)

    hasher = passwords._HASHER
    monkeypatch.setattr(passwords, "_HASHER", Watched())

    answers = [verify_password(real, "another one"), verify_password(None, "another one")]

    assert answers == [False, False]
    assert len(work) == 2
    assert work[0] == work[1]


def test_the_decoy_is_no_password_of_anybody() -> None:
    assert not verify_password(None, "")
    assert not verify_password(None, GOOD)


def test_a_password_of_megabytes_costs_no_more_than_any_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hash_ = hash_password("a" * 512)
    seen: list[int] = []
    bytes_of: Callable[[str], bytes] = passwords._bytes_of

    def watched(password: str) -> bytes:
        seen.append(len(password))
        return bytes_of(password)

    monkeypatch.setattr(passwords, "_bytes_of", watched)

    # Not even where it begins like the right one.
    assert not verify_password(hash_, "a" * 5_000_000)
    assert seen == [512]
    with pytest.raises(InvalidInputError, match="password-too-long"):
        hash_password("a" * 5_000_000)


@pytest.mark.parametrize(
    "broken", ["", "x", "$argon2id$", "$argon2id$v=19$m=1$a$b", pytest.param("ñ" * 9, id="accents")]
)
def test_a_hash_that_is_none_lets_nobody_in(broken: str) -> None:
    assert not verify_password(broken, GOOD)
    assert needs_rehash(broken)


def test_a_hash_with_parameters_of_the_past_is_to_be_made_again() -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(GOOD)

    assert verify_password(weak, GOOD)
    assert needs_rehash(weak)
    assert not needs_rehash(hash_password(GOOD))


# --- what is refused --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "code"),
    [
        pytest.param("", "password-too-short", id="nothing"),
        pytest.param("sopa tren", "password-too-short", id="nine"),
        pytest.param("sopa trenm", None, id="ten"),
        pytest.param("n\u0303" * 9, "password-too-short", id="nine, each of two signs"),
        pytest.param((GOOD * 10)[:100] + "mnbcxd" * 4 + "wxyz", None, id="128"),
        pytest.param((GOOD * 10)[:100] + "mnbcxd" * 4 + "wxyz.", "password-too-long", id="129"),
        pytest.param("x" * 5_000_000, "password-too-long", id="megabytes"),
        pytest.param("ﷺ" * 40, "password-too-long", id="forty that are 720"),
    ],
)
def test_length_is_that_of_the_text_as_it_is_hashed(password: str, code: str | None) -> None:
    assert refusal(password) == code


COMMON = {
    "one character": "1111111111",
    "two characters in turn": "abababababab",
    "digits that rise": "1234567890",
    "digits that fall": "9876543210",
    "letters that rise": "abcdefghijkl",
    "a row of the keyboard": "qwertyuiop",
    "two rows of the keyboard": "qwertyasdfgh",
    "two runs": "qwerty123456",
    "capitals": "QWERTYuiop",
    "a part said twice": "k7mxqk7mxq",
    "a part said almost thrice": "solmarsolmarsolm",
    "one of the lists": "homelesspa",
    "one of the lists in capitals": "SpongeBob1",
    "one of the lists with spaces": "hello kitty",
    "a common word and a year": "dragon2026",
    "a common word and signs around": "!!dragon!!2",
    "a common word with signs for letters": "P@ssw0rd2026",
    "a Spanish word for it": "Contraseña1",
    "another Spanish word for it": "clave123456",
    "the product": "mi-AhorraLuz-casa",
    "the product, apart": "ahorra luz 77 kx",
    "the name": "ana.quispe@example.pe",
    "a part of the name": "la casa de Quispe",
    "the name with an accent": "la casa de Quíspe",
    "the name with a letter of full width": "la casa de \N{FULLWIDTH LATIN SMALL LETTER Q}uispe",
}


@pytest.mark.parametrize("password", COMMON.values(), ids=COMMON.keys())
def test_what_is_soon_guessed_is_refused(password: str) -> None:
    assert refusal(password) == "password-too-common"


@pytest.mark.parametrize(
    "password", ["987654321 vv", "+51 987 654 321", "vv51987654321", "987-654-321 casa"]
)
def test_the_telephone_number_of_the_account_is_refused(password: str) -> None:
    assert refusal(password, name="+51 987 654 321") == "password-too-common"


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "el burro come uvas",
        "anaconda feliz 3",  # "ana" is a part of the name, but too short a one
        "xK9#mQ2$vL",
        "dragon48151623",  # a common word, and eight digits that nobody knows
        "ñandú·zampoña",
        "una llama en Puno",
        "пароль и лама",
    ],
)
def test_what_nobody_guesses_is_taken(password: str) -> None:
    assert refusal(password) is None


def test_a_short_name_is_refused_as_a_whole() -> None:
    assert refusal("x7! ab@cd.pe", name="ab@cd.pe") == "password-too-common"
    assert refusal("x7! about q", name="ab@cd.pe") is None


def test_a_name_of_nothing_is_part_of_no_password() -> None:
    assert refusal(GOOD, name="") is None
    assert refusal(GOOD, name="@") is None


@given(password=ANYTHING, name=ANYTHING)
def test_what_is_taken_has_a_length_between_the_limits(password: str, name: str) -> None:
    length = len(unicodedata.normalize("NFKC", password))

    assert refusal(password, name=name) is not None or 10 <= length <= 128


@given(password=st.text(st.characters(), min_size=4, max_size=600))
def test_no_issue_repeats_the_password(password: str) -> None:
    try:
        check_password(password, name=password)
    except InvalidInputError as error:
        said = error.issue.parameters
    else:
        said = {}

    assert set(said) <= {"field", "length", "least", "most"}


@given(password=ANYTHING)
def test_every_text_that_can_be_hashed_is_known_again(password: str) -> None:
    # What is made of a text before it is hashed is looked at: the hash itself may be a cheap one.
    with pytest.MonkeyPatch.context() as patch:
        hash_with(CHEAP_HASHER, patch)
        known = verify_password(hash_password(password), password)

    assert known
