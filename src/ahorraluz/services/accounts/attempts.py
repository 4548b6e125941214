"""Wrong passwords and codes: counted together, and after a few each makes the next one wait."""

from datetime import datetime, timedelta

from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account

FREE_FAILURES = 4
"""Wrong attempts before the first wait: people mistype."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
_MOST_DOUBLINGS = 12


def held_back(account: Account, *, tools: Toolbox, as_of: datetime) -> bool:
    """Tell whether nobody may try for this account yet, right or wrong."""
    until = tools.store.people.accounts.secrets(account.id).locked_until
    return until is not None and as_of < until


def count_failure(account: Account, *, tools: Toolbox, as_of: datetime) -> None:
    """Count a wrong attempt, and make the next one wait if there were several."""
    accounts = tools.store.people.accounts
    wait = wait_after(accounts.secrets(account.id).failures + 1)
    accounts.note_failure(account.id, locked_until=None if wait is None else as_of + wait)


def forget_failures(account: Account, *, tools: Toolbox) -> None:
    """Forget wrong attempts, once somebody has shown everything that the account asks for."""
    accounts = tools.store.people.accounts
    if accounts.secrets(account.id).failures:
        accounts.note_success(account.id)


def wait_after(failures: int) -> timedelta | None:
    """Return how long nobody may try again: doubled with each wrong attempt.

    Examples
    --------
    >>> [str(wait_after(failures)) for failures in (4, 5, 6, 50)]
    ['None', '0:00:30', '0:01:00', '1:00:00']
    """
    if failures <= FREE_FAILURES:
        return None
    doublings = min(failures - FREE_FAILURES - 1, _MOST_DOUBLINGS)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
