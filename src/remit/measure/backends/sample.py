"""What the columns of a data file look like: enough to draft a schema from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from remit.kernel.problems import Invalid
from remit.measure.contract import Kind, text_of

_LEVELS = 50


@dataclass(frozen=True, slots=True)
class Facts:
    """One column of a sample.

    Attributes:
        name: the column's name.
        kind: how its values read.
        minimum: the smallest number, of a numeric column.
        maximum: the largest number, of a numeric column.
        levels: the distinct values, where there are at most 50.
        distinct: how many distinct values there are.
        rows: how many rows hold a value.
    """

    name: str
    kind: Kind
    minimum: float | None
    maximum: float | None
    levels: tuple[str, ...]
    distinct: int
    rows: int


def described(path: Path, rows: int = 200_000) -> list[Facts]:
    """Describe the columns of a CSV or Parquet file from its first rows.

    Raises:
        Invalid: the file cannot be read.
    """
    try:
        if path.suffix.lower() in {".parquet", ".pq"}:
            frame = pl.scan_parquet(path).head(rows).collect()
        else:
            frame = pl.read_csv(path, n_rows=rows, try_parse_dates=True, null_values=["", "NA", "null"])
    except (pl.exceptions.PolarsError, OSError) as failure:
        raise Invalid(f"{path.name} cannot be read: {str(failure).splitlines()[0][:200]}.") from failure
    return list(_facts(frame))


def _facts(frame: pl.DataFrame) -> Iterator[Facts]:
    for series in frame:
        values = series.drop_nulls()
        kind = _kind(values)
        distinct = values.n_unique()
        bounds = (values.min(), values.max()) if kind == "numeric" and len(values) else (None, None)
        low, high = (float(side) if isinstance(side, int | float) else None for side in bounds)
        few = kind == "category" and distinct <= _LEVELS
        levels = tuple(sorted({text_of(value) for value in values.unique()})) if few else ()
        yield Facts(series.name, kind, low, high, levels, distinct, len(values))


def _kind(values: pl.Series) -> Kind:
    if values.dtype == pl.Boolean:
        return "boolean"
    if values.dtype.is_temporal():
        return "timestamp"
    if not values.dtype.is_numeric():
        return "category"
    return "boolean" if len(values) and ((values == 0) | (values == 1)).all() else "numeric"
