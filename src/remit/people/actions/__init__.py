"""Writes about people, one noun a file."""

from remit.people.actions.installation import open_installation
from remit.people.actions.persons import invite, record_sign_in
from remit.people.actions.roles import assign_role, end_role
from remit.people.actions.units import create_unit

__all__ = [
    "assign_role",
    "create_unit",
    "end_role",
    "invite",
    "open_installation",
    "record_sign_in",
]
