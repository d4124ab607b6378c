"""Reads about people, a concern a file."""

from remit.people.queries.persons import (
    directory,
    installation,
    names,
    setup_code,
    units,
    user,
    user_by_email,
)
from remit.people.queries.rights import holders, holders_by_role, may, require, roles_of

__all__ = [
    "directory",
    "holders",
    "holders_by_role",
    "installation",
    "may",
    "names",
    "require",
    "roles_of",
    "setup_code",
    "units",
    "user",
    "user_by_email",
]
