"""The document of a check of tables of homes and readings."""

from ahorraluz.services.documents.parts import Document, issue_documents
from ahorraluz.services.validate_tables import Checked
from ahorraluz.texts import Texts

TABLES_SCHEMA = "ahorraluz.data-validate.1"


def tables_document(checked: Checked, texts: Texts) -> Document:
    """Return a check; layout in ``docs/reference/schemas/data-validate.json``."""
    return {
        "schema": TABLES_SCHEMA,
        "sound": checked.sound,
        "shape": checked.shape.value,
        "homes": checked.homes,
        "readings": checked.readings,
        "files": checked.files,
        "faults": checked.counts.total(),
        "by_code": dict(sorted(checked.counts.items())),
        "issues": issue_documents(checked.issues, texts),
    }
