"""A model as it stood on a day that is past: what was so, under whose accountability, as it is known now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from remit.inventory import queries as inventory
from remit.inventory import record, search
from remit.inventory.search import Search
from remit.people.policies import policy
from remit.people.rules import roles
from remit.web.models import listing, moment


def then(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the version, owner, tier and remit of that day, and what the record said."""
    model = policy("model").find(request.user, inventory.model, reference)
    at, fault = moment.read(request.GET.get("as_of", ""))
    context: dict[str, Any] = {
        "model": model,
        "at": at,
        "fault": fault,
        "nav": "models",
        "crumbs": [
            ("Models", f"{reverse('models:list')}{f'?as_of={at.date()}' if at else ''}"),
            (model.name, reverse("model:overview", args=[model.reference])),
            (f"As of {at:%-d %B %Y}" if at else "As of", ""),
        ],
    }
    if at is not None:
        context |= _as_of(request, model, at)
    return render(request, "model/then.html", context, status=422 if fault else 200)


def _as_of(request: HttpRequest, model: Any, at: datetime) -> dict[str, Any]:
    rows = search.rows(Search(), **search.seen_by(request.user), at=at)
    row = rows.filter(model=model).select_related("owner").first()
    if row is None:
        return {}
    hidden = record.hidden_from(request.user, model.use_case, model)
    said = record.of(model.use_case, model, at=at, hidden=hidden)
    version = next((v for v in said["versions"] if v["number"] == row.version_number), None)
    return {
        "row": row,
        "shown": listing.shown(row, at),
        "missing": [listing.label_of("missing", name, name) for name in row.missing],
        "said": said,
        "held": [
            (roles()[r["role"]].name, r["person"]) for r in said["responsibilities"] if r["role"] in roles()
        ],
        "deployments": [
            d | {"since": _instant(d["deployed_at"]), "until": _instant(d["ended_at"])}
            for d in said["serving"]["deployments"]
        ],
        "findings": [
            f | {"due": _instant(f["due_at"])} for f in said["governance"]["findings"] if not f["closed_at"]
        ],
        "version": version and version | {"since": _instant(version["registered_at"])},
    }


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
