"""What a consultant writes down about a home: read by who wrote it."""

from datetime import datetime

from ahorraluz.core.issues import InvalidInputError
from ahorraluz.services.accounts.trail import note_home
from ahorraluz.services.toolbox import Toolbox
from ahorraluz.store.account_records import Note

LONGEST_NOTE = 2_000
MOST_NOTES = 200


def add_note(home: str, text: str, *, account: str, tools: Toolbox, as_of: datetime) -> None:
    """Keep a note.

    Raises
    ------
    InvalidInputError
        ``note-empty``, ``note-too-long`` or ``notes-too-many``.
    """
    seen = "".join(s if s.isprintable() or s == "\n" else " " for s in text.replace("\r\n", "\n"))
    written = seen.strip()
    if not written:
        raise InvalidInputError("note-empty")
    if len(written) > LONGEST_NOTE:
        raise InvalidInputError("note-too-long", limit=LONGEST_NOTE)
    if len(notes_of(home, account=account, tools=tools)) >= MOST_NOTES:
        raise InvalidInputError("notes-too-many", limit=MOST_NOTES)
    households = tools.store.people.households
    households.add_note(home, written, account=account, as_of=as_of)
    note_home("note-added", home, tools=tools, as_of=as_of, actor=account)


def notes_of(home: str, *, account: str, tools: Toolbox) -> tuple[Note, ...]:
    """Return the notes of one writer about a home, newest first: nobody reads another's."""
    notes = tools.store.people.households.notes(home)
    return tuple(note for note in notes if note.account == account)
