"""Schemas as YAML files, with errors that name the line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from remit.kernel.problems import Invalid
from remit.measure.contract import Schema


def load(path: Path) -> Schema:
    """Read a schema file.

    Raises:
        Invalid: the file is missing, is not YAML, or a field is wrong; the detail names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        raise Invalid(f"The schema {path} cannot be read: {failure}.") from failure
    return loads(text, str(path))


def loads(text: str, name: str = "schema") -> Schema:
    """Read a schema from YAML text; `name` is what errors call it.

    Raises:
        Invalid: as `load`.
    """
    try:
        loader = yaml.SafeLoader(text)
        node = loader.get_single_node()
        data: Any = loader.construct_document(node) if node is not None else {}
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        line = f"line {mark.line + 1} of " if mark else ""
        what = getattr(failure, "problem", "") or "it is not YAML"
        raise Invalid(f"Cannot read {line}{name}: {what}.") from failure
    try:
        return Schema.of(data)
    except Invalid as problem:
        line_number = _line(node, next(iter(problem.fields), ""))
        where = f"{name}, line {line_number}" if line_number else name
        raise Invalid(f"{where}: {problem.detail}", fields=problem.fields, remedy=problem.remedy) from problem


def dumps(schema: Schema) -> str:
    """Write a schema as YAML text that `loads` reads back to the same schema."""
    return str(yaml.safe_dump(schema.as_dict(), sort_keys=False, allow_unicode=True))


def _line(node: Any, field: str) -> int | None:
    """Return the line of `columns[i].field`: the field's own where it is written, else its column's."""
    found = re.fullmatch(r"columns\[(\d+)\]\.(\w+)", field)
    if found is None or not isinstance(node, yaml.MappingNode):
        return None
    entry = next(value for key, value in node.value if key.value == "columns").value[int(found[1])]
    if isinstance(entry, yaml.MappingNode):
        for key, _ in entry.value:
            if key.value == found[2]:
                return int(key.start_mark.line) + 1
    return int(entry.start_mark.line) + 1
