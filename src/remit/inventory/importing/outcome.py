"""What importing a file would do: the entries that would be new, and the changes of those that are there."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import Model as Row

from remit.inventory.importing import cells
from remit.inventory.importing.checking import Fault
from remit.inventory.models import Model, UseCase


@dataclass(slots=True, eq=False)
class NewUseCase:
    """A use case to file, with the values that rows give it and the number of the first row."""

    name: str
    row: int
    values: dict[str, Any]


@dataclass(slots=True, eq=False)
class NewModel:
    """A model to register in a use case, new or there."""

    row: int
    use_case: NewUseCase | UseCase
    values: dict[str, Any]


@dataclass(slots=True, eq=False)
class NewVersion:
    """A version to register of a model, new or there."""

    row: int
    model: NewModel | Model
    values: dict[str, Any]


@dataclass(slots=True, eq=False)
class Edit:
    """Changes of an entry that is there: new values by field, in JSON types, custom fields by key.

    `said` has the same in words: what is changed, from what, to what.
    """

    row: int
    subject: UseCase | Model
    changes: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    external_key: str = ""
    said: list[tuple[str, str, str]] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.changes or self.custom or self.external_key)


@dataclass(slots=True)
class Plan:
    """What applying would do, and the faults that stand against it. Rows are numbers in the file."""

    use_cases: list[NewUseCase] = field(default_factory=list)
    models: list[NewModel] = field(default_factory=list)
    versions: list[NewVersion] = field(default_factory=list)
    edits: dict[UseCase | Model, Edit] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    created: set[int] = field(default_factory=set)
    updated: set[int] = field(default_factory=set)
    rows: int = 0

    def preview(self, most: int) -> list[dict[str, Any]]:
        """Return the first models that would be new, and the first entries that would change, in words."""
        new = [
            {
                "row": model.row,
                "name": model.values["name"],
                "use_case": model.use_case.name,
                "owner": words(_of(model.use_case, "owner")),
                "unit": words(_of(model.use_case, "unit")),
            }
            for model in self.models[:most]
        ]
        changed = [
            {
                "row": edit.row,
                "name": edit.subject.name,
                "reference": edit.subject.reference,
                "changes": edit.said,
            }
            for edit in islice(self.edits.values(), most)
        ]
        return new + changed

    @property
    def unchanged(self) -> int:
        """How many rows say what the inventory says."""
        return self.rows - len(self.created) - len(self.updated) - len({fault.row for fault in self.faults})


def words(value: Any) -> str:
    """Return a value as a preview says it: a person, a unit or a vendor by name."""
    return str(value) if isinstance(value, Row) else cells.shown(value)


def _of(use_case: NewUseCase | UseCase, name: str) -> Any:
    return use_case.values[name] if isinstance(use_case, NewUseCase) else getattr(use_case, name)


def in_json(value: Any) -> Any:
    """Return a draft's value as the record keeps it, in JSON types; a vendor that is not there yet stays."""
    if isinstance(value, Row):
        return value if value._state.adding else str(value.pk)
    return f"{value:.2f}" if isinstance(value, Decimal) else value
