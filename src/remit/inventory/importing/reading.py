"""Reading a table from a file that somebody gives: CSV, Excel or JSON, within limits."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

from remit.inventory.importing import cells, flattening
from remit.kernel.problems import Invalid

MOST_BYTES = 32 << 20
MOST_ROWS = 100_000
MOST_COLUMNS = 200
_MOST_UNPACKED = 512 << 20
_MOST_TEXT = 20_000
_DELIMITERS = (",", ";", "\t", "|")
_UNCOMPUTED = "#FORMULA"
"""What stands in a cell of Excel whose formula was saved without its result; checking refuses it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: its number as the file's own program shows it, and its texts by column."""

    number: int
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a file in their order, and its rows, read as they are asked for."""

    columns: tuple[str, ...]
    rows: Iterator[Row]


@contextmanager
def opened(path: Path, name: str) -> Iterator[Table]:
    """Read a file; its kind follows from its content, and from its name for plain text.

    Args:
        path: where it is.
        name: what it was called, such as `models.xlsx`.

    Raises:
        Invalid: it is too large, no table, or damaged. Damage further down is found as rows are read.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise _refused(f"The file is larger than {MOST_BYTES >> 20} MiB.", "Split it into several files.")
    with path.open("rb") as file:
        start = file.read(4096)
        file.seek(0)
        try:
            if start.startswith(b"PK\x03\x04"):
                with _excel(file) as table:
                    yield table
            elif _is_json(start, name.lower()):
                yield _json(file.read())
            else:
                yield _csv(file.read())
        except (csv.Error, zipfile.BadZipFile, json.JSONDecodeError, UnicodeDecodeError) as error:
            raise _refused(f"The file cannot be read: {error}.", "Save it again as CSV (UTF-8).") from error


def head(path: Path, name: str, count: int = 3) -> tuple[tuple[str, ...], list[Row]]:
    """Return the columns and the first rows of a file.

    Raises:
        Invalid: as `opened`.
    """
    with opened(path, name) as table:
        return table.columns, list(islice(table.rows, count))


def _is_json(start: bytes, name: str) -> bool:
    looks = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")
    return name.endswith(".json") or (looks and not name.endswith((".csv", ".tsv", ".txt")))


def _csv(content: bytes) -> Table:
    text = _decoded(content)
    csv.field_size_limit(_MOST_TEXT * 4)
    # what is between quotes is no delimiter
    first = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
    delimiter = max(_DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns = _columns(next(lines, []))

    def rows() -> Iterator[Row]:
        number = lines.line_num + 1
        for line in lines:
            yield _row(number, columns, line)
            number = lines.line_num + 1

    return Table(columns, _limited(rows()))


def _decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 with a mark; else what Windows calls ANSI, and Latin-1 for bytes it leaves open."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


@contextmanager
def _excel(file: Any) -> Iterator[Table]:
    with zipfile.ZipFile(file) as packed:
        if sum(item.file_size for item in packed.infolist()) > _MOST_UNPACKED:
            raise _refused("The workbook is too large once unpacked.", "Save the sheet as CSV.")
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        # twice: a formula shows in one, its result in the other
        computed = openpyxl.load_workbook(file, read_only=True, data_only=True)
        written = openpyxl.load_workbook(file, read_only=True, data_only=False)
    except (KeyError, ValueError, InvalidFileException) as error:
        raise _refused(f"This is not an Excel workbook: {error}.", "Save it as .xlsx or CSV.") from error
    try:
        pairs = zip(computed.worksheets[0].iter_rows(), written.worksheets[0].iter_rows(), strict=True)
        lines = ([_cell(c, w) for c, w in zip_longest(*pair)] for pair in pairs)
        columns = _columns([_text(value) for value in next(lines, [])])
        numbered = enumerate(lines, 2)
        yield Table(columns, _limited(_row(n, columns, [_text(v) for v in line]) for n, line in numbered))
    finally:
        computed.close()
        written.close()


def _cell(computed: Any, written: Any) -> Any:
    if written is not None and written.data_type == "f" and computed.value is None:
        return _UNCOMPUTED
    return None if computed is None else computed.value


def uncomputed(text: str) -> bool:
    """Tell whether a text stands for an Excel formula that was saved without its result."""
    return text == _UNCOMPUTED


def _json(content: bytes) -> Table:
    try:
        found = json.loads(content)
    except RecursionError as error:
        raise _refused("The JSON is nested too deeply.", "Give a list of flat objects.") from error
    if isinstance(found, dict) and isinstance(found.get("models"), list):
        found = found["models"]
    items = found if isinstance(found, list) else [found]
    if not all(isinstance(item, dict) for item in items):
        raise _refused("The JSON is no list of objects.", 'Give a list such as [{"external_key": "a1"}].')
    flat = [flattening.flat(item) for item in items]
    columns = _columns(list(dict.fromkeys(name for item in flat for name in item)))
    rows = (
        Row(number, {name: _checked(_text(value)) for name, value in item.items()})
        for number, item in enumerate(flat, 1)
    )
    return Table(columns, _limited(rows))


def _columns(names: list[str]) -> tuple[str, ...]:
    names = [cells.plain(name) for name in names]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise _refused("The file has no columns.", "Put the columns' names in its first row.")
    if len(names) > MOST_COLUMNS:
        raise _refused(f"The file has more than {MOST_COLUMNS} columns.", "Leave out those not needed.")
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise _refused(f"Two columns are called {repeated[0]}.", "Give each column a name of its own.")
    return tuple(names)


def _row(number: int, columns: tuple[str, ...], texts: list[str]) -> Row:
    named = zip(columns, texts, strict=False)
    return Row(number, {name: _checked(cells.unguarded(text)) for name, text in named if name})


def _limited(rows: Iterator[Row]) -> Iterator[Row]:
    """Pass over empty rows, and refuse more than the most."""
    filled = (row for row in rows if any(row.texts.values()))
    yield from islice(filled, MOST_ROWS)
    if any(True for _ in chain(filled)):
        raise _refused(f"The file has more than {MOST_ROWS:,} rows.", "Split it into several files.")


def _checked(text: str) -> str:
    if len(text) > _MOST_TEXT:
        raise _refused(f"A cell holds more than {_MOST_TEXT:,} characters.", "Shorten it.")
    return cells.plain(text)


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else cells.shown(value)


def _refused(detail: str, remedy: str) -> Invalid:
    return Invalid(detail, fields={"file": f"{detail} {remedy}"}, remedy=remedy)
