"""What happened to a model, from the ledger, in the words of people."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest

from remit.evidence import queries as evidence
from remit.governance import queries as governance
from remit.ledger import queries as ledger
from remit.people import queries as people
from remit.web.model.page import ModelPage, tab

PAGE = 60
_SAID = {
    "approval.record": "judged",
    "deployment.change": "deployed",
    "deployment.end": "took off the gateway",
    "evidence.add": "added evidence,",
    "exception.approve": "granted",
    "exception.request": "asked for",
    "finding.close": "closed",
    "finding.open": "opened",
    "gate.evaluate": "evaluated the gate and opened",
    "model.register": "registered",
    "remit.expire": "marked as expired",
    "remit.issue": "issued",
    "remit.reinstate": "reinstated",
    "remit.revoke": "revoked",
    "remit.suspend": "suspended",
    "tier.confirm": "confirmed the tier of",
    "use_case.file": "filed",
    "use_case.set_tier": "set the tier of",
    "version.declare_ready": "declared ready",
    "version.move": "moved",
    "version.register": "registered",
}


@tab("history", "History")
def history(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """Show the entries about the model, its versions, remits, evidence, approvals and findings."""
    asked = request.GET.get("before", "")
    labels = _labels(page)
    rows = ledger.entries(before=int(asked) if asked.isdecimal() else None)
    found = list(rows.filter(object_id__in=list(labels)).select_related("payload")[: PAGE + 1])
    names = people.names(entry.actor for entry in found)
    return {
        "items": _told(found[:PAGE], labels, names),
        "more": found[PAGE - 1].pk if len(found) > PAGE else None,
        "may_audit": people.may(page.who, "ledger.read", unit=page.use_case.unit),
    }


def _labels(page: ModelPage) -> dict[Any, str]:
    """Return how each governed row of the model is called."""
    found: dict[Any, str] = {page.use_case.pk: page.use_case.name, page.model.pk: page.model.reference}
    found |= {version.pk: f"version {version.number}" for version in page.versions}
    found |= {remit.pk: remit.reference for remit in page.remits}
    found |= {item.pk: item.title for item in evidence.of_model(page.model)}
    found |= {finding.pk: f"{finding.reference}, {finding.title}" for finding in page.findings}
    found |= {g.pk: f"{g.reference} on {g.control}" for g in governance.exceptions_of(page.model)}
    numbers = {version.pk: version.number for version in page.versions}
    for approval in governance.approvals_of(page.model):
        kind, decision = approval.kind.replace("_", " "), approval.decision.replace("_", " ")
        found[approval.pk] = f"version {numbers[approval.version_id]}: {kind}, {decision}"
    return found


def _told(entries: list[Any], labels: dict[Any, str], names: dict[str, str]) -> list[dict[str, Any]]:
    """Return entries as the timeline draws them; what one action did to one row is one item."""
    items = []
    for (_, actor, action, row), same in groupby(
        entries, key=lambda e: (e.occurred_at, e.actor, e.action, e.object_id)
    ):
        entry = next(same)
        said = _SAID.get(action, action.replace(".", " ").replace("_", " "))
        items.append(
            {
                "who": names[actor],
                "text": f"{said} {labels[row]}{_where(entry)}",
                "note": ". ".join(part for part in (entry.reason.rstrip("."), f"Entry {entry.pk:,}") if part),
                "time": f"{entry.occurred_at:%-d %b %Y, %H:%M}",
            }
        )
    return items


def _where(entry: Any) -> str:
    """Return the stage that a version was moved to."""
    after = ledger.payload(entry).get("after") or {} if entry.action == "version.move" else {}
    return f" to {after['stage'].replace('_', ' ')}" if "stage" in after else ""
