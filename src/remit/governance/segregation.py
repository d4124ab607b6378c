"""Puts segregation of duties about versions into the database, after each `migrate`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from remit.people import rules, segregation

_TRIGGERS = {
    "governance_approval": "governance_check_approval",
    "governance_remit": "governance_check_remit",
    "governance_exceptiongrant": "governance_check_exception",
    "governance_finding": "governance_check_finding",
}


def install(**signal: Any) -> None:
    """Create the functions and triggers, or replace them by what people's `data/segregation.yaml` says now.

    Args:
        signal: what Django's `post_migrate` says; not used.
    """
    del signal
    kept = [rule for rule in rules.apart() if rule.scope in {"version", "use_case"}]
    pairs = ", ".join(f"('{rule.first}', '{other}')" for rule in kept for other in rule.others)
    text = Path(__file__).with_name("segregation.sql").read_text(encoding="utf-8")
    segregation.put(text.replace("{pairs}", pairs), _TRIGGERS)
