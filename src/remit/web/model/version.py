"""One version: its files and what the scan found in them, its columns, and mending those before ready."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from remit.evidence import actions as evidence_actions
from remit.evidence import queries as evidence
from remit.inventory import actions
from remit.inventory import queries as inventory
from remit.kernel.problems import Problem, Unknown
from remit.measure import schema as schemas
from remit.measure.contract import KINDS, ROLES, Schema
from remit.people import queries as people
from remit.web.model.page import ModelPage, shared
from remit.web.model.versions import scan_of

_ROWS = 100
"""With more columns than this the form is one text: a page of a thousand fields helps nobody."""
_LISTS = ("categories", "favourable")


class ColumnForm(forms.Form):
    """One column of a schema; a row without a name is left out."""

    name = forms.CharField(max_length=200, required=False)
    role = forms.ChoiceField(choices=[(r, r) for r in sorted(ROLES)], initial="feature")
    kind = forms.ChoiceField(choices=[(k, k) for k in sorted(KINDS)], initial="numeric")
    minimum = forms.FloatField(required=False)
    maximum = forms.FloatField(required=False)
    categories = forms.CharField(required=False, max_length=20_000)
    favourable = forms.CharField(required=False, max_length=2_000)
    positive = forms.CharField(required=False, max_length=200)
    note = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            select = isinstance(field, forms.ChoiceField)
            field.widget.attrs["class"] = "form-select" if select else "form-control"
            field.widget.attrs["aria-label"] = f"{name.capitalize()} of column {self.number}"

    @property
    def number(self) -> int:
        """Its place in the schema, from 1."""
        last = str(self.prefix or "").rpartition("-")[2]
        return int(last) + 1 if last.isdigit() else 1


class TextForm(forms.Form):
    """A whole schema as YAML."""

    text = forms.CharField(
        label="Columns",
        help_text="YAML: `columns:`, then one entry a column with name, role and kind.",
        widget=forms.Textarea(attrs={"class": "form-control rm-mono", "rows": 28, "spellcheck": "false"}),
    )


ColumnForms = formset_factory(ColumnForm, extra=0, max_num=_ROWS + 20)


def version(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """Show a version's files, what the scan found, and its columns."""
    page, found = _found(request, reference, number)
    scan = scan_of(found, evidence.latest_by_kind(found).get("security_scan"))
    context = {
        "version": found,
        "files": list(found.artifacts.order_by("name")),
        "scan": scan,
        "columns": Schema.of(found.schema).columns if found.schema.get("columns") else (),
        "may_edit": _may_edit(request, page, found),
        "may_scan": people.may(
            request.user, "evidence.add", unit=page.use_case.unit, subject=page.use_case.pk
        ),
    }
    return render(request, "model/version.html", _context(page, number) | context)


