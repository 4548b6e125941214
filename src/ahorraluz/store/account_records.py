"""What the store answers with about people."""

from dataclasses import dataclass
from datetime import datetime

from ahorraluz.security.roles import Reach, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person, or a person of an organisation."""

    id: str
    name: str
    """E-mail address or telephone number, normalised."""
    role: Role
    language: str
    created_at: datetime
    suspended_at: datetime | None
    has_second_factor: bool
    """Whether signing in asks for a code or a passkey beside the password."""
    organisation: str = ""
    """Whom somebody of a staff role speaks for."""
    reset_until: datetime | None = None
    """End of a link to a new password that somebody else asked for; it may be over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secrets:
    """What signing in compares with."""

    password: str
    failures: int
    locked_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A password or code that may be tried, and was counted as wrong until it is found right."""

    account: str
    locked_until_s: int | None
    """Until when nobody may try again if it is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """A link to a new password that somebody else asked for."""

    account: str
    asked_by: str | None
    """Account of the administrator; ``None``: whoever runs the machine."""
    approved_by: str | None = None
    waits_for_approval: bool
    """Whether a second administrator has to agree, and has not."""
    asked_at: datetime
    opens_at: datetime
    """Before it the link does nothing, so that the owner of the account can refuse."""
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactor:
    """A secret shared with a person's authenticator."""

    secret: str
    last_step: int | None
    """Step of the last code that was taken: none is taken twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPasskey:
    """A key that a device of a person keeps."""

    credential: str
    account: str
    public_key: bytes
    sign_count: int
    label: str
    transports: tuple[str, ...] = ()
    """How the device is reached."""
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in on one device."""

    hash: str
    account: str
    device: str
    complete: bool
    """Whether every factor was shown."""
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A home that an account may do something with."""

    home: str
    account: str
    reach: Reach
    granted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a household said of its home."""

    home: str
    said: dict[str, object]
    """As JSON: the service reads it."""
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A link to a home's report."""

    id: int
    home: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote down about a home."""

    id: int
    home: str
    account: str
    text: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody agreed to, once."""

    id: int
    account: str
    home: str | None
    purpose: str
    subject: str
    """What it is about within its purpose, such as a technology; may be empty."""
    text_sha256: str
    """Hash of the words that were shown."""
    language: str
    channel: str
    given_at: datetime
    until: datetime | None
    withdrawn_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Tell whether it counts at a moment."""
        return self.withdrawn_at is None and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEntry:
    """One line of the audit trail."""

    id: int
    at: datetime
    actor: str
    subject: str
    act: str
    detail: str
