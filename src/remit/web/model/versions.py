"""A model's versions, and what differs between two of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from remit.evidence import queries as evidence
from remit.kernel.problems import Unknown
from remit.web import words
from remit.web.model.page import ModelPage, tab
from remit.web.templatetags.remit_ui import digest, figure


@tab("versions", "Versions")
def versions(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """List the versions with what was measured on them, and compare two."""
    measured = evidence.latest_of_model(page.model)
    rows = [
        {"version": version, "role": page.role(version), **_measures(measured.get(version.pk, {}))}
        for version in page.versions
    ]
    pair = _pair(request, page)
    changed = []
    if pair:
        was, now = (_facts(version, measured.get(version.pk, {})) for version in pair)
        changed = [(label, was[label], now[label]) for label in now]
    return {"rows": rows, "pair": pair, "changed": changed}


def _pair(request: HttpRequest, page: ModelPage) -> tuple[Any, Any] | None:
    """Return the two versions to compare: those asked for, else the newest and the one it replaces."""
    by_number = {version.number: version for version in page.versions}
    asked = (request.GET.get("a", ""), request.GET.get("b", ""))
    if all(asked):
        unknown = next((number for number in asked if number not in by_number), None)
        if unknown is not None:
            raise Unknown(f"{page.model.name} has no version {unknown}.")
        return by_number[asked[0]], by_number[asked[1]]
    if len(page.versions) < 2:
        return None
    newest, before = page.versions[0], page.versions[1]
    return by_number.get(newest.replaces.number, before) if newest.replaces else before, newest


def _measures(found: dict[str, Any]) -> dict[str, Any]:
    performance, fairness = found.get("dev_test_report"), found.get("fairness_report")
    return {
        "auc": performance.values.get("auc") if performance else None,
        "ratio": fairness.values.get("adverse_impact_ratio") if fairness else None,
    }


def _facts(version: Any, found: dict[str, Any]) -> dict[str, str]:
    columns = version.schema.get("columns", [])
    inputs = [column["name"] for column in columns if column.get("role", "feature") == "feature"]
    measures = _measures(found)
    files = list(version.artifacts.order_by("name"))
    data = version.training_data
    facts = {
        "What it is": version.summary.rstrip("."),
        "Inputs": f"{len(inputs)}: {', '.join(inputs)}",
        "Trained on": f"{data.name}, {data.rows:,} rows" if data else "Not registered",
        "AUC": str(figure(measures["auc"])),
        "Adverse impact ratio": str(figure(measures["ratio"])),
        "Code": version.code_reference,
        "Files": ", ".join(f"{file.name}, {file.size:,} bytes" for file in files),
        "Built by": version.developer.name,
    }
    asked = {**version.intended_terms, "decision_rule": version.decision_rule}
    return facts | dict(words.labelled(asked)) | {"Digest": digest(version.content_digest)}
