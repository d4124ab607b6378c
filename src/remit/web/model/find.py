"""Finds remits, findings and evidence for the palette."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from remit.evidence import queries as evidence
from remit.governance import queries as governance
from remit.people.policies import policy
from remit.web.rooms import Hit

_MOST = 4


def find(person: Any, text: str) -> list[Hit]:
    """Return up to four remits and pieces of evidence by reference, and findings by reference or title."""
    remits = governance.remits().filter(reference__startswith=text.upper())
    findings = governance.findings_named(text)
    return [
        *(
            Hit(
                f"{row.reference}, {row.version}",
                "Remit",
                f"{_page('overview', row)}?remit={row.reference}",
                icon="certificate",
            )
            for row in policy("remit").visible(person, remits)[:_MOST]
        ),
        *(
            Hit(row.title, f"Finding {row.reference}", _page("issues", row), icon="alert-triangle")
            for row in policy("finding").visible(person, findings.exclude(version=None))[:_MOST]
        ),
        *(
            Hit(
                row.title,
                f"Evidence {row.reference}",
                f"{_page('evidence', row)}?open={row.reference}",
                icon="file-check",
            )
            for row in policy("evidence").visible(person, evidence.referenced(text).exclude(version=None))[
                :_MOST
            ]
        ),
    ]


def _page(tab: str, row: Any) -> str:
    return reverse(f"model:{tab}", args=[row.version.model.reference])
