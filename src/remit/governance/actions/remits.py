"""Remits: issued when gate G5 passes and the signatures stand; suspended, reinstated, revoked, expired."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta
from typing import Any

import msgspec

from remit.governance import queries
from remit.governance.actions.gates import evaluate_gate
from remit.governance.contract import PASSING
from remit.governance.models import Approval, GateEvaluation, Remit
from remit.inventory import standing
from remit.inventory.models import Version
from remit.kernel import clock, paths
from remit.kernel.ids import uuid7
from remit.kernel.problems import Conflict, Invalid
from remit.ledger import turns
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User
from remit.proof import remit_statement as proof
from remit.proof.keys import KeyRing


@action("remit.issue")
def issue_remit(*, acting_user: User, version: Version, valid_from: datetime | None = None) -> Remit:
    """Issue the remit a version asks for: gate G5 is evaluated now, the platform's key signs the terms.

    A version under an exception gets a restricted remit. Conditions of the approvals become terms.

    Raises:
        Denied: the person may not issue, built the version, or owns the use case.
        Conflict: gate G5 does not pass, the approver has not signed, or a remit is in force.
    """
    use_case = version.model.use_case
    people.require(acting_user, "remit.issue", unit=use_case.unit, subject=use_case.pk)
    answering = {"develop": version.developer_id, "own": use_case.owner_id}
    people.require_apart(acting_user, "issue_remit", answering)
    start = valid_from or clock.now()
    current = queries.remit_in_force(version, start)
    if current is not None:
        raise Conflict(f"{current.reference} is in force until {current.valid_until:%d %b %Y}.")
    evaluation = evaluate_gate(acting_user=acting_user, version=version, gate="G5")
    approvals = queries.latest_approvals(version)
    _check_signed(version, evaluation, approvals)
    reference = next_number("RM")
    identifier = uuid7(clock.now())
    terms = _terms(
        version, acting_user, approvals, reference=reference, identifier=str(identifier), valid_from=start
    )
    subjects = tuple(
        proof.Subject(name=artifact.name, sha256=artifact.sha256)
        for artifact in version.artifacts.order_by("name")
    )
    signed = proof.sign_remit(terms, subjects, KeyRing(paths.keys()))
    remit = Remit.objects.create(
        id=identifier,
        reference=reference,
        use_case=use_case,
        version=version,
        kind=terms.kind,
        state="in_force",
        terms=msgspec.to_builtins(terms),
        envelope=signed,
        sha256=hashlib.sha256(base64.b64decode(signed["payload"])).hexdigest(),
        key_id=signed["signatures"][0]["keyid"],
        accountable=use_case.owner,
        issued_by=acting_user,
        gate_evaluation=evaluation,
        issued_at=clock.now(),
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        state_changed_at=clock.now(),
    )
    _note(version)
    emit("remit.issued", remit, version=version.pk, use_case=use_case.pk, reference=reference)
    return remit


@action("remit.suspend")
def suspend_remit(*, acting_user: User | str, remit: Remit, reason: str) -> Remit:
    """Suspend a remit: the gateway refuses under it within a second of the bundle's publication.

    Raises:
        Denied: the person may not suspend in this unit.
        Conflict: it is not in force.
        Invalid: no reason is given.
    """
    people.require(acting_user, "remit.suspend", unit=remit.use_case.unit, subject=remit.use_case.pk)
    return _change(remit, "suspended", {"in_force"}, reason)


@action("remit.reinstate")
def reinstate_remit(*, acting_user: User, remit: Remit, reason: str) -> Remit:
    """Put a suspended remit in force again.

    Raises:
        Denied: the person may not reinstate in this unit.
        Conflict: it is not suspended, has ended, or another one took its place.
        Invalid: no reason is given.
    """
    people.require(acting_user, "remit.reinstate", unit=remit.use_case.unit, subject=remit.use_case.pk)
    successor = queries.remit_in_force(remit.version)
    if successor is not None and successor.pk != remit.pk:
        raise Conflict(
            f"{successor.reference} is in force for {remit.version} since {remit.reference} was suspended.",
            remedy=f"Keep {successor.reference}, or revoke it first.",
        )
    if remit.valid_until <= clock.now():
        raise Conflict(f"{remit.reference} ended on {remit.valid_until:%d %b %Y}.", remedy="Issue a new one.")
    return _change(remit, "in_force", {"suspended"}, reason)


@action("remit.revoke")
def revoke_remit(*, acting_user: User | str, remit: Remit, reason: str) -> Remit:
    """Revoke a remit for good.

    Raises:
        Denied: the person may not revoke in this unit.
        Conflict: it is revoked or expired already.
        Invalid: no reason is given.
    """
    people.require(acting_user, "remit.revoke", unit=remit.use_case.unit, subject=remit.use_case.pk)
    return _change(remit, "revoked", {"in_force", "suspended"}, reason)


@action("remit.expire")
def expire_remits(*, acting_user: str) -> list[Remit]:
    """Mark the remits whose end has passed; the gateway refuses by date whether or not this has run."""
    people.require(acting_user, "remit.expire")
    turns.take("remit.expire")
    return [
        _change(remit, "expired", {"in_force", "suspended"}, "Its validity ended.")
        for remit in queries.remits_past_end()
    ]


@action("remit.note")
def note_remits(*, acting_user: str) -> None:
    """Have the lists show every version's remit, as an installation needs that is older than its lists."""
    people.require(acting_user, "remit.note")
    for version in Version.objects.filter(remits__isnull=False).distinct():
        _note(version)


