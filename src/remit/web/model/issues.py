"""What is wrong or excepted: findings, exceptions and alarms, each with a person and a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from remit.governance import queries as governance
from remit.monitoring import queries as monitoring
from remit.people import queries as people
from remit.web.model.page import ModelPage, tab

_NEAR = 0.8
_DUTIES = {
    "open": "finding.open",
    "close": "finding.close",
    "ask": "exception.request",
    "grant": "exception.approve",
    "answer": "alarm.handle",
}


@dataclass(frozen=True, slots=True)
class Clock:
    """How much of the time to a date is used, 0 to 1, and how that reads."""

    used: float
    tone: str
    text: str

    @classmethod
    def of(cls, since: datetime, until: datetime, now: datetime, over: str = "late") -> Clock:
        """Read the clock; `over` is the word once the date has passed."""
        days = (until - now).days
        if until <= now:
            return cls(1.0, "bad", f"{(now - until).days} d {over}")
        used = (now - since) / (until - since) if until > since else 1.0
        return cls(used, "warn" if used >= _NEAR else "", f"{days} d left" if days else "today")


@dataclass(frozen=True, slots=True)
class Issue:
    """A row of one of the tables: what it is about, its clock, and what this person may do with it now."""

    row: Any
    clock: Clock | None
    verb: str = ""


@tab("issues", "Issues")
def issues(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """List findings, exceptions and alarms: the open ones with their clocks, the closed ones folded."""
    del request
    may = {verb for verb, permission in _DUTIES.items() if allowed(page, permission)}
    alarms = list(monitoring.alarms(page.use_case).filter(monitor__version__model=page.model))
    findings = [_finding(f, page, may_close="close" in may) for f in page.findings]
    exceptions = [_exception(g, page, may_grant="grant" in may) for g in governance.exceptions_of(page.model)]
    raised = [_alarm(a, page, may_answer="answer" in may) for a in alarms]
    return {
        "may": may if page.versions else set(),
        "finders": people.names(finding.opened_by for finding in page.findings),
        "open_findings": [f for f in findings if f.clock],
        "closed_findings": [f for f in findings if not f.clock],
        "exceptions": [e for e in exceptions if e.clock],
        "past_exceptions": [e for e in exceptions if not e.clock],
        "alarms": [a for a in raised if a.clock],
        "answered_alarms": [a for a in raised if not a.clock],
    }


def allowed(page: ModelPage, permission: str) -> bool:
    """Tell whether the reader may do something with this model's use case."""
    return people.may(page.who, permission, unit=page.use_case.unit, subject=page.use_case.pk)


def _finding(found: Any, page: ModelPage, *, may_close: bool) -> Issue:
    if found.closed_at is not None:
        return Issue(found, None)
    mine = page.who.pk in {found.owner_id, found.version.developer_id, page.use_case.owner_id}
    clock = Clock.of(found.opened_at, found.due_at, page.now)
    return Issue(found, clock, "close" if may_close and not mine else "")


def _exception(grant: Any, page: ModelPage, *, may_grant: bool) -> Issue:
    if grant.expires_at <= page.now:
        return Issue(grant, None)
    mine = page.who.pk in {grant.requested_by_id, grant.version.developer_id, page.use_case.owner_id}
    waits = grant.approved_at is None
    clock = Clock.of(grant.requested_at, grant.expires_at, page.now, "over")
    return Issue(grant, clock, "grant" if waits and may_grant and not mine else "")


def _alarm(alarm: Any, page: ModelPage, *, may_answer: bool) -> Issue:
    if alarm.closed_at is not None:
        return Issue(alarm, None)
    return Issue(alarm, Clock.of(alarm.opened_at, alarm.due_at, page.now), "answer" if may_answer else "")
