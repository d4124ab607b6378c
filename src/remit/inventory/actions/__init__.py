"""Writes of the inventory, one noun a file."""

from remit.inventory.actions.models import register_model
from remit.inventory.actions.use_cases import file_use_case, set_tier
from remit.inventory.actions.versions import declare_ready, move, register_version

__all__ = [
    "declare_ready",
    "file_use_case",
    "move",
    "register_model",
    "register_version",
    "set_tier",
]
