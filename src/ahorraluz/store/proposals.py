"""Proposed entries, in SQL: every change of state is a row of its own, which stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ahorraluz.store.errors import StoreError
from ahorraluz.store.opened import Opened
from ahorraluz.store.proposal_records import Proposal, ProposalEvent, ProposalState

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

NEXT = {
    ProposalState.PROPOSED: (ProposalState.PUBLISHED, ProposalState.REJECTED),
    ProposalState.PUBLISHED: (ProposalState.REJECTED,),
    ProposalState.REJECTED: (ProposalState.PUBLISHED,),
}
"""What may follow: what was published can be taken down, what was rejected taken up again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalBook:
    """Proposals; every method is one transaction, kept whole or not at all."""

    reading: Opened
    writing: Opened

    def add(self, entry: str, *, actor: str, as_of: datetime) -> Proposal:
        """Keep a proposal, and that it was made; a database that is new is made.

        Raises
        ------
        StoreError
            ``proposal-there-already``: the same entry waits or is published.
        """
        from sqlalchemy import insert, select

        from ahorraluz.store.imports import seconds
        from ahorraluz.store.tables import PROPOSALS

        with self.writing(create=True) as connection:
            same = select(PROPOSALS.c.id).where(
                PROPOSALS.c.entry == entry, PROPOSALS.c.state != ProposalState.REJECTED.value
            )
            found = connection.execute(same).scalar()
            if found is not None:
                raise StoreError("proposal-there-already", number=int(found))
            added = connection.execute(
                insert(PROPOSALS).values(
                    entry=entry,
                    state=ProposalState.PROPOSED.value,
                    proposed_by=actor,
                    proposed_s=seconds(as_of),
                )
            )
            key = added.inserted_primary_key
            assert key is not None  # noqa: S101 - one row was inserted
            number = int(key[0])
            _note(connection, number, ProposalState.PROPOSED, actor=actor, as_of=as_of)
            return _one(connection, number)

    def decide(
        self,
        number: int,
        state: ProposalState,
        *,
        actor: str,
        as_of: datetime,
        note: str | None = None,
    ) -> Proposal:
        """Publish or reject a proposal, and keep who did it, when and why.

        Raises
        ------
        StoreError
            ``proposal-unknown``, or ``proposal-state``: nothing to decide, since it is so.
        """
        from sqlalchemy import update

        from ahorraluz.store.imports import seconds
        from ahorraluz.store.tables import PROPOSALS

        with self.writing() as connection:
            before = _one(connection, number)
            if state not in NEXT[before.state]:
                raise StoreError("proposal-state", number=number, state=before.state.value)
            connection.execute(
                update(PROPOSALS)
                .where(PROPOSALS.c.id == number)
                .values(state=state.value, decided_by=actor, decided_s=seconds(as_of), note=note)
            )
            _note(connection, number, state, actor=actor, as_of=as_of, note=note)
            return _one(connection, number)

    def all(self, state: ProposalState | None = None) -> tuple[Proposal, ...]:
        """Return proposals, oldest first; none where there is no database."""
        from sqlalchemy import select

        from ahorraluz.store.tables import PROPOSALS

        query = select(PROPOSALS).order_by(PROPOSALS.c.id)
        if state is not None:
            query = query.where(PROPOSALS.c.state == state.value)
        try:
            with self.reading() as connection:
                return tuple(map(_proposal, connection.execute(query)))
        except StoreError as error:
            if error.issue.code == "database-none":
                return ()
            raise

    def events(self, number: int) -> tuple[ProposalEvent, ...]:
        """Return everything that happened to a proposal, in order; ``proposal-unknown``."""
        from sqlalchemy import select

        from ahorraluz.store.imports import moment
        from ahorraluz.store.tables import PROPOSAL_EVENTS

        with self.reading() as connection:
            _one(connection, number)
            rows = connection.execute(
                select(PROPOSAL_EVENTS)
                .where(PROPOSAL_EVENTS.c.proposal_id == number)
                .order_by(PROPOSAL_EVENTS.c.id)
            )
            return tuple(
                ProposalEvent(
                    proposal_id=row.proposal_id,
                    at=moment(row.at_s),
                    actor=row.actor,
                    state=ProposalState(row.state),
                    note=row.note,
                )
                for row in rows
            )


def _one(connection: "Connection", number: int) -> Proposal:
    from sqlalchemy import select

    from ahorraluz.store.tables import PROPOSALS

    row = connection.execute(select(PROPOSALS).where(PROPOSALS.c.id == number)).first()
    if row is None:
        raise StoreError("proposal-unknown", number=number)
    return _proposal(row)


def _proposal(row: "Row[tuple[object, ...]]") -> Proposal:
    from ahorraluz.store.imports import moment

    return Proposal(
        id=row.id,
        entry=row.entry,
        state=ProposalState(row.state),
        proposed_by=row.proposed_by,
        proposed_at=moment(row.proposed_s),
        decided_by=row.decided_by,
        decided_at=None if row.decided_s is None else moment(row.decided_s),
        note=row.note,
    )


def _note(
    connection: "Connection",
    number: int,
    state: ProposalState,
    *,
    actor: str,
    as_of: datetime,
    note: str | None = None,
) -> None:
    from sqlalchemy import insert

    from ahorraluz.store.imports import seconds
    from ahorraluz.store.tables import PROPOSAL_EVENTS

    connection.execute(
        insert(PROPOSAL_EVENTS).values(
            proposal_id=number, at_s=seconds(as_of), actor=actor, state=state.value, note=note
        )
    )
