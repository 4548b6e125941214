"""Issues that are kept with a job come back as they were."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ahorraluz.core.issues import Issue, Parameter, Severity
from ahorraluz.services.sealed_issues import MOST, issues_in, issues_said

TEXTS = st.text(max_size=20)
VALUES: st.SearchStrategy[Parameter] = st.one_of(
    st.none(),
    TEXTS,
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.lists(TEXTS, max_size=4),
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.sampled_from(Severity))
def test_what_is_said_of_an_issue_comes_back(
    parameters: dict[str, Parameter], severity: Severity
) -> None:
    issue = Issue(code="row-broken", severity=severity, parameters=parameters)

    assert issues_in(issues_said([issue])) == (issue,)


@pytest.mark.parametrize("said", [None, "", 3, {}, []])
def test_nothing_comes_of_anything_else(said: object) -> None:
    assert issues_in(said) == ()


def test_a_bare_code_of_a_former_version_is_an_issue() -> None:
    (issue,) = issues_in("job-failed")

    assert (issue.code, issue.severity) == ("job-failed", Severity.ERROR)


def test_of_very_many_issues_the_first_are_kept() -> None:
    many = [Issue(code="row-broken", parameters={"line": n}) for n in range(MOST + 50)]

    assert issues_in(issues_said(many)) == tuple(many[:MOST])


def test_numbers_and_days_keep_their_kind() -> None:
    issue = Issue(code="row-broken", parameters={"a": Decimal("1.50"), "b": date(2026, 2, 1)})

    (again,) = issues_in(issues_said([issue]))

    assert str(again.parameters["a"]) == "1.50"
    assert again.parameters["b"] == date(2026, 2, 1)
