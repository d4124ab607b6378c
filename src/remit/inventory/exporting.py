"""Writing a list of models to a file: CSV, Excel or JSON, as it stands or stood on a day.

A column is called what an import calls it, so that an export of today comes back unchanged.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from remit.inventory.importing import cells
from remit.inventory.importing.mapping import Field, fields
from remit.inventory.search import Search, rows, seen_by, total
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.people import queries as people
from remit.people.models import User

Format = Literal["csv", "xlsx", "json"]
MOST_RECORDS = 500
"""More models than this are exported to JSON as rows, not as whole records."""
MOST_SHEET_ROWS = 100_000
_AT_A_TIME = 2_000
_STOOD = {
    "reference": "reference",
    "external_key": "model__external_key",
    "model": "title",
    "use_case": "use_case_name",
    "use_case_reference": "use_case__reference",
    "kind": "kind",
    "tier": "tier",
    "stage": "stage",
    "version": "version_number",
    "in_business_since": "version__in_business_at",
    "unit": "unit_name",
    "owner": "owner__email",
    "owner_name": "owner_name",
    "built_in": "built_in",
    "vendor": "vendor_name",
    "regulations": "regulations",
    "tags": "tags",
    "planned_value_a_year": "planned_value_a_year",
    "currency": "currency",
    "remit": "remit_number",
    "remit_state": "remit_state",
    "remit_from": "remit_from",
    "remit_until": "remit_until",
    "health": "health",
    "completeness": "completeness",
    "missing": "missing",
}
"""Column of a file by column of `Standing`: what is known of every day."""
_SAID = {
    "description": "model__description",
    "decision": "use_case__decision",
    "purpose": "use_case__purpose",
    "population": "use_case__population",
    "value_hypothesis": "use_case__value_hypothesis",
    "alternative": "use_case__alternative",
    "jurisdictions": "use_case__jurisdictions",
    "affects_people": "use_case__affects_people",
}
"""What is kept as it is now only; an export as of another day leaves it out."""
_BESIDE = ("use_case__custom", "model__custom", "model_id", "unit_id")
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class Export:
    """A file to send: its name, its media type, how many models are in it, and its bytes as they come."""

    name: str
    media_type: str
    count: int
    chunks: Iterator[bytes]


def export(who: User, search: Search, format_: str, *, at: datetime | None = None) -> Export:
    """Return the models that fit and that a person may read, without the fields kept from them.

    JSON of up to 500 models is a list of whole records as published; of more, of rows as in CSV.

    Args:
        who: for whom; only rows of their units, no restricted field they may not read.
        search: the view.
        format_: csv, xlsx or json.
        at: as they stood then; now if omitted.

    Raises:
        Denied: the person may read no models.
        Invalid: there is no such format, or too many rows for a sheet.
    """
    people.require(who, "model.read")
    if format_ not in _TYPES:
        raise Invalid(f"There is no format {format_}.", fields={"format": "Choose csv, xlsx or json."})
    seen = seen_by(who)
    count = total(search, **seen, at=at)
    if format_ == "xlsx" and count > MOST_SHEET_ROWS:
        message = f"A sheet holds at most {MOST_SHEET_ROWS:,} rows; these are {count:,}."
        raise Invalid(message, fields={"format": message}, remedy="Export CSV, or narrow the view.")
    found = rows(search, **seen, at=at)
    if format_ == "json" and count <= MOST_RECORDS:
        chunks = _json(_records(who, found, at))
    else:
        header, lines = _lines(who, found, said=at is None)
        chunks = _WRITERS[format_](header, lines)
    day = (at or clock.now()).date()
    return Export(f"models-{day.isoformat()}.{format_}", _TYPES[format_], count, chunks)


def as_csv(header: Iterable[str], lines: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """Return a table as CSV that Excel opens as UTF-8 and takes no cell of for a formula."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    # the mark tells Excel the encoding
    buffer.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer.writerow(header)
    for number, line in enumerate(lines, 1):
        writer.writerow([cells.guarded(cells.shown(value)) for value in line])
        if number % 500 == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _lines(who: User, found: Any, *, said: bool) -> tuple[list[str], Iterator[list[Any]]]:
    columns = _STOOD | (_SAID if said else {})
    custom = {name: field for name, field in fields(who).items() if said and field.definition is not None}
    open_to = people.visible_units(who, "contract.read")
    addresses: dict[Any, str] = {}
    if any(field.names_a_person for field in custom.values()):
        addresses = {str(pk): email for pk, email in User.objects.values_list("pk", "email")}
    listed = found.values_list(*columns.values(), *_BESIDE).iterator(chunk_size=_AT_A_TIME)
    place = list(columns).index("model")

    def own(field: Field, name: str, kept: Mapping[str, Any], unit: UUID) -> Any:
        restricted = field.definition is not None and field.definition.restricted
        if restricted and open_to is not None and unit not in open_to:
            return None
        value = (kept[field.of] or {}).get(name.rpartition(".")[2])
        return addresses.get(value, value) if field.names_a_person else value

    def lines() -> Iterator[list[Any]]:
        for *values, of_use_case, of_model, model, unit in listed:
            if model is None:
                # a use case without a model stands in the list under its own name
                values[place] = ""
            kept = {"use_case": of_use_case, "model": of_model}
            yield [*values, *(own(field, name, kept, unit) for name, field in custom.items())]

    return [*columns, *custom], lines()


def _excel(header: list[str], lines: Iterator[list[Any]]) -> Iterator[bytes]:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Models")
    sheet.freeze_panes = "B2"
    sheet.append(header)
    for line in lines:
        sheet.append([_in_excel(value) for value in line])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(1 << 16):
            yield chunk


def _in_excel(value: Any) -> Any:
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return cells.guarded(cells.plain(cells.shown(value)))


def _rows_as_json(header: list[str], lines: Iterator[list[Any]]) -> Iterator[bytes]:
    return _json(dict(zip(header, line, strict=True)) for line in lines)


def _json(items: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    separator = "[\n"
    for item in items:
        yield (separator + json.dumps(item, default=_plain, ensure_ascii=False)).encode()
        separator = ",\n"
    yield b"[]\n" if separator == "[\n" else b"\n]\n"


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _records(who: User, found: Any, at: datetime | None) -> Iterator[dict[str, Any]]:
    # the whole record takes every app above, a list takes none
    from remit.inventory import record

    for row in found.select_related("use_case", "model").iterator(chunk_size=100):
        hidden = record.hidden_from(who, row.use_case, row.model)
        yield record.of(row.use_case, row.model, at=at, hidden=hidden)


_WRITERS = {"csv": as_csv, "xlsx": _excel, "json": _rows_as_json}
