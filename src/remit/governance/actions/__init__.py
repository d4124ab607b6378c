"""Writes of governance, one noun a file."""

from remit.governance.actions.approvals import record_approval
from remit.governance.actions.exceptions import approve_exception, request_exception
from remit.governance.actions.findings import close_finding, open_finding
from remit.governance.actions.gates import evaluate_gate
from remit.governance.actions.remits import (
    expire_remits,
    issue_remit,
    note_remits,
    reinstate_remit,
    revoke_remit,
    suspend_remit,
)
from remit.governance.actions.tiering import assess_tier, confirm_tier

__all__ = [
    "approve_exception",
    "assess_tier",
    "close_finding",
    "confirm_tier",
    "evaluate_gate",
    "expire_remits",
    "issue_remit",
    "note_remits",
    "open_finding",
    "record_approval",
    "reinstate_remit",
    "request_exception",
    "revoke_remit",
    "suspend_remit",
]
