"""The status of a control, computed from facts: satisfied, failing, missing, stale, excepted, ..."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from remit.governance.contract import Control, ControlResult, ControlStatus
from remit.kernel.problems import Invalid
from remit.policy import Environment

_FILE = Path(__file__).parent.parent / "data" / "controls.yaml"
GATES = ("G1", "G3", "G5", "G6")
FACTS = (
    "use_case",
    "version",
    "record",
    "tier",
    "terms",
    "evidence",
    "approvals",
    "findings",
    "exceptions",
    "operation",
)
ENVIRONMENT = Environment(dict.fromkeys(FACTS, "map"))


@cache
def library() -> tuple[Control, ...]:
    """Return every control of the library, in order of id."""
    rows = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    tuples = ("gates", "tiers", "evidence", "satisfies")
    controls = [
        Control(**{key: tuple(value) if key in tuples else value for key, value in row.items()})
        for row in rows
    ]
    return tuple(sorted(controls, key=lambda control: control.id))


@cache
def library_digest() -> str:
    """Return the SHA-256 of the library's file, which every gate evaluation records."""
    return hashlib.sha256(_FILE.read_bytes()).hexdigest()


def of_gate(gate: str, tier: str) -> tuple[Control, ...]:
    """Return the controls of a gate for a tier.

    Raises:
        Invalid: there is no such gate.
    """
    if gate not in GATES:
        raise Invalid(f"There is no gate {gate!r}.", fields={"gate": f"Choose one of: {', '.join(GATES)}."})
    return tuple(c for c in library() if gate in c.gates and tier in c.tiers)


def evaluate(control: Control, facts: Mapping[str, Any], excepted: Mapping[str, str]) -> ControlResult:
    """Compute one control.

    Args:
        control: the control.
        facts: maps by the names in `FACTS`; `evidence` by kind, each with `age_days` and `values`.
        excepted: the controls under an exception in force, with what to say of each.
    """
    status, says = _status(control, facts)
    if status not in {"satisfied", "not_applicable"} and control.id in excepted:
        status, says = "excepted", f"{says} {excepted[control.id]}"
    return ControlResult(
        control=control.id,
        title=control.title,
        status=status,
        says=says,
        severity=control.severity,
        owner_role=control.owner_role,
        remedy=control.remedy,
        satisfies=control.satisfies,
    )


def _status(control: Control, facts: Mapping[str, Any]) -> tuple[ControlStatus, str]:
    applies = ENVIRONMENT.compile(control.applies_when).check(facts)
    if applies.status == "false":
        return "not_applicable", "Does not apply here."
    if applies.status == "error":
        return "not_computable", applies.reason
    for kind in control.evidence:
        found = facts["evidence"].get(kind)
        name = kind.replace("_", " ")
        if found is None:
            return "missing", f"Needs a {name} on exactly this version; there is none."
        allowed = control.fresh_days[facts["use_case"]["tier"] or "T1"]
        if found["age_days"] > allowed:
            return (
                "stale",
                f"Needs a {name} younger than {allowed} days; the last is {found['age_days']:.0f} days old.",
            )
    verdict = ENVIRONMENT.compile(control.rule).check(facts)
    if verdict.status == "error":
        return "not_computable", verdict.reason
    return ("satisfied" if verdict.passed else "failing"), _says(control, facts)


def _says(control: Control, facts: Mapping[str, Any]) -> str:
    try:
        return f"{ENVIRONMENT.compile(control.says).value(facts)}."
    except Invalid as problem:
        return problem.detail
