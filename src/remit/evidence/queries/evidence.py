"""Reads about evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import QuerySet

from remit.evidence.models import Evidence
from remit.inventory import queries as inventory
from remit.inventory.models import Model, Version
from remit.inventory.rules.difference import Difference, differences


def referenced(text: str) -> QuerySet[Evidence]:
    """Return the evidence whose reference begins with a text, such as `EV-00`, by reference."""
    found = Evidence.objects.filter(reference__startswith=text.upper())
    return found.select_related("use_case", "version__model").order_by("reference")


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


def compared(
    was: Version, now: Version, measured: Mapping[UUID, Mapping[str, Evidence]] | None = None
) -> list[Difference]:
    """Return everything that differs between two versions of a model, what was measured on them included.

    Args:
        was: the earlier one.
        now: the later one.
        measured: what `latest_of_model` gives, where the caller has it.
    """
    known = latest_of_model(now.model) if measured is None else measured
    kept = [known.get(version.pk, {}) for version in (was, now)]
    # a validation of one against the development of the other would compare two ways of measuring
    kinds = sorted((kept[0].keys() & kept[1].keys()) - {"monitoring_report"})
    before, after = (
        inventory.content_of(version, measures_of(items[kind] for kind in kinds))
        for version, items in zip((was, now), kept, strict=True)
    )
    return differences(before, after)


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
