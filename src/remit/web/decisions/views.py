"""One decision, and its record as a file."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from remit.kernel import clock
from remit.ledger import queries as ledger
from remit.web.decisions.page import DecisionPage


def decision(request: HttpRequest, decision: UUID) -> HttpResponse:
    """Show why it was decided as it was, or refused."""
    page = DecisionPage(request.user, decision)
    listed = reverse("decisions:list")
    crumbs = [
        ("Decisions", listed),
        (page.use_case.name, f"{listed}?use_case={page.use_case.key}"),
        (page.row["subject"] or str(decision), ""),
    ]
    return render(request, "decisions/decision.html", page.context | {"nav": "decisions", "crumbs": crumbs})


def record(request: HttpRequest, decision: UUID) -> HttpResponse:
    """Hand over the whole record: what was recorded, its explanation, the signed remit and the proof."""
    page = DecisionPage(request.user, decision)
    row, told, sealed = page.row, page.told, page.sealed
    document: dict[str, Any] = {
        "exported_at": clock.recorded_now(),
        "decision": row | {"features": told.features, "context": told.context},
        "explanation": {
            "reasons": msgspec.to_builtins(told.reasons),
            "changes": msgspec.to_builtins(told.changes),
            "replay": msgspec.to_builtins(told.replay),
            "fault": page.fault,
        },
        "remit": page.remit.envelope if page.remit else None,
        "version": {
            "model": page.version.model.reference,
            "number": page.version.number,
            "content_digest": page.version.content_digest,
            "artifacts": {a.name: a.sha256 for a in page.version.artifacts.order_by("name")},
        }
        if page.version
        else None,
        "sealed": {
            "file": sealed["file"].path,
            "sha256": sealed["file"].sha256,
            "rows": sealed["file"].rows,
            "entry": sealed["entry"].pk if "entry" in sealed else None,
            "inclusion": msgspec.to_builtins(sealed["proof"]) if "proof" in sealed else None,
        }
        if sealed["file"]
        else {"says": sealed["says"]},
        "public_keys": ledger.public_keys(),
    }
    name = f"decision-{decision}.json"
    return HttpResponse(
        json.dumps(document, default=str, ensure_ascii=False, indent=1),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )
