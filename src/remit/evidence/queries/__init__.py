"""Reads about evidence and attestations, one noun a file."""

from remit.evidence.queries.attestations import (
    Progress,
    asked_of,
    attestation,
    attestations_about,
    attestations_of,
    campaign,
    campaigns,
    changed_since,
    differences,
    digest,
    escalated_to,
    open_campaigns,
    progress,
    record_now,
    records_now,
)
from remit.evidence.queries.evidence import (
    latest_by_kind,
    latest_of_model,
    measures_of,
    of_model,
    of_version,
)

__all__ = [
    "Progress",
    "asked_of",
    "attestation",
    "attestations_about",
    "attestations_of",
    "campaign",
    "campaigns",
    "changed_since",
    "differences",
    "digest",
    "escalated_to",
    "latest_by_kind",
    "latest_of_model",
    "measures_of",
    "of_model",
    "of_version",
    "open_campaigns",
    "progress",
    "record_now",
    "records_now",
]
