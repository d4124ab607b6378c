"""Tables of people, a concern a file."""

from remit.people.models.access import Absence, ApiToken, BreakGlass, Group, GroupRole, Membership
from remit.people.models.people import Installation, RoleAssignment, Unit, User, Users

__all__ = [
    "Absence",
    "ApiToken",
    "BreakGlass",
    "Group",
    "GroupRole",
    "Installation",
    "Membership",
    "RoleAssignment",
    "Unit",
    "User",
    "Users",
]
