"""The list of decisions and refusals."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from remit.serving import queries
from remit.serving.contract import DecisionFilter
from remit.web.decisions import words

PAGE = 50
OUTCOMES = (("", "All"), *words.OUTCOMES.items(), ("refused", "Refused"))
_VARIANTS = ("champion", "challenger", "control")


def decisions(request: HttpRequest) -> HttpResponse:
    """List what the gateway decided and refused, or the part of the list that htmx asks for."""
    cases = queries.readable_use_cases(request.user)
    chosen = _chosen(request.GET)
    use_case = request.GET.get("use_case", "")[:80]
    before = _read(UUID, request.GET.get("before", ""))
    rows = queries.decisions(request.user, chosen, use_case=use_case, before=before, limit=PAGE + 1)
    more, rows = len(rows) > PAGE, rows[:PAGE]
    names = {case.key: case.name for case in cases}
    reasons = {key: reason.text or reason.label for key, reason in queries.first_reasons(rows).items()}
    context: dict[str, Any] = {
        "rows": [_shown(row, names[row["use_case"]], reasons.get(row["decision_id"], "")) for row in rows],
        "query": _query(request.GET),
        "before": rows[-1]["decision_id"] if more else None,
        "asked": chosen,
        "use_case": use_case,
        "cases": cases,
        "outcomes": OUTCOMES,
        "variants": _VARIANTS,
        "narrowed": chosen != DecisionFilter() or bool(use_case),
        "nav": "decisions",
        "crumbs": [("Decisions", "")],
    }
    partial = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    if not partial:
        return render(request, "decisions/list.html", context)
    return render(request, "decisions/rows.html" if before else "decisions/result.html", context)


def _chosen(asked: QueryDict) -> DecisionFilter:
    outcome, variant = asked.get("outcome", ""), asked.get("variant", "")
    return DecisionFilter(
        text=asked.get("q", "").strip()[:120],
        outcome=outcome if outcome in dict(OUTCOMES) else "",
        variant=variant if variant in _VARIANTS else "",
        day=_read(date.fromisoformat, asked.get("day", "")),
    )


def _query(asked: QueryDict) -> str:
    kept = asked.copy()
    kept.pop("before", None)
    return kept.urlencode()


def _shown(row: dict[str, Any], use_case: str, reason: str) -> dict[str, Any]:
    return row | {
        "outcome": words.outcome(row),
        "icon": words.icon(row),
        "why": words.shortly(row, reason),
        "of": use_case,
        "ms": row["total_us"] / 1000,
    }


def _read(convert: Any, text: str) -> Any:
    try:
        return convert(text)
    except ValueError:
        return None
