"""The document of a check of the data on file."""

from ahorraluz.services.check_data import DataReport
from ahorraluz.services.documents.parts import Document, issue_documents, source_documents
from ahorraluz.texts import Texts

DATA_SCHEMA = "ahorraluz.data-check.1"


def data_document(report: DataReport, texts: Texts) -> Document:
    """Return a check; layout in ``docs/reference/schemas/data-check.json``."""
    return {
        "schema": DATA_SCHEMA,
        "sound": not report.issues,
        "issues": issue_documents(report.issues, texts),
        "max_age_days": report.max_age_days,
        "old": [
            {
                **source_documents([old.source])[0],
                "age_days": old.age_days,
                "figures": old.figures,
            }
            for old in report.old
        ],
    }
