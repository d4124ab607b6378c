"""Reads about attestation campaigns: what is asked of whom, and what the record says now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from remit.evidence.models import Attestation, Campaign
from remit.inventory.models import NOW, Standing, UseCase
from remit.kernel import clock
from remit.kernel.problems import Unknown
from remit.people import queries as people
from remit.people.models import User
from remit.proof import canonical

_ATTESTED = (
    "reference",
    "name",
    "decision",
    "purpose",
    "population",
    "value_hypothesis",
    "alternative",
    "jurisdictions",
    "regulations",
    "affects_people",
    "kind",
    "tier",
    "custom",
)
_ATTESTED_OF_MODEL = ("reference", "name", "kind", "description", "built_in", "tags", "details", "custom")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign has come in a unit, or altogether."""

    unit: str
    asked: int
    attested: int
    disputed: int
    unit_id: UUID | None = None

    @property
    def waiting(self) -> int:
        """How many have not been answered."""
        return self.asked - self.attested - self.disputed

    @property
    def share(self) -> float:
        """The share that was attested, 0 to 1."""
        return self.attested / self.asked if self.asked else 0.0


def campaigns() -> QuerySet[Campaign]:
    """Return every campaign, the latest first, with counts `asked`, `attested` and `disputed`."""
    return Campaign.objects.select_related("opened_by").annotate(**_counts()).order_by("-opens_at")


def campaign(reference: str) -> Campaign:
    """Return a campaign by reference, such as `ATC-0001`, with its counts.

    Raises:
        Unknown: there is none.
    """
    found = campaigns().filter(reference=reference.upper()).first()
    if found is None:
        raise Unknown(f"There is no campaign {reference}.", remedy="Look it up on the Attestations page.")
    return found


def attestation(identifier: UUID | str, *, campaign: str) -> Attestation:
    """Return what one owner is asked in a campaign, by id and the campaign's reference.

    Raises:
        Unknown: there is none.
    """
    found = _attestations().filter(pk=identifier, campaign__reference=campaign.upper()).first()
    if found is None:
        raise Unknown("There is no such attestation.", remedy="Look it up on the Attestations page.")
    return found


def attestations_of(
    found: Campaign, *, states: Iterable[str] = (), unit: UUID | None = None
) -> QuerySet[Attestation]:
    """Return what a campaign asks, by unit and use case; of some states or a unit only."""
    rows = _attestations().filter(campaign=found).order_by("use_case__unit__name", "use_case__name")
    rows = rows.filter(state__in=list(states)) if states else rows
    return rows.filter(use_case__unit=unit) if unit else rows


def progress(found: Campaign) -> list[Progress]:
    """Return how far a campaign has come in each unit, by name, in one read."""
    rows = (
        Attestation.objects.filter(campaign=found)
        .values("use_case__unit", "use_case__unit__name")
        .annotate(**_counts(""))
        .order_by("use_case__unit__name")
    )
    return [
        Progress(
            row["use_case__unit__name"],
            row["asked"],
            row["attested"],
            row["disputed"],
            row["use_case__unit"],
        )
        for row in rows
    ]


def asked_of(who: User) -> list[Attestation]:
    """Return what waits for a person: what they own, and what whom they stand in for owns, the earliest due
    first; once a request.
    """

    def read() -> list[Attestation]:
        owners = [who, *people.stands_in_for(who)]
        waiting = _attestations().filter(state="asked", campaign__closed_at=None, use_case__owner__in=owners)
        return list(waiting.order_by("campaign__due_at", "use_case__name"))

    return people.once(("attestations", who.pk), read)


def escalated_to(who: User) -> list[Attestation]:
    """Return what is late in the units that a person heads."""
    units = people.headed_by(who)
    if not units:
        return []
    late = _attestations().filter(
        state="asked", campaign__closed_at=None, escalated_at__isnull=False, use_case__unit__in=units
    )
    return list(late.order_by("campaign__due_at", "use_case__name"))


