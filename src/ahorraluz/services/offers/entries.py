"""A provider's own entries: proposed under the name of its organisation, and where they stand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ahorraluz.core.issues import InvalidInputError, Issue
from ahorraluz.services.accounts.trail import note, of_account
from ahorraluz.services.renewables.proposals import Proposed, proposals, propose_entry
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Account
from ahorraluz.store.proposal_records import ProposalState

MOST_ENTRIES = 100
FIELD_PREFIX = "web-offer-"
"""Before the name of a key, where a form has a label for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """What a provider does where, by its entries that were published."""

    departments: Mapping[str, frozenset[str]]
    """Departments by technology; an empty set: the whole country."""

    def serves(self, technology: str, department: str) -> bool:
        """Tell whether the provider offers a technology in a department."""
        known = self.departments.get(technology)
        return known is not None and (not known or department in known)


def propose_own(
    said: Mapping[str, Any], *, account: Account, tools: Toolbox, as_of: datetime
) -> Proposed:
    """Keep an entry of a provider as a proposal; nobody sees it before it is published.

    Parameters
    ----------
    said
        What :func:`~ahorraluz.services.renewables.proposals.propose_entry` takes, but for the
        provider: that is the organisation of the account, and nobody else's.
    account
        Who proposes.

    Raises
    ------
    InvalidInputError
        ``offer-no-organisation``, ``offers-too-many``, or one issue for every field that is wrong.
    StoreError
        ``proposal-there-already``.
    """
    if not account.organisation:
        raise InvalidInputError("offer-no-organisation")
    if len(own_entries(account.id, tools=tools)) >= MOST_ENTRIES:
        raise InvalidInputError("offers-too-many", limit=MOST_ENTRIES)
    entry = {**said, "provider": account.organisation}
    actor = of_account(account.id, tools=tools)
    try:
        kept = propose_entry(entry, actor=actor, tools=tools, as_of=as_of)
    except InvalidInputError as error:
        raise InvalidInputError.of([_labelled(issue) for issue in error.issues]) from None
    note("entry-proposed", tools=tools, as_of=as_of, actor=account.id, account=account.id)
    return kept


def own_entries(account: str, *, tools: Toolbox) -> tuple[Proposed, ...]:
    """Return what a provider proposed, newest first, with where each stands."""
    actor = of_account(account, tools=tools)
    own = [one for one in proposals(tools=tools) if one.proposal.proposed_by == actor]
    return tuple(reversed(own))


def serving(account: str, *, tools: Toolbox) -> Serving:
    """Return what a provider does where, as far as it was published."""
    found: dict[str, frozenset[str]] = {}
    for one in own_entries(account, tools=tools):
        if one.proposal.state is not ProposalState.PUBLISHED:
            continue
        places = frozenset(one.entry.departments)
        for technology in one.entry.technologies:
            before = found.get(technology)
            # One entry for the whole country is more than any other for a part of it.
            whole = not places or (before is not None and not before)
            found[technology] = frozenset() if whole else places | (before or frozenset())
    return Serving(departments=found)


def _labelled(issue: Issue) -> Issue:
    """Return an issue that names the field as the form does."""
    field = issue.parameters.get("field")
    if field is None:
        return issue
    named = {**issue.parameters, "field": f"{FIELD_PREFIX}{field}"}
    return replace(issue, parameters=named)
