"""Reads about evidence."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet

from remit.evidence.models import Evidence
from remit.inventory.models import Model, Version


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


def of_model(model: Model) -> QuerySet[Evidence]:
    """Return everything known about any version of a model, the newest first."""
    return Evidence.objects.filter(version__model=model).select_related("version").order_by("-produced_at")


def latest_of_model(model: Model) -> dict[UUID, dict[str, Evidence]]:
    """Return the newest evidence of each kind, by version id and kind, in one read."""
    rows = of_model(model).order_by("version", "kind", "-produced_at").distinct("version", "kind")
    found: dict[UUID, dict[str, Evidence]] = {}
    for row in rows:
        found.setdefault(row.version_id, {})[row.kind] = row
    return found


def measures_of(items: Iterable[Evidence]) -> dict[str, float]:
    """Return what was measured on the whole of the data, by metric and column: `auc`, `fpr, gender`."""
    rows = [row for item in items for row in item.rows]
    return {
        ", ".join(filter(None, (row["metric"], row.get("column")))): float(row["value"])
        for row in rows
        if row.get("value") is not None
        and not row.get("segment")
        and row.get("status", "measured") == "measured"
    }
