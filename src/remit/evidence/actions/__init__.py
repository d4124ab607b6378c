"""Writes of evidence, one noun a file."""

from remit.evidence.actions.attestations import (
    close_campaign,
    dispute,
    open_campaign,
    pursue_campaigns,
    sign,
)
from remit.evidence.actions.evidence import KINDS, SOURCES, add_evidence
from remit.evidence.actions.scans import scan_version

__all__ = [
    "KINDS",
    "SOURCES",
    "add_evidence",
    "close_campaign",
    "dispute",
    "open_campaign",
    "pursue_campaigns",
    "scan_version",
    "sign",
]
