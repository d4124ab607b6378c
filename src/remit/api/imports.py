"""Imports of models from files, and exports of views to files."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import File, Query, Router, Schema, Status, UploadedFile
from pydantic import Field

from remit.api.lists import Page, page
from remit.api.model import Filter
from remit.api.shapes import Given, Person, located
from remit.inventory import actions, exporting, queries

router = Router()
Sent = Annotated[UploadedFile, File()]
_FILE = {
    "responses": {
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
                    "schema": {"type": "string", "format": "binary"}
                },
                "application/json": {"schema": {"type": "array", "items": {"type": "object"}}},
            }
        }
    }
}


class FaultOut(Schema):
    """What is wrong in a row, and how to mend it."""

    row: int
    column: str
    value: str
    what: str
    remedy: str


class ImportOut(Schema):
    """A file that was brought, and how far it is: new, checking, checked, applying, applied or failed."""

    reference: str
    file_name: str
    sha256: str
    columns: list[str]
    mapping: dict[str, str] = Field(description="Column by field.")
    defaults: dict[str, str]
    state: str
    problem: str
    rows: int
    created: int
    updated: int
    unchanged: int
    requested: int = Field(description="Changes of watched fields that wait for a reviewer.")
    faulty: int = Field(description="Rows with a fault.")
    run_by: Person
    run_at: datetime


class ImportInFull(ImportOut):
    """An import with its faults, at most 1,000."""

    faults: list[FaultOut]

    @staticmethod
    def resolve_faults(row: Any) -> list[dict[str, Any]]:
        """Return each with its names."""
        return [dict(zip(FaultOut.model_fields, fault, strict=True)) for fault in row.faults]


class Imports(Schema):
    """A page of imports."""

    items: list[ImportOut]
    next: str | None


class MappingIn(Given):
    """Which column is which field, and what to take where a cell is empty."""

    mapping: dict[str, str] = Field(max_length=200, description="Column by field.")
    defaults: dict[str, str] = Field(default_factory=dict, max_length=20)


class RunIn(Given):
    """What to do with the file: check it, or apply it, then or without the rows that have a fault."""

    do: Literal["check", "apply"]
    skip: bool = False


class ExportAsked(Filter):
    """Which models, and as which file."""

    format: Literal["csv", "xlsx", "json"] = "csv"


@router.get("/imports", response=Imports)
def list_imports(request: HttpRequest, asked: Query[Page]) -> Any:
    """List imports, the newest first."""
    return page(queries.imports(request.user), asked, by=("-run_at", "-pk"))


@router.post("/imports", response={201: ImportInFull})
def receive_import(
    request: HttpRequest, response: HttpResponse, file: Annotated[UploadedFile, File()]
) -> Any:
    """Bring a CSV, Excel or JSON file; its columns are mapped by their names."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "file"
        with place.open("wb") as target:
            for chunk in file.chunks():
                target.write(chunk)
        run = actions.receive_import(acting_user=request.user, path=place, file_name=file.name or "")
    located(response, f"imports/{run.reference}")
    return Status(201, run)


@router.get("/imports/{reference}", response=ImportInFull)
def get_import(request: HttpRequest, reference: str) -> Any:
    """Show an import, what it would change or changed, and what is wrong with the file."""
    return queries.import_run(request.user, reference)


@router.put("/imports/{reference}", response=ImportInFull)
def map_import(request: HttpRequest, reference: str, given: MappingIn) -> Any:
    """Say which column is which field."""
    run = queries.import_run(request.user, reference)
    return actions.map_import(acting_user=request.user, run=run, **given.model_dump())


@router.post("/imports/{reference}/run", response=ImportInFull)
def run_import(request: HttpRequest, reference: str, given: RunIn) -> Any:
    """Try a file out, or import it, in one transaction and before this answers."""
    run = queries.import_run(request.user, reference)
    if given.do == "check":
        return actions.check_import(acting_user=request.user, run=run)
    return actions.apply_import(acting_user=request.user, run=run, skip=given.skip)


@router.get("/exports/models", response=dict[str, Any], openapi_extra=_FILE)
def export_models(request: HttpRequest, asked: Query[ExportAsked]) -> Any:
    """Give the models that you may see as a file, now or as they stood on a day."""
    made = exporting.export(request.user, asked.wanted, asked.format, at=asked.at)
    answer = StreamingHttpResponse(made.chunks, content_type=made.media_type)
    answer["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return answer
