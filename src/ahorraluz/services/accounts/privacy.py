"""What the page of privacy has to say: who runs this service, and the terms of the law."""

from dataclasses import dataclass
from datetime import date

from ahorraluz.catalog.privacy_law import load_privacy_law
from ahorraluz.services.toolbox import Toolbox


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyFacts:
    """Facts of one deployment, and deadlines of the law."""

    controller: str
    """Who answers for the data; empty: nobody said so."""
    address: str
    contact: str
    country: str
    """Where the data is kept; empty: nobody said so."""
    data_bank: str
    mails: bool
    """Whether letters go through a mail server."""
    keep_readings_months: int
    access_days: int
    """To answer a request for access. [day]"""
    correction_days: int
    """To correct, delete or stop. [day]"""
    breach_hours: int
    """To tell people of a breach. [h]"""


def privacy_facts(*, tools: Toolbox, as_of: date) -> PrivacyFacts:
    """Return what is known of this deployment and of the law on a day.

    Raises
    ------
    NotInForceError
        ``figure-not-in-force``: the day is before the law.
    """
    settings = tools.settings
    return PrivacyFacts(
        controller=settings.controller,
        address=settings.controller_address,
        contact=settings.controller_contact,
        country=settings.hosting_country,
        data_bank=settings.data_bank,
        mails=bool(settings.smtp_url),
        keep_readings_months=settings.keep_readings_months,
        access_days=law_figure("answer-access", as_of),
        correction_days=law_figure("answer-correction", as_of),
        breach_hours=law_figure("breach-notice-people", as_of),
    )


def law_figure(name: str, as_of: date) -> int:
    """Return a deadline or threshold in force on a day; raises ``figure-not-in-force``."""
    return int(load_privacy_law()[name].value_at(as_of))
