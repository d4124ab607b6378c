"""One change of the models that are selected, asked for first and then reported row by row."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.inventory import actions, search
from remit.inventory.actions import bulk
from remit.inventory.search import Search
from remit.kernel.problems import Problem
from remit.people import queries as people
from remit.web.forms import show


class Tags(forms.Form):
    """Which tags to add and which to take off."""

    title = "Tags"
    verb = "Change the tags"
    add = forms.CharField(required=False, max_length=300, help_text="Separated by commas.")
    remove = forms.CharField(
        required=False, max_length=300, label="Take off", help_text="Separated by commas."
    )

    def done(self, person: Any, rows: list[Any]) -> list[bulk.Outcome]:
        """Change the tags."""
        given = {name: _parts(self.cleaned_data[name]) for name in ("add", "remove")}
        return actions.tag(acting_user=person, rows=rows, **given)


class Owner(forms.Form):
    """Who answers from now on, and why."""

    title = "Change owner"
    verb = "Hand over"
    owner = forms.ModelChoiceField(queryset=None, empty_label="Choose somebody")
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}), help_text="Who reviews the change reads this first."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people.directory()

    def done(self, person: Any, rows: list[Any]) -> list[bulk.Outcome]:
        """Hand the use cases over, or ask for it."""
        owner: UUID = self.cleaned_data["owner"].pk
        return actions.hand_over(
            acting_user=person, rows=rows, owner=owner, reason=self.cleaned_data["reason"]
        )


def tags(request: HttpRequest) -> HttpResponse:
    """Add tags to the selected models and take tags off them."""
    return _act(request, Tags)


def owner(request: HttpRequest) -> HttpResponse:
    """Hand the selected models to another owner."""
    return _act(request, Owner)


@require_POST
def _act(request: HttpRequest, kind: type[Tags] | type[Owner]) -> HttpResponse:
    rows = _chosen(request)
    confirmed = "do" in request.POST
    form = kind(request.POST if confirmed else None)
    context: dict[str, Any] = {
        "form": form,
        "rows": rows,
        "most": bulk.MOST,
        "back": request.POST.get("query", ""),
        "nav": "models",
        "crumbs": [("Models", reverse("models:list")), (kind.title, "")],
    }
    if confirmed and form.is_valid():
        try:
            outcomes = form.done(request.user, rows)
        except Problem as problem:
            show(form, problem)
        else:
            context |= {"outcomes": outcomes, "done": sum(outcome.done for outcome in outcomes)}
            return render(request, "models/bulk_done.html", context)
    return render(request, "models/bulk.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest) -> list[Any]:
    """Return the rows that are ticked, or all that the filter finds, as far as the person may see them."""
    everything = request.POST.get("all") == "1"
    asked = Search.of(parse_qs(request.POST.get("query", ""))) if everything else Search()
    found = search.rows(asked, **search.seen_by(request.user)).select_related("model", "use_case__unit")
    if not everything:
        found = found.filter(reference__in=request.POST.getlist("id"))
    return list(found.defer("words")[: bulk.MOST + 1])


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
