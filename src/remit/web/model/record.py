"""What the Overview says of the record itself: how complete it is, its relations, its kind's own facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse

from remit.inventory import queries
from remit.inventory import record as published
from remit.inventory.rules import kinds
from remit.people.policies import policy
from remit.web.model.page import ModelPage


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is asked and not said, and where to say it."""

    label: str
    since: str
    href: str


@dataclass(frozen=True, slots=True)
class Line:
    """A fact: its name, its text, or the facts inside it."""

    label: str
    text: str
    inside: tuple[Line, ...] = ()


def record(page: ModelPage, person: Any) -> dict[str, Any]:
    """Return what the Overview's parts about the record draw."""
    model, version = page.model, page.version
    found = queries.completeness_of(page.use_case, model, version)
    sees = policy("model").visible(person, queries.models())
    related = queries.relations_of(model)
    impact = queries.impact_of(model)
    visible = set(
        sees.filter(pk__in=[*(r.other.pk for r in related), *(d.model.pk for d in impact)]).values_list(
            "pk", flat=True
        )
    )
    tier = queries.weakest_tier(model) if any(r.verb == "has as a part" for r in related) else ""
    return {
        "percent": found.percent,
        "share": found.percent / 100,
        "gaps": [_gap(page, asked) for asked in found.missing],
        "relations": [r for r in related if r.other.pk in visible],
        "impact": [d for d in impact if d.model.pk in visible and d.steps > 1],
        "dependents": len(impact),
        "unseen": len({r.other.pk for r in related} - visible),
        "weakest_tier": tier,
        "details": lines(model.kind, model.details, "model")
        + (lines(model.kind, version.details, "version") if version else []),
        "custom": [
            said
            for subject in (model, page.use_case)
            for said in queries.custom_of(subject, hidden=queries.hidden(person, subject))
        ],
        "changes": list(queries.changes_of(model).filter(state="waiting"))
        + list(queries.changes_of(page.use_case).filter(state="waiting")),
        "may_edit": policy("model").may(person, "edit", model)
        or policy("use_case").may(person, "edit", page.use_case),
        "may_relate": policy("relation").may(person, "edit", _Row(model)),
        "vendor_seen": model.vendor is not None and policy("vendor").may(person, "read"),
    }


def as_json(request: HttpRequest, reference: str) -> JsonResponse:
    """Hand out the record as the published definition has it, without what this person may not read."""
    model = policy("model").find(request.user, queries.model, reference)
    hidden = published.hidden_from(request.user, model.use_case, model)
    whole = published.of(model.use_case, model, hidden=hidden)
    return JsonResponse(whole, json_dumps_params={"indent": 2, "ensure_ascii": False})


@dataclass(frozen=True, slots=True)
class _Row:
    """A relation that does not exist yet, for the policy to judge by its source."""

    source: Any


def lines(kind: str, details: Mapping[str, Any], part: str) -> list[Line]:
    """Return the details of a model or a version of a kind, in the order of the kind's schema."""
    known = kinds.schema(kind)["$defs"][part]["properties"]
    return [_line(name, details[name]) for name in known if details.get(name) not in (None, "", [], {})]


def _line(name: str, value: Any) -> Line:
    label = name.replace("_", " ").capitalize()
    if isinstance(value, Mapping):
        return Line(label, "", tuple(_line(inner, said) for inner, said in value.items()))
    if isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            return Line(label, ", ".join(value))
        return Line(label, "", tuple(_named(item) for item in value))
    if isinstance(value, bool):
        return Line(label, "Yes" if value else "No")
    return Line(label, str(value))


def _named(item: Mapping[str, Any]) -> Line:
    """Draw an object of a list under the first thing it says of itself."""
    first, *rest = item.items()
    return Line(str(first[1]), "", tuple(_line(name, said) for name, said in rest))


def _gap(page: ModelPage, asked: Any) -> Gap:
    reference = page.model.reference
    route = "model:versions" if asked.of == "version" else "model:edit"
    return Gap(asked.label, asked.since, reverse(route, args=[reference]))
