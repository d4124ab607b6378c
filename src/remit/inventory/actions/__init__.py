"""Writes of the inventory, one noun a file."""

from remit.inventory.actions.bulk import hand_over, tag
from remit.inventory.actions.changes import (
    approve_change,
    reject_change,
    request_change,
    withdraw_change,
)
from remit.inventory.actions.edits import edit_model, edit_use_case
from remit.inventory.actions.fields import define_field, edit_field, retire_field, set_custom
from remit.inventory.actions.imports import (
    apply_import,
    check_import,
    map_import,
    receive_import,
    request_import,
    work_on_import,
)
from remit.inventory.actions.models import NewModel, register_model, register_models
from remit.inventory.actions.owners import appoint_owner
from remit.inventory.actions.relations import end_relation, relate
from remit.inventory.actions.sightings import (
    dismiss_sighting,
    link_sighting,
    register_sighting,
    reopen_sighting,
    sight,
)
from remit.inventory.actions.use_cases import file_use_case, set_tier
from remit.inventory.actions.vendors import add_vendor, edit_vendor
from remit.inventory.actions.versions import (
    declare_ready,
    edit_schema,
    edit_terms,
    move,
    register_version,
)
from remit.inventory.actions.views import pin, remove_view, save_view

__all__ = [
    "NewModel",
    "add_vendor",
    "apply_import",
    "appoint_owner",
    "approve_change",
    "check_import",
    "declare_ready",
    "define_field",
    "dismiss_sighting",
    "edit_field",
    "edit_model",
    "edit_schema",
    "edit_terms",
    "edit_use_case",
    "edit_vendor",
    "end_relation",
    "file_use_case",
    "hand_over",
    "link_sighting",
    "map_import",
    "move",
    "pin",
    "receive_import",
    "register_model",
    "register_models",
    "register_sighting",
    "register_version",
    "reject_change",
    "relate",
    "remove_view",
    "reopen_sighting",
    "request_change",
    "request_import",
    "retire_field",
    "save_view",
    "set_custom",
    "set_tier",
    "sight",
    "tag",
    "withdraw_change",
    "work_on_import",
]
