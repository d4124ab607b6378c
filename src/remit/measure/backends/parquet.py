"""Reading Parquet for parts that may not import Polars: filters, joins, rows, aggregates by SQL.

A `Scan` is lazy: nothing is read until `rows`, `frame`, `count` or `query` asks, and then only the
columns and row groups that the filters leave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import polars as pl

from remit.kernel.problems import Broken, Invalid

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "contains"]


@dataclass(frozen=True, slots=True)
class Scan:
    """A lazy view over Parquet files whose columns may differ from file to file; absent ones read as null."""

    lazy: pl.LazyFrame
    paths: tuple[Path, ...] = ()

    @property
    def columns(self) -> list[str]:
        """The column names over all files."""
        return list(self._guarded(lambda: self.lazy.collect_schema().names()))

    def where(self, column: str, operator: Operator, value: Any) -> Scan:
        """Keep the rows that satisfy the comparison; a column no file has keeps none.

        Raises:
            Invalid: the operator is unknown.
        """
        if column not in self.columns:
            return Scan(self.lazy.filter(pl.lit(value=False)), self.paths)
        return Scan(self.lazy.filter(_comparison(pl.col(column), operator, value)), self.paths)

    def join(self, other: Scan, *, on: str) -> Scan:
        """Add the other's columns where `on` agrees; rows without a partner keep nulls."""
        if not other.columns:
            return self
        return Scan(self.lazy.join(other.lazy, on=on, how="left"), self.paths + other.paths)

    def latest(self, *, by: str, order: str) -> Scan:
        """Keep one row for each value of `by`: the one that comes last by `order`."""
        if not self.columns:
            return self
        return Scan(self.lazy.sort(order).unique(by, keep="last", maintain_order=True), self.paths)

    def sort(self, column: str, *, descending: bool = False) -> Scan:
        """Order the rows; nulls come last."""
        if column not in self.columns:
            return self
        return Scan(self.lazy.sort(column, descending=descending, nulls_last=True), self.paths)

    def select(self, *columns: str) -> Scan:
        """Keep these columns, in this order; those no file has become null."""
        have = set(self.columns)
        chosen = [pl.col(name) if name in have else pl.lit(None).alias(name) for name in columns]
        return Scan(self.lazy.select(chosen), self.paths)

    def rows(self, limit: int | None = None, offset: int = 0) -> list[dict[str, Any]]:
        """Return rows as plain dictionaries."""
        lazy = self.lazy if limit is None and not offset else self.lazy.slice(offset, limit)
        return list(self._guarded(lambda: lazy.collect().to_dicts()))

    def count(self) -> int:
        """Return the number of rows."""
        return int(self._guarded(lambda: self.lazy.select(pl.len()).collect().item()))

    def frame(self) -> pl.DataFrame:
        """Return everything as a Polars frame, which `measure` takes as a source."""
        frame: pl.DataFrame = self._guarded(self.lazy.collect)
        return frame

    def _guarded(self, read: Callable[[], Any]) -> Any:
        try:
            return read()
        except (pl.exceptions.PolarsError, OSError) as failure:
            raise _named(self.paths, failure) from failure


def scan(paths: Iterable[Path | str]) -> Scan:
    """Open Parquet files together; no files give a scan of no rows.

    Raises:
        Broken: a file is missing or is not Parquet; the detail names it.
    """
    listed = tuple(Path(path) for path in paths)
    if not listed:
        return Scan(pl.LazyFrame())
    for path in listed:
        if not path.is_file():
            raise Broken(f"The file {path} is missing.", remedy="Restore it from a backup.")
    lazies = [pl.scan_parquet(path) for path in listed]
    return Scan(lazies[0] if len(lazies) == 1 else pl.concat(lazies, how="diagonal_relaxed"), listed)


def of_rows(rows: Sequence[Mapping[str, Any]]) -> Scan:
    """Return a scan over rows already in memory, such as labels out of the database."""
    return Scan(pl.LazyFrame([dict(row) for row in rows], infer_schema_length=None))


def query(sql: str, **tables: Scan) -> list[dict[str, Any]]:
    """Answer a SELECT over the named scans, as plain dictionaries.

    The statement is the caller's own text: values from outside go through `Scan.where`, never into it.
    """
    context = pl.SQLContext({name: table.lazy for name, table in tables.items()})
    paths = tuple(path for table in tables.values() for path in table.paths)
    whole = Scan(context.execute(sql, eager=False), paths)
    return whole.rows()


def write(rows: Sequence[Mapping[str, Any]], path: Path) -> int:
    """Write rows as one zstd Parquet file, all or nothing; returns the number of rows."""
    temporary = path.with_name(f".{path.name}.part")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        pl.DataFrame([dict(row) for row in rows], infer_schema_length=None).write_parquet(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return len(rows)


def _comparison(column: pl.Expr, operator: Operator, value: Any) -> pl.Expr:
    comparisons: dict[str, Any] = {
        "=": lambda: column == value,
        "!=": lambda: column != value,
        "<": lambda: column < value,
        "<=": lambda: column <= value,
        ">": lambda: column > value,
        ">=": lambda: column >= value,
        "in": lambda: column.is_in(list(value)),
        "contains": lambda: column.cast(pl.String).str.contains(str(value), literal=True),
    }
    if operator not in comparisons:
        raise Invalid(f"{operator!r} is not a comparison.", remedy=f"Use one of {', '.join(comparisons)}.")
    expression: pl.Expr = comparisons[operator]()
    return expression


def _named(paths: tuple[Path, ...], failure: Exception) -> Exception:
    for path in paths:
        try:
            pl.read_parquet(path)
        except (pl.exceptions.PolarsError, OSError) as broken:
            return Broken(
                f"The Parquet file {path} cannot be read: {str(broken).splitlines()[0]}.",
                remedy="Restore it from a backup; its digest is in the ledger.",
            )
    return failure