def attestations_about(use_case: UseCase) -> QuerySet[Attestation]:
    """Return what was attested about a use case, the latest first."""
    return _attestations().filter(use_case=use_case).order_by("-campaign__opens_at")


def record_now(use_case: UseCase) -> dict[str, Any]:
    """Return what the record of a use case says now, as plain JSON: what its owner signs."""
    return records_now([use_case.pk])[use_case.pk]


def records_now(use_cases: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what the records of use cases say now, by id, in two reads.

    Only what an owner answers for: what runs by itself, such as health or tasks, would change it at once.
    """
    said = UseCase.objects.filter(pk__in=list(use_cases)).select_related("owner", "unit")
    records = {
        case.pk: {name: getattr(case, name) for name in _ATTESTED}
        | {
            "owner": case.owner.name,
            "unit": case.unit.name,
            "planned_value_a_year": f"{case.planned_value_a_year:.2f} {case.currency}",
            "models": [],
        }
        for case in said
    }
    standing = Standing.objects.filter(NOW, use_case__in=list(records)).exclude(model=None)
    for row in standing.select_related("model__vendor").order_by("reference"):
        told = {name: getattr(row.model, name) for name in _ATTESTED_OF_MODEL}
        told |= {"vendor": row.model.vendor.name if row.model.vendor else "", "stage": row.stage}
        told |= {"version": row.version_number, "remit": row.remit_number, "remit_state": row.remit_state}
        records[row.use_case_id]["models"].append(told)
    return records


def digest(snapshot: dict[str, Any]) -> str:
    """Return the SHA-256 of a snapshot in canonical JSON, in hex."""
    return canonical.digest(snapshot)


def changed_since(found: Attestation) -> list[tuple[str, Any, Any]]:
    """Return what the record says differently now than when it was signed: field, then, now."""
    if found.signed_snapshot is None:
        return []
    return differences(found.signed_snapshot, record_now(found.use_case))


def differences(before: Any, after: Any, path: str = "") -> list[tuple[str, Any, Any]]:
    """Return where two plain JSON values differ: the path of names, what was, what is."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted({*before, *after})
        return [
            row
            for name in names
            for row in differences(before.get(name), after.get(name), f"{path}.{name}" if path else name)
        ]
    if isinstance(before, list) and isinstance(after, list) and before and after:
        keyed = [_by_reference(items) for items in (before, after)]
        if all(keyed):
            return differences(keyed[0], keyed[1], path)
    return [] if before == after else [(path, before, after)]


def due_for_reminder(found: Campaign, now: datetime) -> datetime | None:
    """Return since when a reminder of a campaign is due, or None before the first."""
    moments = [found.due_at - timedelta(days=days) for days in found.remind_days]
    return max((moment for moment in moments if moment <= now), default=None)


def open_campaigns() -> QuerySet[Campaign]:
    """Return the campaigns that are open now, the earliest due first."""
    return Campaign.objects.filter(closed_at=None, opens_at__lte=clock.now()).order_by("due_at")


def _by_reference(items: list[Any]) -> dict[str, Any]:
    named = {str(item["reference"]): item for item in items if isinstance(item, dict) and "reference" in item}
    return named if len(named) == len(items) else {}


def _counts(way: str = "attestations__") -> dict[str, Count]:
    states = {"attested": Q(**{f"{way}state": "attested"}), "disputed": Q(**{f"{way}state": "disputed"})}
    asked = ~Q(**{f"{way}state": "void"})
    column = f"{way}pk" if way else "pk"
    return {"asked": Count(column, filter=asked)} | {
        name: Count(column, filter=state) for name, state in states.items()
    }


def _attestations() -> QuerySet[Attestation]:
    return Attestation.objects.select_related(
        "campaign", "use_case__owner", "use_case__unit", "owner", "signed_by"
    )
