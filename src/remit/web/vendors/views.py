"""The list of vendors, the page of one, and the form that adds or edits one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from remit.inventory import actions, queries
from remit.kernel import clock
from remit.kernel.problems import Problem
from remit.people.policies import policy
from remit.web import forms

_PAGE = 50
_SOON = timedelta(days=90)
_OLD = timedelta(days=365)
_RESULTS = (
    ("", "Not done"),
    ("passed", "Passed"),
    ("conditions", "Passed with conditions"),
    ("failed", "Failed"),
)


class VendorForm(django_forms.Form):
    """What is known of a vendor; contract and diligence for those who may read them."""

    name = django_forms.CharField(max_length=120)
    country = django_forms.CharField(max_length=2, required=False, help_text="Two letters, such as US.")
    website = django_forms.URLField(max_length=200, required=False, assume_scheme="https")
    contact = django_forms.CharField(max_length=200, required=False, help_text="Whom to ask there.")
    contract = django_forms.CharField(max_length=120, required=False, help_text="Its number or address.")
    contract_ends = django_forms.DateField(
        required=False, widget=django_forms.DateInput(attrs={"type": "date"})
    )
    diligence_at = django_forms.DateField(
        label="Due diligence done on",
        required=False,
        widget=django_forms.DateInput(attrs={"type": "date"}),
    )
    diligence_result = django_forms.ChoiceField(label="Its result", choices=_RESULTS, required=False)
    diligence_note = django_forms.CharField(
        label="What it found", required=False, widget=django_forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, hidden: frozenset[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in hidden:
            self.fields.pop(name, None)


def vendors(request: HttpRequest) -> HttpResponse:
    """List the vendors, with what ends soon or is long ago marked."""
    rows = policy("vendor").visible(request.user, queries.vendors())
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    hidden = policy("vendor").hidden(request.user)
    context = {
        "page": page,
        "rows": [
            {"vendor": vendor, "result": dict(_RESULTS)[vendor.diligence_result], **_marks(vendor)}
            for vendor in page
        ],
        "sees_contracts": not hidden,
        "may_edit": policy("vendor").may(request.user, "edit"),
        "nav": "settings",
        "crumbs": [("Settings", reverse("settings:home")), ("Vendors", "")],
    }
    return render(request, "vendors/list.html", context)


def vendor(request: HttpRequest, vendor: Any) -> HttpResponse:
    """Show a vendor and the models it supplies."""
    found = _read(request, vendor)
    models = policy("model").visible(request.user, queries.models_from(found))
    context = {
        "vendor": found,
        **_marks(found),
        "sees_contracts": not policy("vendor").hidden(request.user),
        "result": dict(_RESULTS)[found.diligence_result],
        "models": models,
        "may_edit": policy("vendor").may(request.user, "edit"),
        "nav": "settings",
        "crumbs": _crumbs((found.name, "")),
    }
    return render(request, "vendors/vendor.html", context)


def add(request: HttpRequest) -> HttpResponse:
    """Add a vendor."""
    return _form(request, None)


def edit(request: HttpRequest, vendor: Any) -> HttpResponse:
    """Edit a vendor."""
    return _form(request, _read(request, vendor))


def _read(request: HttpRequest, identifier: Any) -> Any:
    return policy("vendor").find(request.user, queries.vendor, str(identifier))


def _form(request: HttpRequest, found: Any) -> HttpResponse:
    policy("vendor").require(request.user, "edit")
    known = {name: getattr(found, name) for name in VendorForm.base_fields} if found else {}
    form = VendorForm(request.POST or None, initial=known, hidden=policy("vendor").hidden(request.user))
    if request.method == "POST" and form.is_valid():
        try:
            if found is None:
                saved = actions.add_vendor(acting_user=request.user, **form.cleaned_data)
            else:
                saved = actions.edit_vendor(acting_user=request.user, vendor=found, changes=form.cleaned_data)
        except Problem as problem:
            forms.show(form, problem)
        else:
            messages.success(request, f"{saved.name} is {'added' if found is None else 'saved'}.")
            return redirect("vendors:vendor", vendor=saved.pk)
    here = (("Edit" if found else "Add a vendor"), "")
    trail = (
        _crumbs((found.name, reverse("vendors:vendor", args=[found.pk])), here) if found else _crumbs(here)
    )
    context = {"form": form, "vendor": found, "nav": "settings", "crumbs": trail}
    return render(request, "vendors/form.html", context, status=422 if form.errors else 200)


def _crumbs(*rest: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Settings", reverse("settings:home")), ("Vendors", reverse("vendors:list")), *rest]


def _marks(vendor: Any) -> dict[str, str]:
    """Say of the contract and of the diligence whether a person should look."""
    today = clock.now().date()
    ends, done = vendor.contract_ends, vendor.diligence_at
    contract = "" if not ends else "bad" if ends < today else "warn" if ends - today <= _SOON else ""
    diligence = (
        "bad" if vendor.diligence_result == "failed" else "warn" if done and today - done > _OLD else ""
    )
    return {"contract_mark": contract, "diligence_mark": diligence}
