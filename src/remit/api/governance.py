"""Gates and remits."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status

from remit.api import subjects
from remit.api.lists import Page, page
from remit.api.shapes import Person
from remit.governance import actions, queries
from remit.kernel.problems import Unknown
from remit.ledger import queries as ledger
from remit.people.policies import policy

router = Router()
_VERSION = "/models/{reference}/versions/{number}"


class ControlOut(Schema):
    """What one control said, and why."""

    control: str
    title: str
    status: str
    says: str
    severity: str
    owner_role: str
    remedy: str
    satisfies: list[str]


class GateOut(Schema):
    """What every control of a gate said of a version on one day; the digest is of the facts it read."""

    id: UUID
    gate: str
    passed: bool
    results: list[ControlOut]
    facts_sha256: str
    library_sha256: str
    content_digest: str
    evaluated_at: datetime


class Gates(Schema):
    """A page of gate evaluations."""

    items: list[GateOut]
    next: str | None


class RemitOut(Schema):
    """The licence of a version, and the state it is in."""

    reference: str
    use_case: str
    model: str
    version: str
    kind: str
    state: str
    state_reason: str
    state_changed_at: datetime
    accountable: Person
    issued_by: Person
    issued_at: datetime
    valid_from: datetime
    valid_until: datetime
    sha256: str
    key_id: str

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        """Name the use case by its key."""
        return str(row.use_case.key)

    @staticmethod
    def resolve_model(row: Any) -> str:
        """Name the model by its reference."""
        return str(row.version.model.reference)

    @staticmethod
    def resolve_version(row: Any) -> str:
        """Name the version by its number."""
        return str(row.version.number)


class RemitInFull(RemitOut):
    """A remit with its terms as signed."""

    terms: dict[str, Any]


class Remits(Schema):
    """A page of remits."""

    items: list[RemitOut]
    next: str | None


class Verifiable(Schema):
    """What an offline check of a remit takes: the DSSE envelope and the public keys, PEM by key id."""

    reference: str
    sha256: str
    envelope: dict[str, Any]
    public_keys: dict[str, str]


@router.get(_VERSION + "/gates", response=Gates)
def list_gate_evaluations(request: HttpRequest, reference: str, number: str, asked: Query[Page]) -> Any:
    """List every evaluation of every gate for a version, the newest first."""
    version = subjects.version(request, reference, number)
    return page(queries.gate_evaluations(version), asked, by=("-evaluated_at", "-pk"))


@router.get(_VERSION + "/gates/{gate}", response=GateOut)
def get_gate(request: HttpRequest, reference: str, number: str, gate: str) -> Any:
    """Show what a gate said last."""
    version = subjects.version(request, reference, number)
    found = queries.latest_gate(version, gate.upper())
    if found is None:
        raise Unknown(f"Gate {gate.upper()} was never evaluated for {version}.", remedy="Evaluate it.")
    return found


@router.post(_VERSION + "/gates/{gate}", response={201: GateOut})
def evaluate_gate(request: HttpRequest, reference: str, number: str, gate: str) -> Any:
    """Evaluate a gate over the facts of today. What fails opens a finding; nothing is closed by passing."""
    version = subjects.version(request, reference, number)
    return Status(201, actions.evaluate_gate(acting_user=request.user, version=version, gate=gate.upper()))


@router.get("/remits", response=Remits)
def list_remits(
    request: HttpRequest,
    asked: Query[Page],
    state: Literal["", "draft", "in_force", "suspended", "revoked", "expired"] = "",
) -> Any:
    """List remits, the newest first; those in one state when it is given."""
    visible = policy("remit").visible(request.user, queries.remits(state))
    return page(visible, asked, by=("-issued_at", "-pk"))


@router.get("/remits/{reference}", response=RemitInFull)
def get_remit(request: HttpRequest, reference: str) -> Any:
    """Show a remit with its terms."""
    return _remit(request, reference)


@router.get("/remits/{reference}/signed", response=Verifiable)
def get_signed_remit(request: HttpRequest, reference: str) -> Any:
    """Give what it takes to verify a remit without trusting this server, save for the keys."""
    found = _remit(request, reference)
    return {
        "reference": found.reference,
        "sha256": found.sha256,
        "envelope": found.envelope,
        "public_keys": ledger.public_keys(),
    }


def _remit(request: HttpRequest, reference: str) -> Any:
    found = queries.remit(reference)
    policy("remit").seen(request.user, found)
    return found
