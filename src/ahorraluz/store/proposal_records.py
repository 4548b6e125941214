"""What the store answers with about proposed entries."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ProposalState(StrEnum):
    """What became of a proposal."""

    PROPOSED = "proposed"
    PUBLISHED = "published"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An entry somebody proposed, as it stands now."""

    id: int
    entry: str
    """What it says, as JSON: the service reads it."""
    state: ProposalState
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str | None
    """Why it was rejected, or withdrawn again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEvent:
    """One thing that happened to a proposal; events are never changed."""

    proposal_id: int
    at: datetime
    actor: str
    state: ProposalState
    note: str | None
