"""Saying how a model stands to another, and that it does so no more."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from remit.inventory import actions, queries
from remit.kernel.problems import Invalid, Problem, Unknown
from remit.people import queries as people
from remit.people.policies import policy
from remit.web import forms
from remit.web.model.page import ModelPage, shared

_KINDS = (
    ("uses", "uses the output of"),
    ("feeds", "feeds its output to"),
    ("derived_from", "is derived from"),
    ("replaces", "replaces"),
    ("part_of", "is part of"),
    ("challenger_of", "is a challenger of"),
)


class RelationForm(django_forms.Form):
    """Which relation, to which model, since when."""

    kind = django_forms.ChoiceField(choices=_KINDS, label="This model")
    target = django_forms.CharField(
        label="The other model",
        max_length=20,
        help_text="Its reference. Type part of a name and choose.",
        widget=django_forms.TextInput(
            attrs={"list": "candidates", "autocomplete": "off", "placeholder": "MDL-0001"}
        ),
    )
    valid_from = django_forms.DateField(
        label="Since", required=False, widget=django_forms.DateInput(attrs={"type": "date"}),
        help_text="Today, if you leave it empty.",
    )  # fmt: skip
    note = django_forms.CharField(max_length=300, required=False)


def relate(request: HttpRequest, reference: str) -> HttpResponse:
    """Relate this model to another."""
    page = ModelPage(reference, request.user)
    people.require(request.user, "relation.edit", unit=page.use_case.unit, subject=page.use_case.pk)
    form = RelationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.relate(
                acting_user=request.user,
                source=page.model,
                target=_target(request, form.cleaned_data["target"]),
                kind=form.cleaned_data["kind"],
                note=form.cleaned_data["note"],
                valid_from=_start(form.cleaned_data["valid_from"]),
            )
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(request, f"{page.model} {dict(_KINDS)[made.kind]} {made.target}.")
            return redirect("model:overview", reference=page.model.reference)
    context = shared(page, "Relate") | {"form": form, "tab": ""}
    return render(request, "model/relate.html", context, status=422 if form.errors else 200)


def candidates(request: HttpRequest, reference: str) -> HttpResponse:
    """Offer models whose name or reference holds what is typed."""
    text = request.GET.get("target", "").strip()[:80]
    found = policy("model").visible(request.user, queries.models()).exclude(reference=reference.upper())
    return render(request, "model/candidates.html", {"models": _holding(found, text)[:10] if text else []})


@require_POST
def end(request: HttpRequest, reference: str, relation: UUID) -> HttpResponse:
    """Say that a relation is over."""
    found = policy("relation").find(request.user, queries.relation, str(relation))
    if reference.upper() not in {found.source.reference, found.target.reference}:
        raise Unknown("This model has no such relation.")
    actions.end_relation(acting_user=request.user, relation=found)
    messages.success(request, "The relation is over. The ledger and the past keep it.")
    return redirect("model:overview", reference=reference)


def _target(request: HttpRequest, reference: str) -> Any:
    try:
        return policy("model").find(request.user, queries.model, reference.strip())
    except Unknown as problem:
        raise Invalid(problem.detail, fields={"target": problem.detail}) from None


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _holding(found: Any, text: str) -> Any:
    return found.filter(name__icontains=text) | found.filter(reference__icontains=text)
