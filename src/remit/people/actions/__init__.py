"""Writes about people, one noun a file."""

from remit.people.actions.absences import cancel_absence, record_absence
from remit.people.actions.directory import (
    add_directory_group,
    add_directory_person,
    change_directory_group,
    change_directory_person,
    place_in_groups,
    recognise,
    remove_directory_group,
    remove_directory_person,
)
from remit.people.actions.emergencies import (
    close_emergency,
    expire_emergencies,
    open_emergency,
    review_emergency,
)
from remit.people.actions.groups import (
    add_member,
    create_group,
    end_group_role,
    give_group_role,
    remove_group,
    remove_member,
    rename_group,
)
from remit.people.actions.installation import open_installation, set_sign_in_rules
from remit.people.actions.leavers import come_back, leave
from remit.people.actions.persons import edit_person, invite, record_sign_in
from remit.people.actions.roles import assign_role, end_role, expire_roles
from remit.people.actions.service_accounts import (
    close_service_account,
    create_service_account,
    hand_over_service_account,
)
from remit.people.actions.tokens import create_token, revoke_token
from remit.people.actions.units import change_unit, create_unit

__all__ = [
    "add_directory_group",
    "add_directory_person",
    "add_member",
    "assign_role",
    "cancel_absence",
    "change_directory_group",
    "change_directory_person",
    "change_unit",
    "close_emergency",
    "close_service_account",
    "come_back",
    "create_group",
    "create_service_account",
    "create_token",
    "create_unit",
    "edit_person",
    "end_group_role",
    "end_role",
    "expire_emergencies",
    "expire_roles",
    "give_group_role",
    "hand_over_service_account",
    "invite",
    "leave",
    "open_emergency",
    "open_installation",
    "place_in_groups",
    "recognise",
    "record_absence",
    "record_sign_in",
    "remove_directory_group",
    "remove_directory_person",
    "remove_group",
    "remove_member",
    "rename_group",
    "review_emergency",
    "revoke_token",
    "set_sign_in_rules",
]
