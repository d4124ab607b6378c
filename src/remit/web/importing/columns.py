"""The form in which each field gets its column: one row a field, with what the file says there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from remit.inventory import queries
from remit.inventory.rules import kinds
from remit.people import queries as people

_PARTS = (
    ("identity", "Which model"),
    ("model", "The model"),
    ("use_case", "The decision it serves"),
    ("version", "Its version"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A field, the column chosen for it, and examples of that column's cells."""

    name: str
    label: str
    help: str
    column: str
    samples: tuple[str, ...]


class Columns:
    """What stands in the form: from the request if one is given, else as the import has it."""

    def __init__(
        self,
        person: Any,
        run: Any,
        given: Mapping[str, str] | None = None,
        errors: Collection[str] = (),
    ) -> None:
        self._person = person
        self.names = [name for name in run.columns if name]
        self._run, self._errors = run, errors
        self._fields = queries.import_fields(person)
        if given is None:
            self.mapping, self.defaults = dict(run.mapping), dict(run.defaults)
        else:
            self.mapping = {field.name: given.get(f"column-{field.name}", "") for field in self._fields}
            self.defaults = {name: given.get(f"default-{name}", "") for name in ("owner", "unit", "kind")}

    @cached_property
    def parts(self) -> list[tuple[str, list[Line], list[Line]]]:
        """The fields under what they are about: those to look at, and those that the file does not say."""
        samples = queries.import_samples(self._run)
        lines = {
            field.name: Line(
                field.name,
                field.label,
                field.help,
                chosen := self.mapping.get(field.name, ""),
                tuple(samples.get(chosen, ())),
            )
            for field in self._fields
        }
        found = []
        for part, label in _PARTS:
            own = [lines[field.name] for field in self._fields if field.of == part]
            said = [line for line in own if line.column or line.name in self._errors or part == "identity"]
            found.append((label, said, [line for line in own if line not in said]))
        return found

    @property
    def unused(self) -> list[str]:
        """The columns that no field reads."""
        used = set(self.mapping.values())
        return [name for name in self.names if name not in used]

    @property
    def units(self) -> list[str]:
        """The names of the units, to take for rows that name none."""
        return [unit.name for unit in people.units()]

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of models."""
        return kinds.names()
