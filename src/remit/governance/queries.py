"""Reads about tiers, gates, findings, exceptions, approvals and remits."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from remit.governance.models import (
    Approval,
    ExceptionGrant,
    Finding,
    GateEvaluation,
    Remit,
    TierAssessment,
)
from remit.inventory.models import Model, UseCase, Version
from remit.kernel import clock
from remit.kernel.problems import Unknown


def latest_tier_assessment(use_case: UseCase) -> TierAssessment | None:
    """Return the newest tier assessment of a use case."""
    rows = TierAssessment.objects.filter(use_case=use_case).select_related("assessed_by", "confirmed_by")
    return rows.order_by("-assessed_at").first()


def latest_gate(version: Version, gate: str) -> GateEvaluation | None:
    """Return the newest evaluation of a gate for a version."""
    return GateEvaluation.objects.filter(version=version, gate=gate).order_by("-evaluated_at").first()


def gate_evaluations(version: Version) -> QuerySet[GateEvaluation]:
    """Return every gate evaluation of a version, oldest first."""
    return GateEvaluation.objects.filter(version=version).order_by("evaluated_at")


def open_findings(version: Version) -> list[Finding]:
    """Return the open findings on a version, the most severe first."""
    order = {"critical": 0, "high": 1, "medium": 2, "low": 3}
    rows = Finding.objects.filter(version=version, closed_at=None).select_related("owner")
    return sorted(rows, key=lambda finding: (order[finding.severity], finding.due_at))


def findings_of(use_case: UseCase) -> QuerySet[Finding]:
    """Return every finding on a use case, open ones first."""
    rows = Finding.objects.filter(use_case=use_case).select_related("owner", "version__model", "closed_by")
    return rows.order_by("closed_at", "due_at")


def findings_named(text: str) -> QuerySet[Finding]:
    """Return the findings whose reference begins with a text or whose title holds it, the latest first."""
    named = Q(reference__startswith=text.upper()) | Q(title__icontains=text)
    return Finding.objects.filter(named).select_related("version__model", "use_case").order_by("-opened_at")


def open_findings_by_use_case() -> dict[UUID, tuple[int, int]]:
    """Return, by use case id, how many findings are open and how many of them are past their date."""
    now = clock.now()
    rows = (
        Finding.objects.filter(closed_at=None)
        .values("use_case")
        .annotate(n=Count("pk"), late=Count("pk", filter=Q(due_at__lt=now)))
    )
    return {row["use_case"]: (row["n"], row["late"]) for row in rows}


def exceptions_in_force(version: Version, at: datetime | None = None) -> list[ExceptionGrant]:
    """Return the approved, unexpired exceptions of a version."""
    now = at or clock.now()
    rows = ExceptionGrant.objects.filter(
        version=version, approved_at__isnull=False, approved_at__lte=now, expires_at__gt=now
    )
    return list(rows.select_related("requested_by", "approved_by").order_by("control"))


def exceptions_of(model: Model) -> QuerySet[ExceptionGrant]:
    """Return every exception asked for on any version of a model, the latest to end first."""
    rows = ExceptionGrant.objects.filter(version__model=model).order_by("-expires_at")
    return rows.select_related("version__model", "requested_by", "approved_by")


def approvals_of(model: Model) -> QuerySet[Approval]:
    """Return every approval of any version of a model, the latest first."""
    return Approval.objects.filter(version__model=model).select_related("person").order_by("-decided_at")


def latest_approvals(version: Version) -> dict[str, Approval]:
    """Return the newest approval of each kind for a version."""
    rows = (
        Approval.objects.filter(version=version)
        .select_related("person")
        .order_by("kind", "-decided_at")
        .distinct("kind")
    )
    return {row.kind: row for row in rows}


def remit(reference: str) -> Remit:
    """Return a remit by its number, such as RM-0001.

    Raises:
        Unknown: there is none.
    """
    found = _remits().filter(reference=reference.upper()).first()
    if found is None:
        raise Unknown(f"There is no remit {reference}.", remedy="Look its number up on the model's page.")
    return found


def remits(state: str = "") -> QuerySet[Remit]:
    """Return every remit, or those in a state, the newest first."""
    found = _remits().order_by("-issued_at", "-reference")
    return found.filter(state=state) if state else found


def remits_of(use_case: UseCase) -> QuerySet[Remit]:
    """Return every remit of a use case, the newest first."""
    return _remits().filter(use_case=use_case).order_by("-issued_at")


def remit_in_force(version: Version, at: datetime | None = None) -> Remit | None:
    """Return the remit under which a version may decide at an instant, if any."""
    now = at or clock.now()
    rows = _remits().filter(version=version, state="in_force", valid_from__lte=now, valid_until__gt=now)
    return rows.order_by("-issued_at").first()


def remit_that_counts(version: Version) -> Remit | None:
    """Return the version's remit in force, else a suspended one, else the newest."""
    found = list(Remit.objects.filter(version=version).defer("envelope", "terms").order_by("-issued_at"))
    order = {"in_force": 0, "suspended": 1}
    return min(found, key=lambda remit: order.get(remit.state, 2), default=None)


def any_remit_issued() -> bool:
    """Tell whether a remit was ever signed here."""
    return Remit.objects.exclude(state="draft").exists()


def remits_past_end(at: datetime | None = None) -> QuerySet[Remit]:
    """Return the remits that have ended but are not marked expired yet."""
    rows = _remits().filter(state__in=("in_force", "suspended"), valid_until__lte=at or clock.now())
    return rows.order_by("valid_until")


def _remits() -> QuerySet[Remit]:
    return Remit.objects.select_related(
        "version__model",
        "version__developer",
        "use_case__owner",
        "use_case__unit",
        "accountable",
        "issued_by",
    )
