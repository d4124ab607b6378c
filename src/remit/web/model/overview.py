"""The first page of a model: its remit as a document, what needs attention, and who answers for what."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from remit.governance import queries as governance
from remit.inventory import queries as inventory
from remit.kernel.problems import Unknown
from remit.ledger import queries as ledger
from remit.lifecycle import queries as lifecycle
from remit.lifecycle.contract import TaskRow
from remit.web import words
from remit.web.model import evidence, record, running
from remit.web.model.page import RENEWAL, ModelPage, tab

_MOST = 6


@dataclass(frozen=True, slots=True)
class Concern:
    """Something that needs a person: what, where to see it, and how it stands."""

    title: str
    text: str
    href: str
    mark: str = ""
    word: str = ""
    task: TaskRow | None = None


@tab("overview", "Overview")
def overview(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """Show the remit, what needs attention, and the people."""
    remit = _chosen(page, request.GET.get("remit", ""))
    about = record.record(page, request.user)
    return {
        "remit": remit,
        "ledger_entry": _entry(remit),
        "clauses": words.labelled(remit.terms) if remit else [],
        "proposed": _proposed(page) if remit is None else [],
        "concerns": concerns(page, about["changes"])[:_MOST],
        "people": _people(page),
        "traffic": running.traffic(page),
        "health": running.health(page),
        "record": about,
    }


def remit_file(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """Hand out the signed envelope, which `remit verify` checks offline."""
    remit = _chosen(ModelPage(reference, request.user), number)
    if remit is None:
        raise Unknown(f"{reference} has no remit {number}.")
    body = json.dumps(remit.envelope, indent=2)
    headers = {"Content-Disposition": f'attachment; filename="{remit.reference}.json"'}
    return HttpResponse(body, content_type="application/json", headers=headers)


def concerns(page: ModelPage, changes: Iterable[Any]) -> list[Concern]:
    """Return what needs a person, the remit first, then what is late, then the rest."""
    waiting = [_change(change) for change in changes]
    found = [*_about_remit(page), *_findings(page), *_stale(page), *_tasks(page), *waiting]
    return sorted(found, key=lambda c: {"bad": 0, "warn": 1}.get(c.mark, 2))


def _chosen(page: ModelPage, number: str) -> Any:
    if not number:
        return page.remit
    found = next((remit for remit in page.remits if remit.reference == number.upper()), None)
    if found is None:
        raise Unknown(f"{page.model.name} has no remit {number}.", remedy="Choose one from its Overview.")
    return found


def _entry(remit: Any) -> int | None:
    """Return the number of the ledger entry that issued a remit."""
    issued = ledger.entries(action="remit.issue", object_id=remit.pk).last() if remit else None
    return issued.pk if issued else None


def _proposed(page: ModelPage) -> list[tuple[str, str]]:
    version = page.version
    if version is None:
        return []
    return words.labelled({**version.intended_terms, "decision_rule": version.decision_rule})


def _about_remit(page: ModelPage) -> list[Concern]:
    remit, here = page.remit, reverse("model:overview", args=[page.model.reference])
    if remit is None:
        return []
    if remit.state == "suspended":
        return [Concern("The remit is suspended", remit.state_reason, here, "bad", "Suspended")]
    left = remit.valid_until - page.now
    if remit.state == "in_force" and left < RENEWAL:
        text = f"{remit.reference} ends on {remit.valid_until:%-d %B %Y}; then the gateway refuses."
        word = f"{max(left.days, 0)} days"
        return [Concern("The remit ends soon", text, here, "bad" if left.days < 14 else "warn", word)]
    return []


def _findings(page: ModelPage) -> list[Concern]:
    href = reverse("model:issues", args=[page.model.reference])
    still_open = [finding for finding in page.findings if finding.closed_at is None]
    found = []
    for finding in still_open:
        late = finding.due_at < page.now
        serious = finding.severity in {"high", "critical"}
        text = f"{finding.detail} {finding.owner.name} mends it by {finding.due_at:%-d %B %Y}."
        word = "Late" if late else finding.severity.capitalize()
        found.append(
            Concern(finding.title, text, href, "bad" if late else "warn" if serious else "none", word)
        )
    return found


def _stale(page: ModelPage) -> list[Concern]:
    href = reverse("model:evidence", args=[page.model.reference])
    return [
        Concern(
            f"{item.title} is stale",
            f"{(page.now - item.produced_at).days} days old; policy allows {allowed}.",
            f"{href}?open={item.reference}#{item.reference}",
            "warn",
            "Stale",
        )
        for item, allowed in evidence.stale(page)
    ]


def _tasks(page: ModelPage) -> list[Concern]:
    rows = (lifecycle.row_of(task) for task in lifecycle.open_tasks(page.use_case))
    mine = [r for r in rows if not r.service and r.model_reference in {"", page.model.reference}]
    return [
        Concern(
            title=f"{row.title} is open",
            text=f"With {row.person.name if row.person else f'whoever is {row.role_name} first'}.",
            href=f"/tasks/{row.reference}/",
            mark={"late": "bad", "warn": "warn"}.get(row.clock.tone if row.clock else "", "none"),
            task=row,
        )
        for row in mine
    ]


def _change(change: Any) -> Concern:
    labels = ", ".join(label for label, _, _ in inventory.described(change))
    href = reverse("changes:change", args=[change.reference])
    text = f"{change.requested_by.name} asked for it on {change.requested_at:%-d %B %Y}."
    return Concern(f"A change waits: {labels}", text, href, "none", "Waiting")


def _people(page: ModelPage) -> list[tuple[str, Any]]:
    """Return duty and person; a duty nobody has taken yet is absent."""
    version, use_case = page.version, page.use_case
    approvals = governance.latest_approvals(version) if version else {}
    duties = {
        "Validates": "validation",
        "Fair lending": "review",
        "Signs": "signature",
    }
    found = [("Accountable", use_case.owner)]
    if version:
        found.append(("Built by", version.developer))
    found += [(duty, approvals[kind].person) for duty, kind in duties.items() if kind in approvals]
    if version and version.training_data:
        found.append(("Data owner", version.training_data.owner))
    return found
