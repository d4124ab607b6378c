"""What a gate's controls say about a version now: gathered facts in, results out. Nothing is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.governance import facts as gathered
from remit.governance import queries
from remit.governance.contract import ControlResult
from remit.governance.rules import controls
from remit.inventory.models import Version


def evaluated(
    version: Version, gate: str, *, operation: Mapping[str, Any] | None = None, preview: bool = False
) -> tuple[dict[str, Any], list[ControlResult]]:
    """Return the facts about a version and what each control of a gate says of them.

    `preview` is for a page that only shows how it stands: files that lie elsewhere are not fetched for it.

    Raises:
        Invalid: there is no such gate.
    """
    asked = controls.of_gate(gate, version.model.use_case.tier or "T1")
    facts = gathered.of(version, operation=operation, preview=preview)
    excepted = {
        grant.control: f"Excepted until {grant.expires_at:%d %b %Y} ({grant.reference})."
        for grant in queries.exceptions_in_force(version)
    }
    return facts, [controls.evaluate(control, facts, excepted) for control in asked]
