"""Exceptions: asked for by one person, granted by another, always with an end."""

from __future__ import annotations

from datetime import datetime, timedelta

from remit.governance.models import ExceptionGrant
from remit.governance.rules import controls
from remit.inventory.models import Version
from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User

LONGEST_DAYS = 180


@action("exception.request")
def request_exception(
    *,
    acting_user: User,
    version: Version,
    control: str,
    reason: str,
    compensating_control: str,
    expires_at: datetime,
) -> ExceptionGrant:
    """Ask that a control may fail on a version until a day, because something else compensates.

    Raises:
        Denied: the person may not ask in this unit.
        Invalid: the control is unknown, a text is missing, or the end is past or beyond 180 days.
    """
    people.require(
        acting_user, "exception.request", unit=version.model.use_case.unit, subject=version.model.use_case.pk
    )
    now = clock.now()
    fields: dict[str, str] = {}
    if control not in {c.id for c in controls.library()}:
        fields["control"] = f"There is no control {control}."
    if not reason.strip():
        fields["reason"] = "Say why the control cannot be met now."
    if not compensating_control.strip():
        fields["compensating_control"] = "Say what protects people meanwhile."
    if not now < expires_at <= now + timedelta(days=LONGEST_DAYS):
        fields["expires_at"] = f"Choose an end within {LONGEST_DAYS} days."
    if fields:
        raise Invalid("The exception cannot be asked for.", fields=fields)
    asked = ExceptionGrant.objects.create(
        reference=next_number("EXC"),
        version=version,
        control=control,
        reason=reason.strip(),
        compensating_control=compensating_control.strip(),
        requested_by=acting_user,
        requested_at=now,
        expires_at=expires_at,
    )
    emit("exception.requested", asked, version=version.pk, control=control)
    return asked


@action("exception.approve")
def approve_exception(*, acting_user: User, grant: ExceptionGrant, reason: str) -> ExceptionGrant:
    """Grant an exception until its end.

    Raises:
        Denied: the person may not grant, asked for it, built the version or owns the use case.
        Conflict: it is granted already, or its end has passed.
    """
    people.require(
        acting_user,
        "exception.approve",
        unit=grant.version.model.use_case.unit,
        subject=grant.version.model.use_case.pk,
    )
    people.require_apart(
        acting_user,
        "approve_exception",
        {
            "request_exception": grant.requested_by_id,
            "develop": grant.version.developer_id,
            "own": grant.version.model.use_case.owner_id,
        },
    )
    if grant.approved_at is not None:
        raise Conflict(f"{grant.reference} is granted already.")
    if grant.expires_at <= clock.now():
        raise Conflict(f"{grant.reference} has ended before it was granted.", remedy="Ask for a new one.")
    grant.approved_by = acting_user
    grant.approved_at = clock.now()
    grant.save(update_fields=["approved_by", "approved_at"])
    emit("exception.approved", grant, version=grant.version_id, control=grant.control, reason=reason)
    return grant
