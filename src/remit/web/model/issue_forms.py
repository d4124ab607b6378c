"""Opening and closing what is wrong: findings, exceptions and alarms, each by a form and one action."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.governance.rules import controls
from remit.kernel.problems import Conflict, Problem, Unknown
from remit.monitoring import actions as monitoring
from remit.monitoring import queries as monitored
from remit.people import queries as people
from remit.web import forms
from remit.web.model.page import ModelPage, shared

_OWN = "own:"
_OWNERS = ("model_owner", "model_developer", "ml_operations", "data_owner")
_SEVERITIES = (("low", "Low"), ("medium", "Medium"), ("high", "High"), ("critical", "Critical"))


class _OfModel(django_forms.Form):
    """A form whose choices are those of one model. What the action itself asks for is not `optional`."""

    optional: tuple[str, ...] = ()

    def __init__(self, *args: Any, page: ModelPage, subject: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page, self.subject = page, subject


class _OfVersion(_OfModel):
    version = django_forms.ChoiceField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {version.number: version for version in self.page.versions}
        self.fields["version"].choices = [(number, number) for number in self.versions]
        self.fields["version"].initial = self.page.version.number if self.page.version else None

    @property
    def chosen(self) -> Any:
        """The version that was chosen."""
        return self.versions[self.cleaned_data["version"]]


class OpenFinding(_OfVersion):
    """What is wrong, how bad, who mends it and by when."""

    optional = ("control",)
    title = django_forms.CharField(label="What is wrong", max_length=200)
    detail = django_forms.CharField(
        label="What was seen, and where", widget=django_forms.Textarea(attrs={"rows": 4})
    )
    control = django_forms.ChoiceField(
        label="Control", required=False, help_text="The control that it breaks, if there is one."
    )
    severity = django_forms.ChoiceField(choices=_SEVERITIES, initial="medium")
    owner = django_forms.ChoiceField(label="Who mends it")
    due_at = django_forms.DateField(label="By", widget=django_forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit, subject = self.page.use_case.unit, self.page.use_case.pk
        found = [self.page.use_case.owner, *(version.developer for version in self.page.versions)]
        for role in _OWNERS:
            found += people.holders(role, unit=unit, subject=subject)
        self.people = {str(person.pk): person for person in found if person.is_active}
        self.fields["owner"].choices = [
            (pk, f"{person.name}, {person.title}".rstrip(", ")) for pk, person in self.people.items()
        ]
        self.fields["control"].choices = [("", "None of them"), *_controls()]
        self.order_fields(["title", "detail", "version", "control", "severity", "owner", "due_at"])


class CloseFinding(_OfModel):
    """What mended it, and the version that did if one did."""

    optional = ("answered_by",)
    resolution = django_forms.CharField(
        label="What mended it", widget=django_forms.Textarea(attrs={"rows": 4}), required=False
    )
    answered_by = django_forms.ChoiceField(label="Mended by version", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {version.number: version for version in self.page.versions}
        self.fields["answered_by"].choices = [("", "None of them"), *((n, n) for n in self.versions)]


class AskException(_OfVersion):
    """Which control may fail, until when, why, and what protects people meanwhile."""

    control = django_forms.ChoiceField()
    reason = django_forms.CharField(
        label="Why it cannot be met now", widget=django_forms.Textarea(attrs={"rows": 3}), required=False
    )
    compensating_control = django_forms.CharField(
        label="What protects people meanwhile",
        widget=django_forms.Textarea(attrs={"rows": 3}),
        required=False,
    )
    expires_at = django_forms.DateField(
        label="Until", widget=django_forms.DateInput(attrs={"type": "date"}), help_text="180 days at most."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["control"].choices = _controls()
        self.order_fields(["control", "version", "reason", "compensating_control", "expires_at"])


class GrantException(_OfModel):
    """Why it is granted."""

    reason = django_forms.CharField(
        widget=django_forms.Textarea(attrs={"rows": 4}), help_text="Kept in the ledger."
    )


class AnswerAlarm(_OfModel):
    """What was decided about an alarm."""

    resolution = django_forms.CharField(
        label="What was found and decided", widget=django_forms.Textarea(attrs={"rows": 4}), required=False
    )


@dataclass(frozen=True, slots=True)
class Step:
    """Something that may be done about an issue: what it is called, what follows, its form and action."""

    permission: str
    title: str
    follows: str
    button: str
    form: type[_OfModel]
    find: Callable[[ModelPage, str], Any]
    run: Callable[[Any, Any], str]


def _nothing(page: ModelPage, reference: str) -> None:
    del page
    if reference:
        raise Unknown("There is nothing under this address.")


def _finding(page: ModelPage, reference: str) -> Any:
    return _one((f for f in page.findings if f.reference == reference.upper()), reference)


def _exception(page: ModelPage, reference: str) -> Any:
    found = governed.exceptions_of(page.model).filter(reference=reference.upper())
    return _one(iter(found), reference)


def _alarm(page: ModelPage, reference: str) -> Any:
    found = monitored.alarms(page.use_case).filter(monitor__version__model=page.model)
    return _one(iter(found.filter(reference=reference.upper())), reference)


def _one(found: Any, reference: str) -> Any:
    row = next(found, None)
    if row is None:
        raise Unknown(f"This model has no {reference}.", remedy="Look it up on its Issues tab.")
    return row


def _open(who: Any, form: OpenFinding) -> str:
    said = form.cleaned_data
    control = said["control"] or _OWN + re.sub(r"[^a-z0-9]+", "-", said["title"].lower()).strip("-")
    opened = governance.open_finding(
        acting_user=who,
        version=form.chosen,
        control=control[:60],
        title=said["title"].strip(),
        detail=said["detail"].strip(),
        severity=said["severity"],
        owner=form.people[said["owner"]],
        due_at=_end_of(said["due_at"]),
    )
    if opened.title != said["title"].strip():
        message = f"{opened.reference}, {opened.title}, is open on it already."
        raise Conflict(message, remedy="Close it first, or choose no control.", fields={"control": message})
    return f"{opened.reference} is open; {opened.owner.name} mends it."


def _close(who: Any, form: CloseFinding) -> str:
    said = form.cleaned_data
    closed = governance.close_finding(
        acting_user=who,
        finding=form.subject,
        resolution=said["resolution"],
        answered_by=form.versions.get(said["answered_by"]),
    )
    return f"{closed.reference} is closed."


def _ask(who: Any, form: AskException) -> str:
    said = form.cleaned_data
    asked = governance.request_exception(
        acting_user=who,
        version=form.chosen,
        control=said["control"],
        reason=said["reason"],
        compensating_control=said["compensating_control"],
        expires_at=_end_of(said["expires_at"]),
    )
    return f"{asked.reference} waits for somebody who may grant it."


def _grant(who: Any, form: GrantException) -> str:
    granted = governance.approve_exception(
        acting_user=who, grant=form.subject, reason=form.cleaned_data["reason"]
    )
    return f"{granted.reference} is granted until {granted.expires_at:%-d %B %Y}."


def _answer(who: Any, form: AnswerAlarm) -> str:
    closed = monitoring.close_alarm(
        acting_user=who, alarm=form.subject, resolution=form.cleaned_data["resolution"]
    )
    return f"{closed.reference} is answered."


STEPS = {
    "open": Step(
        "finding.open",
        "Open a finding",
        "It stays open, with its clock, until somebody else than its owner closes it with what mended it.",
        "Open the finding",
        OpenFinding,
        _nothing,
        _open,
    ),
    "close": Step(
        "finding.close",
        "Close the finding",
        "Neither who mends it nor who built or answers for the model may close it.",
        "Close the finding",
        CloseFinding,
        _finding,
        _close,
    ),
    "ask": Step(
        "exception.request",
        "Ask for an exception",
        "One control may fail on one version until a day. Somebody else grants it, or does not.",
        "Ask for it",
        AskException,
        _nothing,
        _ask,
    ),
    "grant": Step(
        "exception.approve",
        "Grant the exception",
        "Gates pass this control, marked as excepted, until the end of the exception.",
        "Grant it",
        GrantException,
        _exception,
        _grant,
    ),
    "answer": Step(
        "alarm.handle",
        "Answer the alarm",
        "The alarm closes with what you decide. A finding that it opened stays until it is closed itself.",
        "Answer it",
        AnswerAlarm,
        _alarm,
        _answer,
    ),
}


def act(request: HttpRequest, reference: str, verb: str, issue: str = "") -> HttpResponse:
    """Ask for what the step needs, then do it; what the action refuses comes back on the form."""
    step = STEPS.get(verb)
    if step is None:
        raise Unknown("There is nothing under this address.")
    page = ModelPage(reference, request.user)
    people.require(request.user, step.permission, unit=page.use_case.unit, subject=page.use_case.pk)
    if not page.versions:
        raise Conflict(f"{page.model.name} has no version yet.", remedy="Register a version first.")
    subject = step.find(page, issue)
    form = step.form(request.POST or None, page=page, subject=subject)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            done = step.run(request.user, form)
        except Problem as problem:
            forms.show(form, problem)
            status = problem.status
        else:
            messages.success(request, done)
            return redirect("model:issues", reference=page.model.reference)
    elif form.errors:
        status = 422
    context = shared(page, step.title) | {"step": step, "form": form, "subject": subject, "tab": "issues"}
    return render(request, "model/issue.html", context, status=status)


def _controls() -> list[tuple[str, str]]:
    return [(control.id, f"{control.id} {control.title}") for control in controls.library()]


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)
