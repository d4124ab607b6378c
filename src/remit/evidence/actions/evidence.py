"""Writes of evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from remit.evidence.models import Evidence
from remit.inventory import artifacts
from remit.inventory.contract import ArtifactFile
from remit.inventory.models import Version
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.ledger.capture import action, actor_of, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import User
from remit.proof import canonical

KINDS = (
    "data_quality_report",
    "dev_test_report",
    "explainability_report",
    "fairness_report",
    "kill_switch_test",
    "model_card",
    "monitoring_report",
    "outcome_analysis",
    "robustness_report",
    "security_scan",
    "validation_report",
    "decommission_record",
)
SOURCES = ("test", "person", "connector")


@action("evidence.add")
def add_evidence(
    *,
    acting_user: User | str,
    version: Version,
    kind: str,
    title: str,
    source: str,
    values: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]] = (),
    attachment: ArtifactFile | None = None,
    produced_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> Evidence:
    """Add a fact about exactly this version; it is bound to the version's digest and to its own.

    Raises:
        Denied: the person may not add evidence in this unit.
        Invalid: the kind or source is unknown, it says nothing, or it is dated in the future.
    """
    people.require(
        acting_user, "evidence.add", unit=version.model.use_case.unit, subject=version.model.use_case.pk
    )
    now = clock.now()
    fields: dict[str, str] = {}
    if kind not in KINDS:
        fields["kind"] = f"Choose one of: {', '.join(KINDS)}."
    if source not in SOURCES:
        fields["source"] = f"Choose one of: {', '.join(SOURCES)}."
    if not values and not rows and attachment is None:
        fields["values"] = "Give values, metric rows or a file."
    if produced_at is not None and produced_at > now:
        fields["produced_at"] = "Evidence cannot be dated in the future."
    if fields:
        raise Invalid("This evidence cannot be added.", fields=fields)
    stored = artifacts.store(attachment) if attachment else None
    content = {"kind": kind, "version": version.content_digest, "values": values, "rows": list(rows)}
    added = Evidence.objects.create(
        reference=next_number("EV"),
        kind=kind,
        title=title,
        use_case=version.model.use_case,
        version=version,
        content_digest=version.content_digest,
        producer=actor_of(acting_user),
        source=source,
        values=dict(values),
        rows=[dict(row) for row in rows],
        sha256=canonical.digest(content),
        attachment_sha256=stored.sha256 if stored else "",
        produced_at=produced_at or now,
        expires_at=expires_at,
    )
    emit("evidence.added", added, version=version.pk, kind=kind)
    return added
