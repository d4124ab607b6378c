"""What is known about a model's versions, how old it is, and what the controls still miss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from remit.evidence import queries
from remit.governance.rules import controls
from remit.people import queries as people
from remit.web import words
from remit.web.model.page import OVER, ModelPage, tab

_AGEING = 0.8


@dataclass(frozen=True, slots=True)
class Row:
    """A piece of evidence as the table shows it; `item` is None where it is missing."""

    title: str
    kind: str
    state: str
    age: str
    allowed: str
    answers: tuple[str, ...]
    version: str
    item: Any = None
    producer: str = ""


@tab("evidence", "Evidence")
def evidence(request: HttpRequest, page: ModelPage) -> dict[str, Any]:
    """List evidence, the newest first, after what is missing for the version that counts."""
    items = list(queries.of_model(page.model))
    names = people.names(item.producer for item in items)
    found = [_row(item, page, names) for item in items]
    return {"missing": _missing(page, items), "rows": found, "opened": request.GET.get("open", "")}


def chips(version: Any, tier: str, now: Any) -> list[dict[str, str]]:
    """Return the newest evidence of each kind on a version as the chip component draws it."""
    latest = queries.latest_by_kind(version).values()
    return [
        {
            "name": item.title,
            "age": _age((now - item.produced_at).days),
            "state": _state(item, version.content_digest, tier, now),
            "kind": item.source,
        }
        for item in latest
    ]


def _row(item: Any, page: ModelPage, names: dict[str, str]) -> Row:
    tier = page.use_case.tier or "T1"
    version = next(v for v in page.versions if v.pk == item.version_id)
    allowed = _allowed(item.kind, tier)
    return Row(
        title=item.title,
        kind=item.kind,
        state="kept" if version.stage in OVER else _state(item, version.content_digest, tier, page.now),
        age=_age((page.now - item.produced_at).days),
        allowed=f"{allowed} d" if allowed else "No limit",
        answers=_answers(item.kind),
        version=version.number,
        item=item,
        producer=names.get(item.producer, item.producer),
    )


def _missing(page: ModelPage, items: list[Any]) -> list[Row]:
    version, tier = page.version, page.use_case.tier or "T1"
    if version is None:
        return []
    held = {
        i.kind for i in items if i.version_id == version.pk and i.content_digest == version.content_digest
    }
    asked = [
        kind
        for gate in ("G3", "G5")
        for control in controls.of_gate(gate, tier)
        for kind in control.evidence
        if kind not in held
    ]
    return [
        Row(words.evidence(kind), kind, "missing", "", "", _answers(kind), version.number)
        for kind in dict.fromkeys(asked)
    ]


def _answers(kind: str) -> tuple[str, ...]:
    return tuple(f"{c.id} {c.title}" for c in controls.library() if kind in c.evidence)


def _allowed(kind: str, tier: str) -> int | None:
    """Return how many days old the evidence may be, by the strictest control that reads it."""
    limits = [c.fresh_days[tier] for c in controls.library() if kind in c.evidence and tier in c.fresh_days]
    return min(limits, default=None)


def stale(page: ModelPage) -> list[tuple[Any, int]]:
    """Return what is too old of the newest evidence on the version that counts, with the days allowed."""
    version, tier = page.version, page.use_case.tier or "T1"
    if version is None or version.stage in OVER:
        return []
    found = [(item, _allowed(item.kind, tier)) for item in queries.latest_by_kind(version).values()]
    return [
        (item, allowed) for item, allowed in found if allowed and (page.now - item.produced_at).days > allowed
    ]


def _state(item: Any, content_digest: str, tier: str, now: Any) -> str:
    allowed = _allowed(item.kind, tier)
    age = (now - item.produced_at).days
    gone = item.expires_at is not None and item.expires_at <= now
    if item.content_digest != content_digest or gone or (allowed and age > allowed):
        return "stale"
    return "ageing" if allowed and age > _AGEING * allowed else "fresh"


def _age(days: int) -> str:
    return f"{days} d" if days else "today"
