"""Editing the record: what nobody watches is saved at once, a change of the rest is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from remit.inventory import actions, queries
from remit.inventory.rules import edits, kinds
from remit.kernel.problems import Denied, Problem
from remit.people import rules as roles
from remit.people.policies import policy
from remit.web.model.fields import custom_field, record_field


class RecordForm(django_forms.Form):
    """The fields of a use case or a model, and the installation's own."""

    def __init__(self, data: Any, *, subject: Any, of: edits.Subject, person: Any) -> None:
        super().__init__(data, prefix=of)
        self.subject, self.of = subject, of
        self.watched = queries.watched(subject)
        said = queries.plain(subject)
        for field in edits.FIELDS[of].values():
            self.fields[field.name] = record_field(field, said[field.name])
            if field.name in self.watched:
                who = roles.who_may(self.watched[field.name])
                self.fields[field.name].help_text = f"A change waits for: {who}."
        if of == "model" and not (self.known_details or said["details"]):
            # a model of this kind says nothing more; its versions do
            del self.fields["details"]
        hidden = queries.hidden(person, subject)
        self.custom = [
            definition
            for definition in queries.fields_for(subject)
            if definition.type != "computed" and definition.key not in hidden
        ]
        for definition in self.custom:
            value = subject.custom.get(definition.key)
            self.fields[f"custom_{definition.key}"] = custom_field(definition, value)

    @property
    def title(self) -> str:
        """What the form is about."""
        return "The use case" if self.of == "use_case" else "The model"

    @property
    def own(self) -> list[Any]:
        """The fields that every installation has."""
        return [self[name] for name in edits.FIELDS[self.of] if name in self.fields]

    @property
    def added(self) -> list[Any]:
        """The installation's own fields."""
        return [self[f"custom_{definition.key}"] for definition in self.custom]

    @property
    def known_details(self) -> dict[str, str]:
        """What the kind says of a model as such, with what each is."""
        said = kinds.schema(self.subject.kind)["$defs"]["model"]["properties"] if self.of == "model" else {}
        return {name: part["description"] for name, part in said.items()}

    def changes(self) -> dict[str, Any]:
        """Return the fields that were changed, as actions read them."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in edits.FIELDS[self.of]}

    def values(self) -> dict[str, Any]:
        """Return the custom values that were changed, by key."""
        names = (name for name in self.changed_data if name.startswith("custom_"))
        return {name.removeprefix("custom_"): self.cleaned_data[name] for name in names}

    def fault(self, problem: Problem) -> None:
        """Put what an action refused on the fields it is about."""
        fields: Mapping[str, str] = problem.members.get("fields") or {}
        for name, message in fields.items():
            if name.startswith("details."):
                self.add_error("details", f"{name.removeprefix('details.')}: {message}")
            elif f"custom_{name}" in self.fields:
                self.add_error(f"custom_{name}", message)
            else:
                self.add_error(name if name in self.fields else None, message)
        if not fields:
            self.add_error(None, str(problem))


class Why(django_forms.Form):
    """The reason; who reviews a change reads it first."""

    reason = django_forms.CharField(
        required=False,
        widget=django_forms.Textarea(attrs={"rows": 2}),
        help_text="Kept in the ledger. Needed where a change waits for a reviewer, who reads it first.",
    )


def model(request: HttpRequest, reference: str) -> HttpResponse:
    """Edit a model and its use case."""
    found = policy("model").find(request.user, queries.model, reference)
    return _edit(request, found.use_case, found)


def use_case(request: HttpRequest, key: str) -> HttpResponse:
    """Edit a use case."""
    found = policy("use_case").find(request.user, queries.use_case, key)
    return _edit(request, found, None)


def may(person: Any, subject: Any, of: str) -> bool:
    """Tell whether a person may edit, or ask for a change of, a use case or a model."""
    return policy(of).may(person, "edit", subject)


def _edit(request: HttpRequest, found: Any, model: Any) -> HttpResponse:
    subjects: list[tuple[edits.Subject, Any]] = [("use_case", found)]
    if model is not None:
        subjects.insert(0, ("model", model))
    forms = [
        RecordForm(request.POST or None, subject=subject, of=of, person=request.user)
        for of, subject in subjects
        if may(request.user, subject, of)
    ]
    if not forms:
        raise Denied(
            f"{request.user} may not edit {model or found}.",
            remedy=f"It takes the role {roles.who_may('model.edit' if model else 'use_case.edit')}.",
        )
    why = Why(request.POST or None)
    home = reverse("model:overview", args=[model.reference]) if model else _page(found)
    every: list[django_forms.Form] = [*forms, why]
    if request.method == "POST" and sum(form.is_valid() for form in every) == len(every):
        done = _saved(request, forms, why)
        if done:
            messages.success(request, " ".join(done))
            return redirect(home)
    context = {
        "forms": forms,
        "why": why,
        "subject": model or found,
        "home": home,
        "nav": "models",
        "crumbs": [("Models", reverse("models:list")), (str(model or found), home), ("Edit", "")],
    }
    faulty = any(form.errors for form in every)
    return render(request, "model/edit.html", context, status=422 if faulty else 200)


def _page(use_case: Any) -> str:
    return reverse("models:use_case", args=[use_case.key])


def _saved(request: HttpRequest, forms: list[RecordForm], why: Why) -> list[str]:
    """Save and ask in one transaction, and return what was done; nothing where an action refuses."""
    reason, done = why.cleaned_data["reason"], []
    try:
        with transaction.atomic():
            for form in forms:
                try:
                    done += _applied(request.user, form, reason)
                except Problem as problem:
                    _refuse(form, why, problem)
                    raise
    except Problem:
        return []
    return done or ["Nothing was changed."]


def _refuse(form: RecordForm, why: Why, problem: Problem) -> None:
    if set(problem.members.get("fields") or {}) == {"reason"}:
        why.add_error("reason", problem.members["fields"]["reason"])
    else:
        form.fault(problem)


def _applied(person: Any, form: RecordForm, reason: str) -> list[str]:
    changes, done = form.changes(), []
    free = {name: value for name, value in changes.items() if name not in form.watched}
    asked = {name: value for name, value in changes.items() if name in form.watched}
    about = {"use_case": form.subject} if form.of == "use_case" else {"model": form.subject}
    if free:
        edit = actions.edit_use_case if form.of == "use_case" else actions.edit_model
        edit(acting_user=person, changes=free, reason=reason, **about)
        done.append(f"{_labels(form, free)} saved.")
    if values := form.values():
        actions.set_custom(acting_user=person, subject=form.subject, values=values, reason=reason)
        done.append(f"{_labels(form, [f'custom_{key}' for key in values])} saved.")
    if asked:
        use_case = form.subject if form.of == "use_case" else form.subject.use_case
        for change in actions.request_change(
            acting_user=person, changes=asked, reason=reason, **({"use_case": use_case} | about)
        ):
            who = roles.who_may(queries.reviewers(change))
            done.append(f"{_labels(form, change.changes)}: {change.reference} waits for {who}.")
    return done


def _labels(form: RecordForm, names: Any) -> str:
    return ", ".join(str(form.fields[name].label) for name in names)
