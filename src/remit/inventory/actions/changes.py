"""Asking for a change of watched fields, and answering: an answer binds to the difference that was seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from remit.inventory.actions import edits
from remit.inventory.models import ChangeRequest, Model, UseCase
from remit.inventory.queries import change_requests as reads
from remit.inventory.rules.edits import FIELDS
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User


@action("change.request")
def request_change(
    *,
    acting_user: User,
    use_case: UseCase,
    model: Model | None = None,
    changes: Mapping[str, Any],
    reason: str,
) -> list[ChangeRequest]:
    """Ask for changes of watched fields of a use case, or of one of its models.

    Fields that different people review become a request each.

    Raises:
        Denied: the person may not ask for changes in this unit.
        Invalid: a field is unknown or wrong, nothing would change, or no reason is given.
        Conflict: a field is not watched and can be edited, or a request for it waits already.
    """
    people.require(acting_user, "change.request", unit=use_case.unit, subject=use_case.pk)
    if not reason.strip():
        raise Invalid("Say why.", fields={"reason": "Say why; who reviews it reads this first."})
    subject: UseCase | Model = edits.lock(model) if model is not None else edits.lock(use_case)
    clean = edits.cleaned(subject, changes)
    _refuse(subject, clean)
    current, watched = reads.plain(subject), reads.watched(subject)
    by_reviewer: dict[str, dict[str, Any]] = defaultdict(dict)
    for name, after in clean.items():
        by_reviewer[watched[name]][name] = {"before": current[name], "after": after}
    return [
        _file(acting_user, subject, by_reviewer[permission], reason.strip())
        for permission in sorted(by_reviewer)
    ]


@action("change.approve")
def approve_change(
    *, acting_user: User, change: ChangeRequest, content_digest: str, reason: str = ""
) -> ChangeRequest:
    """Approve exactly the difference with this digest, and apply it.

    Raises:
        Denied: the person asked for it, or may not review these fields in this unit.
        Conflict: it does not wait, is another difference than was seen, or the record has changed since.
        Invalid: what it names is not there any more.
    """
    asked = _answerable(acting_user, change)
    subject = edits.lock(asked.model) if asked.model is not None else edits.lock(asked.use_case)
    current = reads.plain(subject)
    now = {name: {"before": current[name], "after": row["after"]} for name, row in asked.changes.items()}
    if content_digest != asked.content_digest:
        raise Conflict(
            f"{asked.reference} is not the difference that you saw.", remedy="Read it again, then answer."
        )
    if reads.change_digest(subject, now) != asked.content_digest:
        raise Conflict(
            f"{subject} has changed since {asked.reference} was asked for.",
            remedy="Reject it; who asked for it asks again of what the record says now.",
        )
    _decide(acting_user, asked, "approved", reason)
    clean = edits.cleaned(subject, {name: row["after"] for name, row in asked.changes.items()})
    edits.write(subject, clean)
    return asked


@action("change.reject")
def reject_change(*, acting_user: User, change: ChangeRequest, reason: str) -> ChangeRequest:
    """Turn a change down.

    Raises:
        Denied: the person asked for it, or may not review these fields in this unit.
        Conflict: it does not wait.
        Invalid: no reason is given.
    """
    asked = _answerable(acting_user, change)
    if not reason.strip():
        raise Invalid("Say why.", fields={"reason": "Say why; who asked for it reads this."})
    return _decide(acting_user, asked, "rejected", reason)


@action("change.withdraw")
def withdraw_change(*, acting_user: User, change: ChangeRequest, reason: str = "") -> ChangeRequest:
    """Take back a change that one asked for oneself.

    Raises:
        Denied: somebody else asked for it.
        Conflict: it does not wait.
    """
    asked = _waiting(change)
    if acting_user.pk != asked.requested_by_id:
        raise Denied(f"Only {asked.requested_by.name}, who asked for {asked.reference}, may withdraw it.")
    return _decide(acting_user, asked, "withdrawn", reason)


def _refuse(subject: UseCase | Model, clean: Mapping[str, Any]) -> None:
    if not clean:
        message = "The record says this already."
        raise Invalid(message, fields={"changes": message})
    known, watched = FIELDS[reads.kind_of(subject)], reads.watched(subject)
    free = [known[name].label for name in clean if name not in watched]
    if free:
        raise Conflict(f"{', '.join(free)} of {subject} is not watched now.", remedy="Edit it directly.")
    waits = reads.changes_of(subject).filter(state="waiting", changes__has_any_keys=list(clean)).first()
    if waits is not None:
        raise Conflict(
            f"{waits.reference} asks for a change of this already.",
            remedy="It is answered or withdrawn first.",
        )


def _file(acting_user: User, subject: UseCase | Model, changes: dict[str, Any], reason: str) -> ChangeRequest:
    use_case = edits.use_case_of(subject)
    filed = ChangeRequest.objects.create(
        reference=next_number("CR"),
        use_case=use_case,
        model=subject if isinstance(subject, Model) else None,
        changes=changes,
        content_digest=reads.change_digest(subject, changes),
        reason=reason,
        requested_by=acting_user,
        requested_at=clock.now(),
    )
    emit("change.requested", filed, use_case=use_case.pk, fields=sorted(changes))
    return filed


def _waiting(change: ChangeRequest) -> ChangeRequest:
    asked = reads.changes().select_for_update(of=("self",)).get(pk=change.pk)
    if asked.state != "waiting":
        raise Conflict(f"{asked.reference} is {asked.state} and cannot be answered any more.")
    return asked


def _answerable(acting_user: User, change: ChangeRequest) -> ChangeRequest:
    asked = _waiting(change)
    use_case = asked.use_case
    people.require(acting_user, reads.reviewers(asked), unit=use_case.unit, subject=use_case.pk)
    people.require_apart(acting_user, "decide_change", {"request_change": asked.requested_by_id})
    return asked


def _decide(acting_user: User, asked: ChangeRequest, state: str, reason: str) -> ChangeRequest:
    asked.state, asked.decided_by, asked.decided_at = state, acting_user, clock.now()
    asked.decision_reason = reason.strip()
    asked.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    emit(f"change.{state}", asked, use_case=asked.use_case_id)
    return asked
