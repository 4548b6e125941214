"""Wrong passwords and codes: counted together, and after a few each makes the next one wait.

An attempt is counted before it is made and taken back if it was right: of a hundred at once no
more are made than of a hundred one after the other.
"""

from datetime import datetime, timedelta

from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account, Attempt

FREE_FAILURES = 4
"""Wrong attempts before the first wait: people mistype."""
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
_MOST_DOUBLINGS = 12


def begin_attempt(account: Account, *, tools: Toolbox, as_of: datetime) -> Attempt | None:
    """Count an attempt for an account that is about to be made; ``None``: nobody may try yet.

    Whatever comes of it but :func:`take_back` or :func:`forget_failures` leaves it counted.
    """
    return tools.store.people.accounts.begin_attempt(account.id, waits=_WAITS, as_of=as_of)


def take_back(attempt: Attempt, *, tools: Toolbox) -> None:
    """Count an attempt no more that was right, though the account may ask for more."""
    tools.store.people.accounts.take_back(attempt)


def forget_failures(account: Account, *, tools: Toolbox) -> None:
    """Forget wrong attempts, once somebody has shown everything that the account asks for."""
    tools.store.people.accounts.note_success(account.id)


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


_WAITS = tuple(wait_after(failure + 1) for failure in range(FREE_FAILURES + _MOST_DOUBLINGS))
"""After the first, the second … failure."""
