"""Reads of the inventory, a concern a file."""

from remit.inventory.queries.entries import (
    listing,
    matching,
    model,
    models,
    use_case,
    use_case_by_id,
    use_cases,
    verified_artifacts,
    version,
    version_by_id,
    versions_of,
)

__all__ = [
    "listing",
    "matching",
    "model",
    "models",
    "use_case",
    "use_case_by_id",
    "use_cases",
    "verified_artifacts",
    "version",
    "version_by_id",
    "versions_of",
]
