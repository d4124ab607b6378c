"""Bringing a file, mapping its columns, trying it out, importing it; and exporting a list of models."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from remit.inventory import actions, exporting, queries
from remit.inventory.search import Search
from remit.kernel.problems import Invalid, Problem
from remit.people import queries as people
from remit.web.importing.columns import Columns
from remit.web.models import moment

_SHOWN_RUNS = 50
_SHOWN_FAULTS = 100
# a larger file is worked on by the worker, and the page says how far it is
_AT_ONCE = 200_000
_RUNNING = ("checking", "applying")
_FAULTS = ("Row", "Column", "Value", "What is wrong", "How to mend it")


def runs(request: HttpRequest) -> HttpResponse:
    """List the imports, and take a new file."""
    problem: Problem | None = None
    if request.method == "POST":
        try:
            received = _receive(request)
        except Problem as refused:
            problem = refused
        else:
            return redirect("importing:run", reference=received.reference)
    context = {
        "runs": queries.imports(request.user)[:_SHOWN_RUNS],
        "problem": problem,
        "may_import": people.may(request.user, "import.run"),
        "nav": "import",
        "crumbs": [("Import", "")],
    }
    return render(request, "importing/runs.html", context, status=422 if problem else 200)


@require_GET
def run(request: HttpRequest, reference: str) -> HttpResponse:
    """Show an import: its columns, what it would do, or what it did."""
    return _show(request, queries.import_run(request.user, reference))


@require_POST
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Keep the mapping of the columns and try the file out."""
    found = queries.import_run(request.user, reference)
    columns = Columns(request.user, found, request.POST)
    try:
        mapped = actions.map_import(
            acting_user=request.user, run=found, mapping=columns.mapping, defaults=columns.defaults
        )
        if _is_small(mapped):
            actions.check_import(acting_user=request.user, run=mapped)
        else:
            actions.request_import(acting_user=request.user, run=mapped)
    except Problem as problem:
        wrong = problem.members.get("fields", {})
        return _show(request, found, Columns(request.user, found, request.POST, wrong), problem)
    return redirect("importing:run", reference=found.reference)


@require_POST
def apply(request: HttpRequest, reference: str) -> HttpResponse:
    """Import the file, whole or without the rows that have a fault."""
    found = queries.import_run(request.user, reference)
    skip = request.POST.get("skip") == "1"
    try:
        if _is_small(found):
            reason = request.POST.get("reason", "").strip()
            done = actions.apply_import(acting_user=request.user, run=found, skip=skip, reason=reason)
            messages.success(request, f"{done.file_name} is imported.")
        else:
            actions.request_import(acting_user=request.user, run=found, apply=True, skip=skip)
    except Problem as problem:
        return _show(request, queries.import_run(request.user, reference), problem=problem)
    return redirect("importing:run", reference=found.reference)


@require_GET
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    """Say whether the worker is done; then htmx loads the page again."""
    found = queries.import_run(request.user, reference)
    if found.state in _RUNNING:
        return render(request, "importing/progress.html", {"run": found})
    answer = HttpResponse()
    answer["HX-Refresh"] = "true"
    return answer


@require_GET
def faults(request: HttpRequest, reference: str) -> HttpResponse:
    """Send the faults of an import as CSV."""
    found = queries.import_run(request.user, reference)
    content = b"".join(exporting.as_csv(_FAULTS, found.faults))
    return _download(iter([content]), f"{found.reference}-faults.csv", "text/csv; charset=utf-8")


@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """Send an empty table with every column that an import reads."""
    people.require(request.user, "import.run")
    names = [field.name for field in queries.import_fields(request.user)]
    content = b"".join(exporting.as_csv(names, []))
    return _download(iter([content]), "models-template.csv", "text/csv; charset=utf-8")


@require_GET
def export(request: HttpRequest) -> HttpResponseBase:
    """Send the models of a view as CSV, Excel or JSON, as they stand or stood on a day."""
    asked = dict(request.GET.lists())
    at = _day(request.GET.get("as_of", ""))
    found = exporting.export(request.user, Search.of(asked), request.GET.get("format", "csv"), at=at)
    return _download(found.chunks, found.name, found.media_type)


def _receive(request: HttpRequest) -> Any:
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile) or not given.name:
        message = "Choose a file first."
        raise Invalid(message, fields={"file": message})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "uploaded"
        with path.open("wb") as kept:
            for chunk in given.chunks():
                kept.write(chunk)
        return actions.receive_import(acting_user=request.user, path=path, file_name=given.name)


def _show(
    request: HttpRequest, found: Any, columns: Columns | None = None, problem: Problem | None = None
) -> HttpResponse:
    mine = found.run_by_id == request.user.pk
    mapping = found.state in {"new", "failed"} or columns is not None or "columns" in request.GET
    if mapping and mine and columns is None:
        columns = Columns(request.user, found)
    context = {
        "run": found,
        "mine": mine,
        "mapping": mapping and mine and found.state not in {"applied", *_RUNNING},
        "columns": columns,
        "errors": problem.members.get("fields", {}) if problem else {},
        "problem": problem,
        "faults": found.faults[:_SHOWN_FAULTS],
        "good": found.rows - found.faulty,
        "nav": "import",
        "crumbs": [("Import", reverse("importing:runs")), (found.reference, "")],
    }
    return render(request, "importing/run.html", context, status=422 if problem else 200)


def _is_small(found: Any) -> bool:
    return queries.import_size(found) <= _AT_ONCE


def _download(chunks: Iterator[bytes], name: str, media_type: str) -> Any:
    answer = StreamingHttpResponse(chunks, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _day(text: str) -> datetime | None:
    at, fault = moment.read(text)
    if fault:
        raise Invalid(fault, fields={"as_of": fault})
    return at
