"""What a token of the API may be used for; beside it the role of its account still counts."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """Something that the holder of a token may do in the name of its account."""

    ACCOUNT_READ = "account:read"
    HOMES_READ = "homes:read"
    """Read what was said of homes, and their bills."""
    HOMES_WRITE = "homes:write"
    """Keep homes, change what was said of them, and delete them."""
    READINGS_READ = "readings:read"
    """Take readings away, and read what they say."""
    READINGS_WRITE = "readings:write"
    PLAN_READ = "plan:read"
    """Read plans, forecasts, promises and what was verified."""
    PLAN_WRITE = "plan:write"
    """Promise steps and mark them done."""
    AGGREGATES_READ = "aggregates:read"
    """Read what was published of groups of homes."""


def scopes_text(scopes: Iterable[Scope]) -> str:
    """Return scopes as they are kept and shown to programs: by name, spaces between.

    Examples
    --------
    >>> scopes_text({Scope.PLAN_READ, Scope.HOMES_READ})
    'homes:read plan:read'
    """
    wanted = set(scopes)
    return " ".join(scope.value for scope in Scope if scope in wanted)


def read_scopes(text: str) -> frozenset[Scope]:
    """Return the scopes of a text; a name that is none of ours opens nothing.

    Examples
    --------
    >>> sorted(read_scopes("plan:read everything"))
    [<Scope.PLAN_READ: 'plan:read'>]
    """
    return frozenset(scope for scope in Scope if scope.value in text.split())
