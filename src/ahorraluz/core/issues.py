"""What is wrong, as a code with parameters; the sentence is made at the edge (``texts``)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from typing_extensions import override

Parameter = str | int | float | Decimal | date | Sequence[str] | None


class Severity(StrEnum):
    """How much an issue weighs."""

    ERROR = "error"
    """The work stops; nothing is written."""
    WARNING = "warning"
    """The result stands, with a limit the reader must know."""
    NOTE = "note"
    """Worth knowing, changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One thing that is wrong or uncertain."""

    code: str
    """Kebab-case name; ``issue.<code>`` is its key in the translation catalogue."""
    severity: Severity = Severity.WARNING
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    """Values the sentence names: field, value, limit, mend."""


class AhorraLuzError(Exception):
    """Work that cannot be done, with the issue that says why."""

    def __init__(self, code: str, /, **parameters: Parameter) -> None:
        super().__init__(code)
        self.issues: tuple[Issue, ...] = (
            Issue(code=code, severity=Severity.ERROR, parameters=parameters),
        )

    @property
    def issue(self) -> Issue:
        """The first issue, which is the only one for most errors."""
        return self.issues[0]

    @override
    def __str__(self) -> str:
        """Return codes and parameters, for logs and tracebacks of developers."""
        return "; ".join(f"{issue.code} {dict(issue.parameters)}" for issue in self.issues)


class InvalidInputError(AhorraLuzError):
    """Input from a person that cannot be used; carries every issue found at once."""

    @classmethod
    def of(cls, issues: Sequence[Issue]) -> "InvalidInputError":
        """Return the error that carries ``issues``, at least one."""
        error = cls(issues[0].code, **issues[0].parameters)
        error.issues = tuple(issues)
        return error
