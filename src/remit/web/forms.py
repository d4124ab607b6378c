"""How forms meet actions: problems come back to the form that caused them, people and days are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.forms import BaseForm
from django.utils.timezone import make_aware

from remit.kernel.problems import Problem, Unknown
from remit.people import queries as people

_ADDRESS = re.compile(r"<([^<>]+)>\s*$")


def show(form: BaseForm, problem: Problem) -> None:
    """Put a problem on its fields, or above the form when it is about none of them."""
    fields = problem.members.get("fields") or {}
    for name, message in fields.items():
        form.add_error(name if name in form.fields else None, message)
    if not fields:
        form.add_error(None, str(problem))


def done(form: BaseForm, act: Callable[[dict[str, Any]], object]) -> bool:
    """Act on what a form says, if it is complete; tell whether that was done. What failed is on the form."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except Problem as problem:
        show(form, problem)
        return False
    return True


class PersonField(forms.CharField):
    """Somebody who works here, typed by name or address; the browser suggests from `people:suggest`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Type a name or an e-mail address and choose.")
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Ask for suggestions while somebody types."""
        return super().widget_attrs(widget) | {
            "list": "people",
            "autocomplete": "off",
            "hx-get": "/people/suggest",
            "hx-trigger": "input changed delay:200ms, focus once",
            "hx-target": "#people",
        }

    def clean(self, value: Any) -> Any:
        """Return the person, or None where none is asked for and named."""
        text = super().clean(value)
        if not text:
            return None
        address = _ADDRESS.search(text)
        try:
            found = people.user_by_email(address.group(1) if address else text.strip())
        except Unknown:
            same = [p for p in people.directory(text)[:3] if p.name.casefold() == text.strip().casefold()]
            if len(same) != 1:
                message = f"Several people are called {text}." if same else f"Nobody here is called {text}."
                raise forms.ValidationError(f"{message} Give the e-mail address.") from None
            found = same[0]
        return found

    def prepare_value(self, value: Any) -> Any:
        """Write a person as the suggestions do."""
        return f"{value.name} <{value.email}>" if hasattr(value, "email") else value


class DayField(forms.DateField):
    """A day; `from_start` and `to_end` turn it into instants."""

    widget = forms.DateInput(attrs={"type": "date"})


def from_start(day: date | None) -> datetime | None:
    """Return the instant at which a day begins."""
    return make_aware(datetime.combine(day, time.min)) if day else None


def to_end(day: date | None) -> datetime | None:
    """Return the instant at which a day is over."""
    return make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None
