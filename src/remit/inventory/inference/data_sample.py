"""A data sample: kinds and ranges from the values, roles from the names."""

from __future__ import annotations

from pathlib import Path

from remit.inventory.inference.contract import Draft, draft_of
from remit.measure.contract import Column

FORMAT = "a CSV or Parquet sample"


def reads(path: Path, name: str) -> bool:
    """Whether a file is CSV or Parquet by its name."""
    del path
    return name.lower().endswith((".csv", ".parquet", ".pq"))


def draft(path: Path) -> Draft:
    """Return what the values suggest; see `inference.Reader`."""
    # polars takes a tenth of a second to import
    from remit.measure.backends import sample

    columns, notes = [], {}
    for facts in sample.described(path):
        unique = facts.kind == "category" and facts.rows > 20 and facts.distinct == facts.rows
        if unique:
            notes[facts.name] = "Each row has another value: taken for an identifier."
        elif facts.minimum is not None:
            notes[facts.name] = "The range is that of the sample."
        columns.append(
            Column(
                facts.name,
                role="identifier" if unique else "feature",
                kind=facts.kind,
                minimum=facts.minimum,
                maximum=facts.maximum,
                categories=facts.levels,
            )
        )
    return draft_of(columns, FORMAT, used=False, notes=notes)
