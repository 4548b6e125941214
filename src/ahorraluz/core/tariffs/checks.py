"""What an audit says of one printed amount, and the rules it is held against."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ahorraluz.core.issues import Parameter
from ahorraluz.core.money import IgvRounding, TotalRounding
from ahorraluz.core.tariffs.closure import Hint

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


class Verdict(StrEnum):
    """What the audit says of a printed amount."""

    OK = "ok"
    OFF = "off"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One printed amount beside the recomputed one."""

    code: str
    """A line code, ``subtotal``, ``total_before`` or ``total``."""
    printed: Decimal | None
    computed: Decimal | None
    verdict: Verdict
    why: str
    """Key of the sentence that says how it was checked, such as ``audit.product``."""
    parameters: dict[str, Parameter] = field(default_factory=dict)

    @property
    def difference(self) -> Decimal:
        """Printed minus computed; zero where one is missing. [PEN]"""
        if self.printed is None or self.computed is None:
            return ZERO
        return self.printed - self.computed


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRules:
    """Rules of the distributor and the day that a recibo is held against."""

    igv_rate: Decimal
    igv_rounding: IgvRounding | None
    """``None``: not known; either way of rounding is accepted."""
    total_rounding: TotalRounding | None
    levy: Decimal | None
    first_block_kwh: Decimal
    fose_limit_kwh: Decimal
    fose_discount: Decimal | None
    discount_is_sure: bool = True
    """Whether the kind of system, and so its discount, is stated and on file."""
    hints: tuple[Hint, ...] = ()


def compared(
    code: str,
    printed: Decimal,
    computed: Decimal,
    why: str,
    *,
    tolerance: Decimal = CENT,
    **parameters: Parameter,
) -> Checked:
    """Return the verdict of a printed amount beside the recomputed one."""
    verdict = Verdict.OK if abs(printed - computed) <= tolerance else Verdict.OFF
    return Checked(
        code=code,
        printed=printed,
        computed=computed,
        verdict=verdict,
        why=why,
        parameters=parameters,
    )


def unchecked(code: str, printed: Decimal | None, why: str, **parameters: Parameter) -> Checked:
    """Return a printed amount that nothing on the recibo can check."""
    return Checked(
        code=code,
        printed=printed,
        computed=None,
        verdict=Verdict.UNCHECKED,
        why=why,
        parameters=parameters,
    )
