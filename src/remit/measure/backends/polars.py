"""The counts contract executed by Polars: files and frames on this machine, streaming."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from remit.kernel.problems import Invalid
from remit.measure.contract import Column, Schema
from remit.measure.profile import (
    EXAMPLES,
    CategoryCounts,
    Edges,
    Joint,
    NumericCounts,
    NumericEdges,
    Profile,
    grouped,
)

Source: TypeAlias = str | Path | Sequence[str | Path] | pl.DataFrame | pl.LazyFrame

BINS = 80
SCORE_BINS = 1000
MOST_LEVELS = 1000
SAMPLE_ROWS = 131_072
SAMPLE_SLICES = 8
SMALLEST_PROBABILITY = float(np.finfo(np.float64).eps)
BOOLEAN_SPELLINGS = {
    "1": "true",
    "True": "true",
    "TRUE": "true",
    "0": "false",
    "False": "false",
    "FALSE": "false",
}


def open_source(source: Source, schema: Schema, segments: Iterable[str] = ()) -> pl.LazyFrame:
    """Return the columns that are counted, each in the form it is counted in.

    Numbers become finite numbers or null (their infinities in a column `name|infinite`), categories
    become text.

    Raises:
        Invalid: a file cannot be read, a column is missing, or its type does not fit its kind.
    """
    lazy, name = _scan(source, schema)
    try:
        types = lazy.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as failure:
        raise Invalid(f"{name} cannot be read: {_first_line(failure)}.") from failure
    wanted = [column for column in schema.columns if column.counted]
    for missing in [column for column in wanted if column.name not in types]:
        raise Invalid(
            f"{name} has no column {missing.name!r}, which the schema names as {missing.role}.",
            fields={missing.name: "missing"},
            remedy=f"Its columns are {', '.join(types.names()[:40])}.",
        )
    for segment in segments:
        if segment not in schema or schema[segment].kind not in {"category", "boolean"}:
            remedy = "Name category or boolean columns of the schema."
            raise Invalid(f"{segment!r} cannot be a segment.", fields={"segments": segment}, remedy=remedy)
    return lazy.select([part for column in wanted for part in _prepared(column, types[column.name], name)])


def edges_of(
    source: Source, schema: Schema, *, segments: Iterable[str] = (), bins: int = BINS, whole: bool = False
) -> Edges:
    """Take edges from a reference: its 80-quantiles, deciles among them, or all its values when they are few.

    Up to 131,072 rows are read whole; of more, eight evenly spaced slices of together that many, so that
    a quantile's rank is off by about 0.14 percentage points (one standard error) at the median. The
    counts of the reference itself are always of all its rows. `whole` reads all rows.
    """
    segments = tuple(segments)
    sample = _sample(open_source(source, schema, segments), whole=whole)
    numeric = {
        column.name: _numeric_edges(sample[column.name], bins)
        for column in schema.columns
        if column.counted and column.kind == "numeric"
    }
    score = schema.only("score")
    levels, open_levels = {}, set()
    for column in schema.columns:
        if column.counted and column.kind != "numeric":
            levels[column.name], more = _levels(column, sample[column.name])
            open_levels |= {column.name} if more else set()
    return Edges(
        numeric=numeric,
        levels=levels,
        open_levels=frozenset(open_levels),
        score=_score_edges(sample[score.name]) if score else (),
        segments=tuple(name for name in dict.fromkeys(segments) if schema[name].role not in _OWN_AXES),
    )


_OWN_AXES = {"label", "prediction", "protected"}


def profile_of(source: Source, schema: Schema, edges: Edges) -> Profile:
    """Count a data set against edges, streaming: memory does not grow with its rows.

    Raises:
        Invalid: as `open_source`.
    """
    lazy = open_source(source, schema, edges.segments)
    numeric = [column for column in schema.columns if column.name in edges.numeric]
    category = [column for column in schema.columns if column.name in edges.levels]
    queries = [lazy.select([pl.len().alias("rows"), *_numeric_counts(numeric, edges)])]
    queries += [lazy.group_by(column.name).agg(pl.len().alias("n")) for column in category]
    joint = _joint_query(lazy, schema, edges)
    queries += [] if joint is None else [joint]
    try:
        # one after the other: together they take no less time and twice the memory
        answers = [query.collect(engine="streaming") for query in queries]
    except (pl.exceptions.PolarsError, OSError) as failure:
        raise Invalid(f"{_called(source)} cannot be read: {_first_line(failure)}.") from failure
    counts = answers[0].row(0, named=True)
    return Profile(
        schema=schema,
        edges=edges,
        rows=int(counts["rows"]),
        numeric={column.name: _numeric_of(column, counts, edges.numeric[column.name]) for column in numeric},
        category={
            column.name: _category_of(answer, edges.levels[column.name])
            for column, answer in zip(category, answers[1:], strict=False)
        },
        joint=None if joint is None else _joint_of(answers[-1], _axes(schema, edges)),
    )


def _scan(source: Source, schema: Schema) -> tuple[pl.LazyFrame, str]:
    if isinstance(source, pl.DataFrame | pl.LazyFrame):
        return source.lazy(), _called(source)
    paths = [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]
    if not paths:
        raise Invalid("There is no file to measure.")
    for path in paths:
        if not path.is_file():
            raise Invalid(f"There is no file {path}.", remedy="Give the path of a Parquet or CSV file.")
    lazies = [_scan_file(path, schema) for path in paths]
    return lazies[0] if len(lazies) == 1 else pl.concat(lazies, how="diagonal_relaxed"), _called(source)


def _scan_file(path: Path, schema: Schema) -> pl.LazyFrame:
    suffix = path.suffix.lower()
    if suffix in {".parquet", ".pq"}:
        return pl.scan_parquet(path)
    if suffix != ".csv":
        remedy = "Give a Parquet (.parquet) or CSV (.csv) file."
        raise Invalid(f"{path} is neither Parquet nor CSV by its name.", remedy=remedy)
    try:
        present = pl.scan_csv(path, infer_schema=False).collect_schema().names()
    except (pl.exceptions.PolarsError, OSError) as failure:
        raise Invalid(f"{path} cannot be read: {_first_line(failure)}.") from failure
    types: dict[str, Any] = {
        column.name: pl.Float64 if column.kind == "numeric" else pl.String
        for column in schema.columns
        if column.name in present and column.counted
    }
    return pl.scan_csv(path, schema_overrides=types, infer_schema=False, null_values=["", "NA", "null"])


def _prepared(column: Column, dtype: pl.DataType, source: str) -> list[pl.Expr]:
    name, values = column.name, pl.col(column.name)
    if dtype == pl.Null:
        dtype = pl.Float64() if column.kind == "numeric" else pl.String()
        values = values.cast(dtype)
    if column.kind == "numeric":
        if not (dtype.is_numeric() or dtype == pl.Boolean):
            raise Invalid(
                f"Column {name!r} of {source} holds {dtype}, but the schema says numeric.",
                fields={name: "not numeric"},
                remedy="Set its kind to category, or convert it.",
            )
        if dtype.is_integer():
            return [values, pl.lit(value=False).alias(f"{name}|infinite")]
        values = values.cast(pl.Float64)
        finite = pl.when(values.is_finite()).then(values).alias(name)
        return [finite, values.is_infinite().fill_null(value=False).alias(f"{name}|infinite")]
    if dtype.is_nested() or dtype in {pl.Object, pl.Binary}:
        raise Invalid(
            f"Column {name!r} of {source} holds {dtype}, which is no category.", fields={name: str(dtype)}
        )
    return [_text(column, dtype, values).alias(name)]


def _text(column: Column, dtype: pl.DataType, values: pl.Expr) -> pl.Expr:
    if dtype.is_float():
        whole = values.cast(pl.Int64, strict=False)
        text = (
            pl.when(values == whole)
            .then(whole.cast(pl.String))
            .otherwise(values.fill_nan(None).cast(pl.String))
        )
    else:
        text = values if dtype == pl.String else values.cast(pl.String)
    return text.replace(BOOLEAN_SPELLINGS) if column.kind == "boolean" else text


def _sample(lazy: pl.LazyFrame, *, whole: bool) -> pl.DataFrame:
    try:
        rows = lazy.select(pl.len()).collect().item()
        if whole or rows <= SAMPLE_ROWS:
            return lazy.collect()
        width = SAMPLE_ROWS // SAMPLE_SLICES
        starts = [index * (rows - width) // (SAMPLE_SLICES - 1) for index in range(SAMPLE_SLICES)]
        # one after the other: together they would hold eight row groups in memory
        return pl.concat([lazy.slice(start, width).collect() for start in starts])
    except (pl.exceptions.PolarsError, OSError) as failure:
        raise Invalid(f"The reference cannot be read: {_first_line(failure)}.") from failure


def _numeric_edges(values: pl.Series, bins: int) -> NumericEdges:
    ordered = np.sort(values.drop_nulls().to_numpy().astype(np.float64))
    if not len(ordered):
        return NumericEdges()
    deciles = np.unique(_quantiles(ordered, 10))
    distinct = np.unique(ordered)
    lattice = len(distinct) <= bins
    points = distinct if lattice else np.unique(np.concatenate([_quantiles(ordered, bins), deciles]))
    return NumericEdges(
        points=tuple(points.tolist()),
        deciles=tuple(np.searchsorted(points, deciles).tolist()),
        lattice=lattice,
        centre=float(points[len(points) // 2]),
    )


def _quantiles(ordered: np.ndarray[Any, Any], parts: int) -> np.ndarray[Any, Any]:
    """The inverse of the empirical distribution at 1/parts, 2/parts, ...: always values that occur."""
    ranks = -(-np.arange(1, parts) * len(ordered) // parts) - 1
    return ordered[ranks]


def _score_edges(values: pl.Series) -> tuple[float, ...]:
    ordered = np.sort(values.drop_nulls().to_numpy().astype(np.float64))
    distinct = np.unique(ordered)
    points = distinct if len(distinct) <= SCORE_BINS else np.unique(_quantiles(ordered, SCORE_BINS))
    tenths = np.arange(1, 10) / 10
    return tuple(np.unique(np.concatenate([points, tenths])).tolist())


def _levels(column: Column, values: pl.Series) -> tuple[tuple[str, ...], bool]:
    if column.kind == "boolean":
        return ("false", "true"), False
    if column.categories:
        return tuple(sorted(column.categories)), False
    counts = values.drop_nulls().value_counts().sort(["count", column.name], descending=[True, False])
    kept = counts[column.name].head(MOST_LEVELS).to_list()
    return tuple(sorted(kept)), counts.height > MOST_LEVELS


def _numeric_counts(columns: list[Column], edges: Edges) -> list[pl.Expr]:
    asked: list[pl.Expr] = []
    for column in columns:
        name, cut = column.name, edges.numeric[column.name]
        values = pl.col(name)
        deviation = values.cast(pl.Float64) - cut.centre
        infinite = pl.col(f"{name}|infinite").sum()
        asked += [
            values.count().alias(f"{name}|n"),
            infinite.alias(f"{name}|infinite"),
            values.min().cast(pl.Float64).alias(f"{name}|minimum"),
            values.max().cast(pl.Float64).alias(f"{name}|maximum"),
            deviation.sum().alias(f"{name}|total"),
            (deviation * deviation).sum().alias(f"{name}|squares"),
        ]
        asked += [(values > edge).sum().alias(f"{name}|{index}") for index, edge in enumerate(cut.points)]
        if cut.points:
            beyond = deviation * (values > cut.points[-1])
            below = deviation * (values <= cut.points[0])
            asked += [below.sum().alias(f"{name}|low"), beyond.sum().alias(f"{name}|high")]
        bounds = [values < column.minimum] if column.minimum is not None else []
        bounds += [values > column.maximum] if column.maximum is not None else []
        asked += [(sum((b.sum() for b in bounds), start=infinite)).alias(f"{name}|outside")] if bounds else []
    return asked


def _numeric_of(column: Column, counts: dict[str, Any], cut: NumericEdges) -> NumericCounts:
    def of(what: str) -> Any:
        return counts.get(f"{column.name}|{what}")

    n, infinite = int(of("n")), int(of("infinite") or 0)
    return NumericCounts(
        n=n,
        nulls=int(counts["rows"]) - n - infinite,
        infinite=infinite,
        outside=of("outside"),
        minimum=of("minimum"),
        maximum=of("maximum"),
        total=float(of("total") or 0.0),
        squares=float(of("squares") or 0.0),
        above=tuple(int(of(str(index)) or 0) for index in range(len(cut.points))),
        low=float(of("low") or 0.0),
        high=float(of("high") or 0.0),
    )


def _category_of(answer: pl.DataFrame, levels: tuple[str, ...]) -> CategoryCounts:
    name = answer.columns[0]
    present = answer.filter(pl.col(name).is_not_null())
    known = present.filter(pl.col(name).is_in(list(levels)))
    found = dict(zip(known[name].to_list(), known["n"].to_list(), strict=True))
    unseen = present.filter(~pl.col(name).is_in(list(levels)))
    return CategoryCounts(
        n=int(present["n"].sum()),
        nulls=int(answer.filter(pl.col(name).is_null())["n"].sum()),
        levels=tuple(found.get(level, 0) for level in levels),
        unseen=int(unseen["n"].sum()),
        examples=tuple(unseen[name].sort().head(EXAMPLES).to_list()),
    )


def _axes(schema: Schema, edges: Edges) -> tuple[str, ...]:
    own = [column.name for role in ("label", "prediction") if (column := schema.only(role))]
    protected = [column.name for column in schema.of_role("protected")]
    return (*own, *protected, *edges.segments)


def _joint_query(lazy: pl.LazyFrame, schema: Schema, edges: Edges) -> pl.LazyFrame | None:
    axes = _axes(schema, edges)
    score, label = schema.only("score"), schema.only("label")
    if score is None and label is None and schema.only("prediction") is None:
        return None
    if score is None:
        zero = pl.lit(0.0)
        sums = [zero.alias("score"), zero.alias("squares"), zero.alias("loss")]
        binned = lazy.select([*(pl.col(name).alias(f"axis|{name}") for name in axes)])
        counted = binned.group_by([f"axis|{name}" for name in axes]).agg(pl.len().alias("n"))
        return counted.with_columns(pl.lit(-1, dtype=pl.Int64).alias("bin"), *sums)
    value = pl.col(score.name).cast(pl.Float64)
    place = pl.lit(pl.Series(list(edges.score), dtype=pl.Float64)).search_sorted(value, side="left")
    binned = lazy.select(
        pl.when(value.is_not_null()).then(place.cast(pl.Int64)).otherwise(-1).alias("bin"),
        value.fill_null(0.0).alias("score"),
        _loss(value, label).alias("loss"),
        *(pl.col(name).alias(f"axis|{name}") for name in axes),
    )
    return binned.group_by("bin", *(f"axis|{name}" for name in axes)).agg(
        pl.len().alias("n"),
        pl.col("score").sum(),
        (pl.col("score") * pl.col("score")).sum().alias("squares"),
        pl.col("loss").sum(),
    )


def _loss(score: pl.Expr, label: Column | None) -> pl.Expr:
    """The log loss of each row, probabilities clipped as scikit-learn does; 0 where it is not defined."""
    if label is None:
        return pl.lit(0.0)
    chance = score.clip(SMALLEST_PROBABILITY, 1 - SMALLEST_PROBABILITY)
    right = pl.when(pl.col(label.name) == (label.positive or "true")).then(chance).otherwise(1 - chance)
    return pl.when(pl.col(label.name).is_not_null() & score.is_not_null()).then(-right.log()).otherwise(0.0)


def _joint_of(answer: pl.DataFrame, axes: tuple[str, ...]) -> Joint:
    levels: list[tuple[str | None, ...]] = []
    codes = np.zeros((answer.height, len(axes)), dtype=np.int64)
    for index, axis in enumerate(axes):
        values = answer[f"axis|{axis}"]
        names: list[str | None] = values.drop_nulls().unique().sort().to_list()
        names = [None, *names] if values.null_count() else names
        place = {value: code for code, value in enumerate(names)}
        codes[:, index] = [place[value] for value in values.to_list()]
        levels.append(tuple(names))
    sums = (answer[name].to_numpy().astype(np.float64) for name in ("score", "squares", "loss"))
    bins, n = answer["bin"].to_numpy(), answer["n"].to_numpy().astype(np.int64)
    return grouped(axes, tuple(levels), bins, codes, n, *sums)


def _called(source: Source) -> str:
    if isinstance(source, pl.DataFrame | pl.LazyFrame):
        return "the frame"
    if isinstance(source, str | Path):
        return str(source)
    paths = [str(path) for path in source]
    return paths[0] if len(paths) == 1 else f"one of {', '.join(paths[:5])}"


def _first_line(failure: Exception) -> str:
    return (
        str(failure).strip().splitlines()[0].rstrip(".") if str(failure).strip() else type(failure).__name__
    )