def _note(version: Version) -> None:
    counting = queries.remit_that_counts(version)
    if counting is not None:
        standing.note(
            version.pk,
            remit_number=counting.reference,
            remit_state=counting.state,
            remit_from=counting.valid_from,
            remit_until=counting.valid_until,
        )


def _change(remit: Remit, state: str, allowed: set[str], reason: str) -> Remit:
    if not reason.strip():
        raise Invalid("Say why.", fields={"reason": "Give the reason; it is kept with the remit."})
    locked = Remit.objects.select_for_update(of=("self",)).get(pk=remit.pk)
    if locked.state not in allowed:
        raise Conflict(f"{remit.reference} is {locked.state.replace('_', ' ')}.")
    remit.state = locked.state = state
    remit.state_changed_at = locked.state_changed_at = clock.now()
    remit.state_reason = locked.state_reason = reason.strip()
    locked.save(update_fields=["state", "state_changed_at", "state_reason"])
    _note(remit.version)
    verb = {"in_force": "reinstated"}.get(state, state)
    emit(f"remit.{verb}", remit, version=remit.version_id, use_case=remit.use_case_id, reason=reason)
    return remit


def _check_signed(version: Version, evaluation: GateEvaluation, approvals: dict[str, Approval]) -> None:
    if not evaluation.passed:
        failing = [result for result in evaluation.results if result["status"] not in PASSING]
        told = "; ".join(f"{result['control']} {result['says']}" for result in failing)
        raise Conflict(f"Gate G5 does not pass: {told}", remedy=failing[0]["remedy"])
    kind = "self_test" if version.model.use_case.tier == "T4" else "signature"
    signature = approvals.get(kind)
    if signature is None or not signature.decision.startswith("approve"):
        raise Conflict(f"Nobody has signed {version}.", remedy="The approver completes the signing task.")
    if signature.content_digest != version.content_digest:
        raise Conflict(f"{version} changed after it was signed.", remedy="Have it signed again.")


def _person(user: User) -> proof.Person:
    return proof.Person(id=str(user.pk), name=user.name, title=user.title)


def _terms(
    version: Version,
    issuer: User,
    approvals: dict[str, Approval],
    *,
    reference: str,
    identifier: str,
    valid_from: datetime,
) -> proof.RemitTerms:
    use_case, asked = version.model.use_case, version.intended_terms
    validation = approvals.get("validation")
    excepted = bool(queries.exceptions_in_force(version))
    stated: dict[str, Any] = {
        "remit_id": identifier,
        "number": reference,
        "kind": "restricted" if excepted else asked.get("kind", "full"),
        "use_case": {"id": str(use_case.pk), "key": use_case.key, "name": use_case.name},
        "version": {
            "id": str(version.pk),
            "model": version.model.reference,
            "name": version.model.name,
            "number": version.number,
            "content_digest": version.content_digest,
        },
        "tier": use_case.tier,
        "decision_rule": version.decision_rule,
        "accountable": _person(use_case.owner),
        "validated_by": _person(validation.person) if validation else None,
        "issued_by": _person(issuer),
        "valid_from": valid_from,
        "valid_until": valid_from + timedelta(days=asked["valid_days"]),
        "conditions": [a.conditions for a in approvals.values() if a.conditions],
        "approvals": [
            {
                "kind": a.kind,
                "person": _person(a.person),
                "at": a.decided_at,
                "content_digest": a.content_digest,
            }
            for a in sorted(approvals.values(), key=lambda a: a.decided_at)
        ],
        "evidence_digests": sorted(version.evidence.values_list("sha256", flat=True)),
    }
    proposed = {key: value for key, value in asked.items() if key not in {"valid_days", "kind"}}
    try:
        return msgspec.convert(msgspec.to_builtins({**proposed, **stated}), proof.RemitTerms)
    except msgspec.ValidationError as error:
        raise Invalid(
            f"The proposed remit of {version} cannot be issued: {error}.",
            fields={"intended_terms": str(error)},
        ) from error
