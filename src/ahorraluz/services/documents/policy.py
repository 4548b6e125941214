"""What a policy does, as a document: amounts are exact text."""

from collections.abc import Sequence
from decimal import Decimal

from ahorraluz.core.tariffs.policy import Fund, Group
from ahorraluz.services.try_policy import LIMITS, Tried
from ahorraluz.texts import Texts

CENTS = Decimal(100)


def policy_document(found: Tried, texts: Texts) -> dict[str, object]:
    """Return who gains and who pays, by energy, tenth and department, and the fund."""
    outcome, policy = found.outcome, found.policy
    moved = {name: getattr(policy, name) for name in LIMITS}
    places = [found.departments[int(group.name)] for group in outcome.departments]
    return {
        "schema": "ahorraluz.policy.1",
        "policy": {name: None if value is None else str(value) for name, value in moved.items()},
        "population": "published" if found.published else "table",
        "issues": [{"code": one.code, "message": texts.issue(one)} for one in found.issues],
        "all": _group(outcome.whole, ""),
        "by_kwh_up_to": _groups(outcome.brackets, [group.name for group in outcome.brackets]),
        "by_tenth": _groups(outcome.deciles, [group.name for group in outcome.deciles]),
        "by_department": _groups(outcome.departments, places),
        "fund_before": _fund(outcome.fund_before),
        "fund_after": _fund(outcome.fund_after),
    }


def _groups(groups: Sequence[Group], names: Sequence[str]) -> list[dict[str, object]]:
    return [_group(group, name) for group, name in zip(groups, names, strict=True)]


def _group(group: Group, name: str) -> dict[str, object]:
    return {
        "name": name,
        "homes": group.homes,
        "gain": group.gain,
        "pay": group.pay,
        "before_pen": str(Decimal(group.before) / CENTS),
        "after_pen": str(Decimal(group.after) / CENTS),
        "change_pen": str(Decimal(group.change) / CENTS),
    }


def _fund(fund: Fund) -> dict[str, str | None]:
    return {
        "cost_pen": str(fund.cost),
        "income_pen": str(fund.income),
        "balancing_surcharge": None if fund.balancing is None else str(fund.balancing),
    }
