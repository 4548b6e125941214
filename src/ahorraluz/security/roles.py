"""Who may do what: roles with their permissions, and how far somebody reaches into one home.

This is the one table of rights. A door asks :func:`may` for what an account does at all and
:func:`reach_allows` for what it does with one home; neither knows a role by name.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Role(StrEnum):
    """What an account is for."""

    RESIDENT = "resident"
    CONSULTANT = "consultant"
    PROVIDER = "provider"
    AGENCY = "agency"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Something that a role allows, without regard to one home."""

    USE_OWN_ACCOUNT = "use_own_account"
    """Change its name, password, factors and consents; export and delete it."""
    OWN_HOMES = "own_homes"
    KEEP_PORTFOLIO = "keep_portfolio"
    """Keep homes of clients, who grant and withdraw access to them."""
    OFFER_SOLUTIONS = "offer_solutions"
    """Keep its own entries in the repository of renewables."""
    SEE_LEADS = "see_leads"
    """See homes that consented to be shown to providers of one technology."""
    SEE_AGGREGATES = "see_aggregates"
    """See groups of homes too large to tell anybody apart."""
    TRY_POLICIES = "try_policies"
    MANAGE_USERS = "manage_users"
    MANAGE_FACTS = "manage_facts"
    """Take in price sheets, and change the catalogues."""
    SEE_OPERATIONS = "see_operations"
    """See the audit trail, jobs, models and their state; not what is in a home."""
    DECIDE_PROPOSALS = "decide_proposals"


class Reach(StrEnum):
    """How far somebody reaches into one home."""

    OWNER = "owner"
    CONSULTANT = "consultant"
    """By a grant of the owner, until it is withdrawn."""
    VIEWER = "viewer"
    """By a link that the owner shared, until it is revoked."""


class Act(StrEnum):
    """Something done with one home."""

    READ = "read"
    EDIT = "edit"
    """Change answers and bills, and mark the steps of a plan."""
    SHARE = "share"
    GRANT = "grant"
    EXPORT = "export"
    """Take everything that is kept about the home away in one file."""
    DELETE = "delete"


PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.RESIDENT: frozenset({Permission.USE_OWN_ACCOUNT, Permission.OWN_HOMES}),
        Role.CONSULTANT: frozenset(
            {Permission.USE_OWN_ACCOUNT, Permission.OWN_HOMES, Permission.KEEP_PORTFOLIO}
        ),
        Role.PROVIDER: frozenset(
            {
                Permission.USE_OWN_ACCOUNT,
                Permission.OFFER_SOLUTIONS,
                Permission.SEE_LEADS,
                Permission.SEE_AGGREGATES,
            }
        ),
        Role.AGENCY: frozenset(
            {Permission.USE_OWN_ACCOUNT, Permission.SEE_AGGREGATES, Permission.TRY_POLICIES}
        ),
        Role.ADMINISTRATOR: frozenset(
            {
                Permission.USE_OWN_ACCOUNT,
                Permission.MANAGE_USERS,
                Permission.MANAGE_FACTS,
                Permission.SEE_OPERATIONS,
                Permission.DECIDE_PROPOSALS,
            }
        ),
    }
)
"""What each role allows; what is not here is not allowed. Nobody sees a home by role alone."""

NEEDS_SECOND_FACTOR: frozenset[Role] = frozenset(set(Role) - {Role.RESIDENT})
"""Roles that reach what belongs to others: a password alone does not open them."""

_ACTS: Mapping[Reach, frozenset[Act]] = MappingProxyType(
    {
        Reach.OWNER: frozenset(Act),
        Reach.CONSULTANT: frozenset({Act.READ, Act.EDIT}),
        Reach.VIEWER: frozenset({Act.READ}),
    }
)


def may(role: Role, permission: Permission) -> bool:
    """Tell whether a role allows something.

    Examples
    --------
    >>> may(Role.CONSULTANT, Permission.KEEP_PORTFOLIO)
    True
    >>> may(Role.ADMINISTRATOR, Permission.OWN_HOMES)
    False
    """
    return permission in PERMISSIONS[role]


def reach_allows(reach: Reach, act: Act) -> bool:
    """Tell whether somebody who reaches a home this far may do something with it.

    Examples
    --------
    >>> reach_allows(Reach.CONSULTANT, Act.EDIT), reach_allows(Reach.CONSULTANT, Act.DELETE)
    (True, False)
    """
    return act in _ACTS[reach]
