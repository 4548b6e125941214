"""Letters by SMTP: over TLS, from the one sender of the settings, and never in a request's time."""

import logging
import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from ahorraluz.core.issues import AhorraLuzError
from ahorraluz.settings import Settings

SMTP_PORT, SMTPS_PORT = 587, 465
WAIT_S = 20
"""How long a mail server may take to answer. [s]"""
_LOG = logging.getLogger("ahorraluz.mail")


class MailError(AhorraLuzError):
    """A letter that was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter."""

    to: str
    subject: str
    text: str


def can_mail(settings: Settings) -> bool:
    """Tell whether letters can be sent: a server, a sender and our own address are stated."""
    return bool(settings.smtp_url and settings.mail_from and settings.public_url)


def send(letter: Letter, *, settings: Settings) -> None:
    """Send a letter.

    Raises
    ------
    MailError
        ``mail-not-sent``: no server, no secure connection, or it was refused; and a letter
        whose address or subject would begin another header.
    """
    message = message_of(letter, sender=settings.mail_from)
    parts = urlsplit(settings.smtp_url)
    secure = ssl.create_default_context()
    host = parts.hostname or ""
    try:
        server: smtplib.SMTP
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(
                host, parts.port or SMTPS_PORT, timeout=WAIT_S, context=secure
            )
        else:
            server = smtplib.SMTP(host, parts.port or SMTP_PORT, timeout=WAIT_S)
        with server:
            if parts.scheme == "smtp":
                server.starttls(context=secure)
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
            server.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        # Its text may repeat the address of the reader.
        raise MailError("mail-not-sent", reason=type(error).__name__) from None


def message_of(letter: Letter, *, sender: str) -> EmailMessage:
    """Return a letter as it travels; raises ``mail-not-sent`` for a header within a header."""
    message = EmailMessage()
    if any(ord(letter_) < ord(" ") for letter_ in letter.to + letter.subject + sender):
        raise MailError("mail-not-sent", reason="header")
    message["From"] = sender
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def afterwards(task: Callable[[], object]) -> None:
    """Do something once the answer is on its way, so that its time tells nobody anything."""

    def run() -> None:
        try:
            task()
        except AhorraLuzError as error:
            _LOG.error("not done afterwards: %s", error.issue.code)

    threading.Thread(target=run, name="ahorraluz-afterwards", daemon=True).start()
