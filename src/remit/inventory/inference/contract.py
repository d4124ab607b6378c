"""A drafted schema, and what in it is only suggested."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from remit.kernel.problems import Invalid
from remit.measure.contract import SINGLE_ROLES, Column, Role, Schema


@dataclass(frozen=True, slots=True)
class Draft:
    """A schema as a file says it.

    Attributes:
        schema: the columns.
        source: the format it was read from.
        notes: by column, what was guessed or should be looked at, in a sentence.
    """

    schema: Schema
    source: str
    notes: Mapping[str, str] = field(default_factory=dict)


_PROTECTED: Final = re.compile(
    r"(^|_)(sex|gender|race|ethnicity|ethnic|afam|hispanic|religion|marital|disab\w*|nationality|national_origin|"
    r"minority|pregnan\w*|orientation|age)(_|$)"
)
_IDENTIFIER: Final = re.compile(r"(^|_)(id|uuid|guid|key|reference)$")
_TIMESTAMP: Final = re.compile(r"(^|_)(date|time|timestamp|at)$")
_LABEL: Final = re.compile(r"^(y|label|target|outcome|defaulted|churned|is_fraud)$")
_WEIGHT: Final = re.compile(r"^(weight|sample_weight|case_weight)$")


def suggested(column: Column) -> tuple[Role, str]:
    """Return the role a column's name suggests, and the note that says so; feature and nothing otherwise."""
    name = re.sub(r"[^a-z0-9]+", "_", column.name.lower()).strip("_")
    if _PROTECTED.search(name):
        return "protected", "By its name a protected attribute."
    if _IDENTIFIER.search(name):
        return "identifier", "By its name an identifier."
    if column.kind == "timestamp" or _TIMESTAMP.search(name):
        return "timestamp", "By its name or values the time of the row."
    if _LABEL.search(name):
        return "label", "By its name the outcome."
    if _WEIGHT.search(name):
        return "weight", "By its name a weight."
    return "feature", ""


def draft_of(columns: Iterable[Column], source: str, *, used: bool, notes: Mapping[str, str]) -> Draft:
    """Return the draft of some columns.

    Args:
        columns: as the file has them.
        source: the format.
        used: whether the file says that its features are inputs of the model; then a role that a name
            suggests is only noted, else it is taken.
        notes: what is noted already.

    Raises:
        Invalid: there are no columns, or none that can be one schema.
    """
    said, kept, single = dict(notes), [], set[Role]()
    for column in columns:
        role, note = suggested(column) if column.role == "feature" else (column.role, "")
        fits = role not in {"protected", "label", "prediction"} or column.kind in {"category", "boolean"}
        taken = replace(column, role=role) if fits and not used else column
        if taken.role == "label" and taken.kind == "category" and not taken.positive:
            if taken.categories:
                taken = replace(taken, positive=taken.categories[-1])
                note = f"{note} Taken for positive: {taken.positive}.".strip()
            else:
                taken = replace(taken, role="identifier")
        if taken.role in SINGLE_ROLES and taken.role in single:
            taken = replace(taken, role="feature")
        single.add(taken.role)
        if note:
            said.setdefault(column.name, note)
        kept.append(taken)
    if not kept:
        raise Invalid("it names no columns.")
    return Draft(Schema(tuple(kept)), source, said)
