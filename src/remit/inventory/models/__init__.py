"""Tables of the inventory, a concern a file."""

from remit.inventory.models.around import (
    FIELD_TYPES,
    RELATIONS,
    ChangeRequest,
    FieldDefinition,
    Pin,
    Relation,
    SavedView,
    Vendor,
)
from remit.inventory.models.coming import ImportRun, Sighting
from remit.inventory.models.entries import KINDS, STAGES, TIERS, Artifact, Model, UseCase, Version
from remit.inventory.models.standing import NOW, Standing, VersionNote

__all__ = [
    "FIELD_TYPES",
    "KINDS",
    "NOW",
    "RELATIONS",
    "STAGES",
    "TIERS",
    "Artifact",
    "ChangeRequest",
    "FieldDefinition",
    "ImportRun",
    "Model",
    "Pin",
    "Relation",
    "SavedView",
    "Sighting",
    "Standing",
    "UseCase",
    "Vendor",
    "Version",
    "VersionNote",
]
