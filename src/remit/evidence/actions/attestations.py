"""Attestation campaigns: owners sign, by a day, what the records of a population say as they sign."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from remit.evidence import queries
from remit.evidence.models import Attestation, Campaign
from remit.evidence.queries.attestations import due_for_reminder
from remit.inventory import search
from remit.inventory.models import UseCase
from remit.kernel import clock, paths
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger import turns
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User
from remit.proof import canonical, dsse
from remit.proof.keys import KeyRing

PAYLOAD_TYPE = "application/vnd.remit.attestation+json"
LONGEST_MONTHS = 36


@action("attestation.open")
def open_campaign(
    *,
    acting_user: User | str,
    name: str,
    statement: str,
    due_at: datetime,
    population: str = "",
    remind_days: Sequence[int] = (14, 3),
    every_months: int | None = None,
    follows: Campaign | None = None,
) -> Campaign:
    """Ask the owner of every use case of a population to attest its record by a day.

    Args:
        acting_user: who opens it, of model risk governance for the whole organisation.
        name: what it is called, such as Model attestation 2026.
        statement: what the owner signs.
        due_at: by when.
        population: a filter of the Models page, as its query string; everything if empty.
        remind_days: how many days before it is due owners are reminded.
        every_months: how often it repeats; never if omitted.
        follows: the campaign that this one repeats.

    Raises:
        Denied: the acting person may not open campaigns for the whole organisation.
        Invalid: a field is wrong, or nothing is in the population.
    """
    people.require_reach(acting_user, "attestation.open", None)
    now = clock.now()
    fields: dict[str, str] = {}
    if not name.strip():
        fields["name"] = "Name the campaign."
    if not statement.strip():
        fields["statement"] = "Write what the owner signs."
    if due_at <= now:
        fields["due_at"] = "Choose a day to come."
    if any(not 0 < days <= 90 for days in remind_days):
        fields["remind_days"] = "Between 1 and 90 days before it is due."
    if every_months is not None and not 1 <= every_months <= LONGEST_MONTHS:
        fields["every_months"] = f"Between 1 and {LONGEST_MONTHS} months."
    asked = search.Search.of(parse_qs(population.lstrip("?")))
    cases = set(search.rows(asked, units=None).values_list("use_case_id", flat=True))
    if not cases:
        fields["population"] = "No model fits this filter."
    if fields:
        raise Invalid(f"The campaign cannot be opened: {' '.join(fields.values())}", fields=fields)
    opened = Campaign.objects.create(
        reference=next_number("ATC"),
        name=name.strip(),
        statement=statement.strip(),
        population=asked.query(),
        opens_at=now,
        due_at=due_at,
        every_months=every_months,
        remind_days=sorted(set(remind_days), reverse=True),
        opened_by=follows.opened_by if follows else acting_user,
        follows=follows,
    )
    records = queries.records_now(cases)
    Attestation.objects.bulk_create(
        [
            Attestation(
                campaign=opened, use_case=case, owner_id=case.owner_id, asked_snapshot=records[case.pk]
            )
            for case in UseCase.objects.filter(pk__in=cases)
        ],
        batch_size=1000,
    )
    emit("attestation.opened", opened, name=opened.name, asked=len(cases), due_at=due_at)
    return opened


@action("attestation.sign")
def sign(*, acting_user: User, attestation: Attestation, digest: str, comment: str = "") -> Attestation:
    """Attest what the record says now: the snapshot, its digest and the person are signed and kept.

    Args:
        acting_user: who owns the use case, or stands in for them.
        attestation: what is asked.
        digest: of the record that the person read, so that they sign nothing else.
        comment: what they add.

    Raises:
        Denied: the person does not answer for the use case.
        Conflict: the campaign is closed, it was signed and has not changed, or the record changed meanwhile.
    """
    locked, snapshot = _answered(acting_user, attestation, digest)
    if locked.state == "attested" and locked.signed_digest == digest:
        raise Conflict("This record is attested already, and has not changed since.")
    now = clock.now()
    said = {
        "statement": locked.campaign.statement,
        "campaign": locked.campaign.reference,
        "use_case": locked.use_case.reference,
        "record_sha256": digest,
        "person": {"id": str(acting_user.pk), "name": acting_user.name, "title": acting_user.title},
        "on_behalf_of": "" if acting_user.pk == locked.use_case.owner_id else locked.use_case.owner.name,
        "comment": comment.strip(),
        "signed_at": now.isoformat(),
    }
    locked.envelope = dsse.sign(canonical.encode(said), PAYLOAD_TYPE, KeyRing(paths.keys()))
    locked.signed_snapshot, locked.signed_digest = snapshot, digest
    return _keep(locked, "attested", acting_user, comment)


@action("attestation.dispute")
def dispute(*, acting_user: User, attestation: Attestation, digest: str, comment: str) -> Attestation:
    """Say that the record is wrong, and what is; once it is mended, it can be attested.

    Raises:
        Denied: the person does not answer for the use case.
        Conflict: the campaign is closed, or the record changed meanwhile.
        Invalid: nothing is said.
    """
    if len(comment.strip()) < 10:
        message = "Say what is wrong in the record and what it should say."
        raise Invalid(message, fields={"comment": message})
    locked, snapshot = _answered(acting_user, attestation, digest)
    locked.signed_snapshot, locked.signed_digest, locked.envelope = snapshot, digest, {}
    return _keep(locked, "disputed", acting_user, comment)


@action("attestation.close")
def close_campaign(*, acting_user: User | str, campaign: Campaign, reason: str = "") -> Campaign:
    """End a campaign: what was not answered stays so, on record.

    Raises:
        Denied: the acting person may not.
        Conflict: it is closed already.
    """
    people.require_reach(acting_user, "attestation.open", None)
    if campaign.closed_at is not None:
        raise Conflict(f"{campaign.reference} was closed on {campaign.closed_at:%d %b %Y}.")
    campaign.closed_at = clock.now()
    campaign.save(update_fields=["closed_at"])
    emit("attestation.closed", campaign, reason=reason)
    return campaign


@action("attestation.pursue")
def pursue_campaigns(*, acting_user: str) -> None:
    """Remind owners, escalate to the heads of their units what is late, and open what repeats."""
    people.require(acting_user, "attestation.pursue")
    turns.take("attestation.pursue")
    now = clock.now()
    for campaign in queries.open_campaigns():
        waiting = campaign.attestations.filter(state="asked").select_related("use_case")
        since = due_for_reminder(campaign, now)
        reminded = [row for row in waiting if since and (row.reminded_at is None or row.reminded_at < since)]
        late = [row for row in waiting if now > campaign.due_at and row.escalated_at is None]
        _note(campaign, reminded, "reminded", now)
        _note(campaign, late, "escalated", now)
        if campaign.every_months and now >= months_after(campaign.opens_at, campaign.every_months):
            _repeat(acting_user, campaign, now)


def months_after(instant: datetime, months: int) -> datetime:
    """Return the same day and time so many months later, or the last day of that month."""
    year, month = divmod(instant.month - 1 + months, 12)
    year, month = instant.year + year, month + 1
    return instant.replace(year=year, month=month, day=min(instant.day, monthrange(year, month)[1]))


def _note(campaign: Campaign, rows: list[Attestation], what: str, now: datetime) -> None:
    for row in rows:
        setattr(row, f"{what}_at", now)
        # an appointed owner inherits what was asked of the one before
        row.owner_id = row.use_case.owner_id
        row.save(update_fields=[f"{what}_at", "owner"])
    if rows:
        emit(f"attestation.{what}", campaign, use_cases=[row.use_case_id for row in rows])


def _repeat(acting_user: str, campaign: Campaign, now: datetime) -> None:
    close_campaign(acting_user=acting_user, campaign=campaign, reason="Its successor opens.")
    open_campaign(
        acting_user=acting_user,
        name=campaign.name,
        statement=campaign.statement,
        due_at=now + max(campaign.due_at - campaign.opens_at, timedelta(days=1)),
        population=campaign.population,
        remind_days=campaign.remind_days,
        every_months=campaign.every_months,
        follows=campaign,
    )


def _answered(who: User, attestation: Attestation, digest: str) -> tuple[Attestation, dict[str, Any]]:
    locked = (
        Attestation.objects.select_for_update(of=("self",))
        .select_related("campaign", "use_case__owner", "use_case__unit")
        .get(pk=attestation.pk)
    )
    owner = locked.use_case.owner
    if owner.pk not in {who.pk, *(absent.pk for absent in people.stands_in_for(who))}:
        raise Denied(
            f"{who.name} does not answer for {locked.use_case.name}.", remedy=f"{owner.name} attests it."
        )
    if locked.campaign.closed_at is not None:
        raise Conflict(f"{locked.campaign.name} is closed since {locked.campaign.closed_at:%d %b %Y}.")
    snapshot = queries.record_now(locked.use_case)
    if queries.digest(snapshot) != digest:
        raise Conflict("The record changed while you read it.", remedy="Read it again, then answer.")
    return locked, snapshot


def _keep(row: Attestation, state: str, who: User, comment: str) -> Attestation:
    row.state, row.signed_by, row.signed_at, row.comment = state, who, clock.now(), comment.strip()
    row.owner_id = row.use_case.owner_id
    row.save()
    emit(f"attestation.{state}", row, use_case=row.use_case_id, digest=row.signed_digest)
    return row
