"""Where a version stands on its way: the diagram, its clocks, the tasks, the path so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from statistics import median
from typing import Any

from django.http import HttpRequest

from remit.lifecycle import queries
from remit.lifecycle.contract import PathEntry, ProcessView
from remit.web import words
from remit.web.model.page import ModelPage, tab

_TONES = {"done": "", "ok": "now", "warn": "slow", "late": "late"}


@tab("lifecycle", "Lifecycle")
def lifecycle(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """Show the process of the version that counts, or the one that is chosen."""
    processes = [
        process
        for process in queries.processes_of(page.use_case)
        if process.version is None or process.version.model_id == page.model.pk
    ]
    chosen = request.GET.get("process", "").upper()
    process = next((p for p in processes if p.reference == chosen), _counts(processes, page.version))
    return {"processes": processes, "process": process, **(_shown(process, page) if process else {})}


def diagram(view: ProcessView) -> dict[str, Any]:
    """Return the state that the diagram's script reads."""
    clocks = [asdict(clock) | {"tone": _TONES[clock.tone]} for clock in view.clocks]
    return {"done": view.done, "now": view.now, "clocks": clocks}


def timeline(path: Sequence[PathEntry]) -> list[dict[str, Any]]:
    """Return what happened on the way as the timeline component draws it."""
    return [
        {
            "who": entry.title.partition(": ")[0],
            "text": _said(entry),
            "note": ". ".join(part for part in (entry.person, entry.detail) if part),
            "time": "now" if entry.now else f"{entry.at:%-d %b}",
            "now": entry.now,
        }
        for entry in path
    ]


def _said(entry: PathEntry) -> str:
    if entry.now:
        return f"since {entry.at:%-d %b}"
    outcome = entry.title.partition(": ")[2]
    return words.OUTCOMES.get(outcome.replace(" ", "_"), outcome)


def _counts(processes: Sequence[Any], version: Any) -> Any:
    """Return the process to show first: under way, else the last of this version, else the last."""
    own = [p for p in processes if version is not None and p.version_id == version.pk]
    return next((p for p in processes if p.ended_at is None), next(iter([*own, *processes]), None))


def _shown(process: Any, page: ModelPage) -> dict[str, Any]:
    view = queries.process_view(process)
    days = (view.ended_at or page.now) - view.started_at
    return {
        "view": view,
        "state": diagram(view),
        "path": timeline(view.path),
        "days": days.days,
        "typical": _typical(process),
    }


def _typical(process: Any) -> tuple[float, int] | None:
    """Return the median days to the end of processes of this definition that ended, and how many."""
    spans = queries.days_to_end(process.definition.key)
    return (median(spans), len(spans)) if spans else None
