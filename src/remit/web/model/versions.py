"""A model's versions, what differs between two of them, and whether that is material."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.http import HttpRequest

from remit.evidence import queries as evidence
from remit.inventory import queries as inventory
from remit.inventory.rules import difference
from remit.kernel.problems import Unknown
from remit.web import words
from remit.web.model.page import ModelPage, tab
from remit.web.templatetags.remit_ui import digest

_AREAS = {
    "schema": "Columns",
    "metric": "Measures",
    "data": "Training data",
    "artifact": "Files",
    "environment": "Environment",
    "decision_rule": "Decision rule",
    "details": "Details",
    "terms": "Proposed terms",
    "code": "Code",
    "licence": "Licence",
}
_SEVERITIES = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Scan:
    """What the security scan of a version says, for a table: its words, its tone, its weaknesses."""

    says: str
    tone: str
    item: Any = None

    @property
    def weaknesses(self) -> list[dict[str, str]]:
        """What was found, the gravest first."""
        found = self.item.values["weaknesses"] if self.item else []
        return sorted(found, key=lambda row: _SEVERITIES.index(row["severity"]))


@dataclass(frozen=True, slots=True)
class Row:
    """One difference as the table shows it."""

    what: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Group:
    """Differences under one rule: what they are, whether they are material, and why."""

    label: str
    material: bool
    because: str
    rows: list[Row]


@tab("versions", "Versions")
def versions(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """List the versions with what was measured on them, and compare two."""
    measured = evidence.latest_of_model(page.model)
    rows = [
        {
            "version": version,
            "role": page.role(version),
            "scan": scan_of(version, measured.get(version.pk, {}).get("security_scan")),
            **_measures(measured.get(version.pk, {})),
        }
        for version in page.versions
    ]
    pair = _pair(request, page)
    return {"rows": rows, "pair": pair, **(_compared(pair, measured) if pair else {})}


def scan_of(version: Any, item: Any) -> Scan:
    """Return what a scan says of a version as it is now."""
    if item is None or item.content_digest != version.content_digest:
        return Scan("Not scanned", "")
    counts = [(item.values[severity], severity) for severity in _SEVERITIES if item.values[severity]]
    if not counts:
        return Scan("Clean", "ok", item)
    grave = counts[0][1] in {"critical", "high"}
    return Scan(
        ", ".join(f"{count} {severity}" for count, severity in counts), "bad" if grave else "warn", item
    )


def _pair(request: HttpRequest, page: ModelPage) -> tuple[Any, Any] | None:
    """Return the two versions to compare: those asked for, else the newest and the one it replaces."""
    by_number = {version.number: version for version in page.versions}
    asked = (request.GET.get("from", ""), request.GET.get("to", ""))
    if all(asked):
        unknown = next((number for number in asked if number not in by_number), None)
        if unknown is not None:
            raise Unknown(f"{page.model.name} has no version {unknown}.")
        return by_number[asked[0]], by_number[asked[1]]
    if len(page.versions) < 2:
        return None
    newest, before = page.versions[0], page.versions[1]
    return by_number.get(newest.replaces.number, before) if newest.replaces else before, newest


def _compared(pair: tuple[Any, Any], measured: dict[Any, Any]) -> dict[str, Any]:
    kept = [measured.get(version.pk, {}) for version in pair]
    # a validation of one against the development of the other would compare two ways of measuring
    kinds = sorted((kept[0].keys() & kept[1].keys()) - {"monitoring_report"})
    was, now = (
        inventory.content_of(version, evidence.measures_of(items[kind] for kind in kinds))
        for version, items in zip(pair, kept, strict=True)
    )
    found = difference.differences(was, now)
    touched = {row.rule.split(".", maxsplit=1)[0] for row in found}
    return {
        "changed": [_group(list(rows)) for _, rows in groupby(found, key=lambda row: row.rule)],
        "total": len(found),
        "material": difference.material(found),
        "grave": sum(row.material for row in found),
        "unchanged": words.listed(label for area, label in _AREAS.items() if area not in touched),
    }


def _group(found: list[difference.Difference]) -> Group:
    first = found[0]
    return Group(first.label, first.material, first.because, [_row(row) for row in found])


def _row(row: difference.Difference) -> Row:
    what = row.what or row.label
    if row.rule.startswith("metric."):
        metric, _, column = row.what.partition(", ")
        what = words.measured({"metric": metric, "column": column})
    elif row.rule.startswith(("decision_rule", "details.", "terms.")):
        what = what.replace("_", " ").replace(".", ", ").capitalize()
    return Row(what, *(_shown(row.rule, value) for value in (row.was, row.now)))


def _shown(rule: str, value: Any) -> str:
    if value is None:
        return "none"
    if rule.startswith("artifact.") and not rule.endswith("format"):
        return digest(value, 4)
    if isinstance(value, float):
        return f"{value:.4g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:400]


def _measures(found: dict[str, Any]) -> dict[str, Any]:
    performance, fairness = found.get("dev_test_report"), found.get("fairness_report")
    return {
        "auc": performance.values.get("auc") if performance else None,
        "ratio": fairness.values.get("adverse_impact_ratio") if fairness else None,
    }