@require_POST
def scan(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """Scan a version's files again."""
    _, found = _found(request, reference, number)
    added = evidence_actions.scan_version(acting_user=request.user, version=found)
    if added is not None:
        messages.success(request, f"{added.title}.")
    return redirect("model:version", reference=reference, number=number)


def schema(request: HttpRequest, reference: str, number: str) -> HttpResponse:
    """Mend the columns of a version that is not ready; `draft` fills the form from its files."""
    page, found = _found(request, reference, number)
    if request.method == "POST":
        people.require(request.user, "version.register", unit=page.use_case.unit, subject=page.use_case.pk)
    problem, notes = None, {}
    columns = found.schema.get("columns", [])
    if request.method == "GET" and "draft" in request.GET:
        try:
            draft = inventory.drafted_schema(found)
        except Problem as caught:
            problem = caught
        else:
            columns, notes = draft.schema.as_dict()["columns"], dict(draft.notes)
    as_text = "text" in request.GET or "text" in request.POST or len(columns) > _ROWS
    form: Any = _text_form(request, columns) if as_text else _row_forms(request, columns, notes)
    if request.method == "POST" and "more" not in request.POST and form.is_valid():
        try:
            given = schemas.loads(form.cleaned_data["text"]).as_dict() if as_text else _given(form)
            actions.edit_schema(acting_user=request.user, version=found, schema=given)
        except Problem as caught:
            problem = caught
            _show(form, caught)
        else:
            messages.success(request, f"The columns of {found} are as you gave them; its digest is new.")
            return redirect("model:version", reference=reference, number=number)
    wrong = problem.status if problem else 422 if form.is_bound and not form.is_valid() else 200
    status = 200 if "more" in request.POST else wrong
    context = {
        "version": found,
        "form": form,
        "as_text": as_text,
        "problem": problem,
        "drafted": bool(notes) or ("draft" in request.GET and problem is None),
        "may_edit": _may_edit(request, page, found),
    }
    return render(request, "model/schema.html", _context(page, number, "Columns") | context, status=status)


def _found(request: HttpRequest, reference: str, number: str) -> tuple[ModelPage, Any]:
    page = ModelPage(reference, request.user)
    found = next((version for version in page.versions if version.number == number), None)
    if found is None:
        raise Unknown(f"{page.model.name} has no version {number}.")
    return page, found


def _may_edit(request: HttpRequest, page: ModelPage, found: Any) -> bool:
    allowed = people.may(request.user, "version.register", unit=page.use_case.unit, subject=page.use_case.pk)
    return found.ready_at is None and found.developer_id == request.user.pk and allowed


def _context(page: ModelPage, number: str, here: str = "") -> dict[str, Any]:
    context = shared(page, here or number)
    way = [("Versions", reverse("model:versions", args=[page.model.reference]))]
    if here:
        way.append((number, reverse("model:version", args=[page.model.reference, number])))
    context["crumbs"][-1:-1] = way
    return context | {"tab": "versions"}


def _text_form(request: HttpRequest, columns: list[dict[str, Any]]) -> TextForm:
    if request.method == "POST":
        return TextForm(request.POST)
    return TextForm(
        initial={"text": schemas.dumps(Schema.of({"columns": columns})) if columns else "columns:\n"}
    )


def _row_forms(
    request: HttpRequest, columns: list[dict[str, Any]], notes: dict[str, str]
) -> BaseFormSet[ColumnForm]:
    if request.method == "POST":
        data = request.POST.copy()
        if "more" in data:
            data["form-TOTAL_FORMS"] = str(min(int(data.get("form-TOTAL_FORMS") or 0) + 5, _ROWS + 20))
        return ColumnForms(data)
    rows = [
        {**column}
        | {key: ", ".join(column.get(key, ())) for key in _LISTS}
        | {key: str(column[key]).removesuffix(".0") for key in ("minimum", "maximum") if key in column}
        for column in columns
    ]
    made = ColumnForms(initial=[*rows, *({} for _ in range(3))])
    for form in made:
        form.note = notes.get(form.initial.get("name", ""), "")
    return made


def _given(form: BaseFormSet[ColumnForm]) -> dict[str, Any]:
    return {"columns": [_column(row.cleaned_data) for row in form if row.cleaned_data.get("name")]}


def _column(row: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if value not in (None, "")}
    return kept | {
        key: [part.strip() for part in kept[key].split(",") if part.strip()] for key in _LISTS if key in kept
    }


def _show(form: Any, problem: Problem) -> None:
    """Put what is wrong with a column (`columns[2].kind`) on its row of the form."""
    if isinstance(form, TextForm):
        form.add_error("text", str(problem))
        return
    named = [row for row in form if row.cleaned_data.get("name")]
    for key, message in (problem.members.get("fields") or {}).items():
        index, _, name = key.removeprefix("columns[").partition("].")
        if index.isdigit() and int(index) < len(named) and name in named[int(index)].fields:
            named[int(index)].add_error(name, message)
