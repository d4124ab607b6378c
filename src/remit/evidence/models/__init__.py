"""Tables of evidence, a concern a file."""

from remit.evidence.models.attestations import Attestation, Campaign
from remit.evidence.models.evidence import Evidence

__all__ = ["Attestation", "Campaign", "Evidence"]
