"""Reads about evidence."""

from __future__ import annotations

from django.db.models import QuerySet

from remit.evidence.models import Evidence
from remit.inventory.models import Version


def of_version(version: Version) -> QuerySet[Evidence]:
    """Return everything known about a version, the newest first."""
    return Evidence.objects.filter(version=version).order_by("-produced_at")


def latest_by_kind(version: Version) -> dict[str, Evidence]:
    """Return the newest evidence of each kind that was made on the version's present content."""
    rows = (
        Evidence.objects.filter(version=version, content_digest=version.content_digest)
        .order_by("kind", "-produced_at")
        .distinct("kind")
    )
    return {row.kind: row for row in rows}
