"""What a model's record says of evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from remit.evidence.models import Evidence
from remit.inventory.models import Model, UseCase
from remit.inventory.record import came, instant

NAME = "evidence"


def section(use_case: UseCase, model: Model | None, at: datetime | None) -> list[dict[str, Any]]:
    """Return the evidence on the model's versions and on the use case, the newest first."""
    rows = Evidence.objects.filter(came("produced_at", at), use_case=use_case)
    if model is not None:
        rows = rows.exclude(version__isnull=False) | rows.filter(version__model=model)
    return [
        {
            "reference": item.reference,
            "kind": item.kind,
            "title": item.title,
            "version": item.version.number if item.version else None,
            "source": item.source,
            "content_digest": item.content_digest,
            "sha256": item.sha256,
            "values": item.values,
            "produced_at": instant(item.produced_at),
            "expires_at": instant(item.expires_at),
        }
        for item in rows.select_related("version").order_by("-produced_at", "-reference")
    ]
