"""What every control says about the version that counts, gate by gate and framework by framework."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from remit.governance import queries
from remit.governance.contract import PASSING
from remit.lifecycle.rules import role_name
from remit.web.model.page import ModelPage, tab

FRAMEWORKS = {
    "SR262": "SR 26-2",
    "REGB": "Regulation B",
    "EUAIA": "EU AI Act",
    "AIRMF": "NIST AI RMF",
    "ISO42001": "ISO 42001",
    "NAIC": "NAIC",
    "SS123": "SS1/23",
}
GATES = {
    "G1": "Intake",
    "G3": "Ready for validation",
    "G5": "Remit may be issued",
    "G6": "May go into business",
}
WORDS = {
    "satisfied": "Met",
    "excepted": "Excepted",
    "not_applicable": "Does not apply",
    "failing": "Not met",
    "missing": "Evidence missing",
    "stale": "Evidence stale",
    "not_computable": "Cannot be computed",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A control's result as pages show it."""

    id: str
    title: str
    status: str
    says: str
    severity: str
    role: str
    remedy: str
    cells: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """The status for people."""
        return WORDS[self.status]

    @property
    def mark(self) -> str:
        """The status as a mark: met, met for now, not met, no matter."""
        return {"satisfied": "ok", "excepted": "warn", "not_applicable": "none"}.get(self.status, "bad")

    @property
    def passes(self) -> bool:
        """Whether a gate lets it through."""
        return self.status in PASSING


@tab("controls", "Controls")
def controls(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """Show the latest evaluation of each gate, and coverage by framework."""
    latest = {e.gate: e for e in queries.gate_evaluations(page.version)} if page.version else {}
    found = [result for evaluation in latest.values() for result in evaluation.results]
    columns = [key for key in FRAMEWORKS if any(_refers(r, key) for r in found)]
    gates = [
        (gate, GATES.get(gate, gate), latest[gate], shown(latest[gate].results, columns))
        for gate in sorted(latest)
    ]
    only_open = request.GET.get("show") == "open"
    if only_open:
        gates = [(g, name, e, [r for r in rows if not r.passes]) for g, name, e, rows in gates]
    return {
        "gates": gates,
        "columns": [FRAMEWORKS[key] for key in columns],
        "coverage": [_coverage(key, found) for key in columns],
        "only_open": only_open,
        "n": len({r["control"] for r in found}),
        "n_open": len({r["control"] for r in found if r["status"] not in PASSING}),
    }


def shown(results: Iterable[dict[str, Any]], columns: Iterable[str] = ()) -> list[Shown]:
    """Return control results ready to show, with what each answers in the framework columns."""
    return [
        Shown(
            id=result["control"],
            title=result["title"],
            status=result["status"],
            says=result["says"],
            severity=result["severity"],
            role=role_name(result["owner_role"]),
            remedy=result["remedy"],
            cells=tuple(_refers(result, key) for key in columns),
        )
        for result in results
    ]


def _refers(result: dict[str, Any], framework: str) -> str:
    """Return the parts of a framework that a control answers, or nothing."""
    parts = [part.partition("-") for part in result["satisfies"]]
    return ", ".join(rest for name, _, rest in parts if name == framework)


def _coverage(framework: str, results: list[dict[str, Any]]) -> dict[str, Any]:
    mine = {r["control"]: r["status"] in PASSING for r in results if _refers(r, framework)}
    met = sum(mine.values())
    return {"name": FRAMEWORKS[framework], "met": met, "n": len(mine), "share": met / len(mine)}
