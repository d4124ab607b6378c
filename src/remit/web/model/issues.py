"""What is wrong or excepted: findings, exceptions and alarms, each with a person and a date."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from remit.governance import queries as governance
from remit.monitoring import queries as monitoring
from remit.people import queries as people
from remit.web.model.page import ModelPage, tab


@tab("issues", "Issues")
def issues(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """List findings, exceptions and alarms, the open ones first."""
    del request
    alarms = list(monitoring.alarms(page.use_case).filter(monitor__version__model=page.model))
    return {
        "findings": page.findings,
        "finders": people.names(finding.opened_by for finding in page.findings),
        "exceptions": list(governance.exceptions_of(page.model)),
        "alarms": sorted(alarms, key=lambda alarm: alarm.closed_at is not None),
    }
