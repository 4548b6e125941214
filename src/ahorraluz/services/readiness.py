"""Whether this process can do its work, and how many people it does it for."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.services.accounts.privacy import law_figure
from ahorraluz.services.toolbox import Toolbox

NOTHING_YET = "database-none"


def what_is_not_ready(*, tools: Toolbox, as_of: datetime) -> tuple[str, ...]:
    """Return the codes of what keeps this process from working; none: it is ready.

    A service that nobody has used yet has no database, and is ready to make one.
    """
    wrong = []
    for look in (
        lambda: tools.store.people.sessions.find("", at=as_of),
        lambda: tools.store.people.vault.find(""),
    ):
        try:
            look()
        except AhorraLuzError as error:
            if error.issue.code != NOTHING_YET:
                wrong.append(error.issue.code)
    return tuple(dict.fromkeys(wrong))


def accounts_by_role(*, tools: Toolbox) -> Mapping[str, int]:
    """Return how many accounts there are of each role."""
    return Counter(tools.store.people.accounts.roles())


def officer_threshold(as_of: date) -> int:
    """Return from how many people on the law asks for a data officer, whatever else holds."""
    return law_figure("officer-alone", as_of)
