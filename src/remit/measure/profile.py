"""A profile: a mergeable table of counts, all that a metric may know about a data set.

Values are counted against explicit edges taken from a reference, so that two profiles with the same
edges add up: `merge(a, b)` is the profile of both data sets together. It is commutative, and associative
exactly in every count (sums of floats agree to rounding). Numpy only; executors are in `backends`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from remit.kernel.problems import Invalid
from remit.measure.contract import Schema

Counts: TypeAlias = NDArray[np.int64]
Sums: TypeAlias = NDArray[np.float64]
EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class NumericEdges:
    """Where a numeric column is cut; a bin holds `previous < x <= edge`.

    Attributes:
        points: the edges, ascending.
        deciles: which of them cut the reference into tenths (fewer where values tie).
        lattice: whether the points are all the values the reference has, so that counts lose nothing.
        centre: what sums are taken around, so that large numbers lose no precision.
    """

    points: tuple[float, ...] = ()
    deciles: tuple[int, ...] = ()
    lattice: bool = False
    centre: float = 0.0


@dataclass(frozen=True, slots=True)
class Edges:
    """Where every column of a reference is cut.

    Attributes:
        numeric: by column.
        levels: the known values of each category column.
        open_levels: category columns with more values than are listed; nothing new can be told there.
        score: cuts of the score for the joint counts, finer than its `numeric` entry.
        segments: columns, beyond label, prediction and protected ones, that the joint counts keep apart.
    """

    numeric: Mapping[str, NumericEdges] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open_levels: frozenset[str] = frozenset()
    score: tuple[float, ...] = ()
    segments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NumericCounts:
    """Counts of one numeric column; NaN counts as null, infinities are apart from `n`.

    Attributes:
        n: finite values.
        nulls: missing values, NaN among them.
        infinite: infinite values.
        outside: finite values beyond the schema's bounds, and infinite ones; None without bounds.
        minimum: smallest finite value; None when there is none.
        maximum: largest finite value.
        total: sum of `x - centre`.
        squares: sum of `(x - centre)**2`.
        above: for each edge, the values over it.
        low: sum of `x - centre` up to the first edge.
        high: sum of `x - centre` over the last edge.
    """

    n: int = 0
    nulls: int = 0
    infinite: int = 0
    outside: int | None = None
    minimum: float | None = None
    maximum: float | None = None
    total: float = 0.0
    squares: float = 0.0
    above: tuple[int, ...] = ()
    low: float = 0.0
    high: float = 0.0

    @property
    def bins(self) -> Counts:
        """Values in each bin: one more than there are edges."""
        ends = np.concatenate(([self.n], np.asarray(self.above, dtype=np.int64), [0]))
        return -np.diff(ends)

    def __add__(self, other: NumericCounts) -> NumericCounts:
        return NumericCounts(
            n=self.n + other.n,
            nulls=self.nulls + other.nulls,
            infinite=self.infinite + other.infinite,
            outside=None if self.outside is None or other.outside is None else self.outside + other.outside,
            minimum=min((x for x in (self.minimum, other.minimum) if x is not None), default=None),
            maximum=max((x for x in (self.maximum, other.maximum) if x is not None), default=None),
            total=self.total + other.total,
            squares=self.squares + other.squares,
            above=tuple(a + b for a, b in zip(self.above, other.above, strict=True)),
            low=self.low + other.low,
            high=self.high + other.high,
        )


@dataclass(frozen=True, slots=True)
class CategoryCounts:
    """Counts of one category column: each known level, the rest together with a few of its names.

    Attributes:
        n: values that are not missing.
        nulls: missing values.
        levels: by known level, in the order of `Edges.levels`.
        unseen: values that are no known level.
        examples: the alphabetically first of those values, at most `EXAMPLES`.
    """

    n: int = 0
    nulls: int = 0
    levels: tuple[int, ...] = ()
    unseen: int = 0
    examples: tuple[str, ...] = ()

    @property
    def bins(self) -> Counts:
        """Values of each known level, then the rest."""
        return np.array([*self.levels, self.unseen], dtype=np.int64)

    def __add__(self, other: CategoryCounts) -> CategoryCounts:
        return CategoryCounts(
            n=self.n + other.n,
            nulls=self.nulls + other.nulls,
            levels=tuple(a + b for a, b in zip(self.levels, other.levels, strict=True)),
            unseen=self.unseen + other.unseen,
            examples=tuple(sorted({*self.examples, *other.examples})[:EXAMPLES]),
        )


@dataclass(frozen=True, slots=True)
class Joint:
    """Joint counts of score bin, label, prediction, each protected attribute and segment.

    One entry a combination that occurs, in ascending order of `bins` then `codes`.

    Attributes:
        axes: column names.
        levels: the values on each axis, ascending, None (missing) first.
        bins: the score's bin; -1 where the score is missing or there is none.
        codes: entry by axis, indices into `levels`.
        n: rows.
        score: sum of the score.
        squares: sum of its square.
        loss: sum of `-log` of the probability the score gave to what happened.
    """

    axes: tuple[str, ...]
    levels: tuple[tuple[str | None, ...], ...]
    bins: Counts
    codes: Counts
    n: Counts
    score: Sums
    squares: Sums
    loss: Sums

    def __add__(self, other: Joint) -> Joint:
        levels = tuple(
            tuple(sorted({*mine, *theirs}, key=_null_first))
            for mine, theirs in zip(self.levels, other.levels, strict=True)
        )
        codes = np.concatenate([_recoded(self, levels), _recoded(other, levels)])
        pairs = [
            (getattr(self, name), getattr(other, name)) for name in ("bins", "n", "score", "squares", "loss")
        ]
        bins, n, score, squares, loss = (np.concatenate(pair) for pair in pairs)
        return grouped(self.axes, levels, bins, codes, n, score, squares, loss)

    def code(self, axis: str, value: str | None) -> int:
        """Return the index of a value on an axis; -1 when no row has it."""
        levels = self.levels[self.axes.index(axis)]
        return levels.index(value) if value in levels else -1

    def on(self, axis: str) -> Counts:
        """Return each entry's index on an axis."""
        column: Counts = self.codes[:, self.axes.index(axis)]
        return column

    def among(self, axis: str, values: tuple[str, ...]) -> NDArray[np.bool_]:
        """Tell for each entry whether its value on the axis is one of these."""
        return np.isin(self.on(axis), [self.code(axis, value) for value in values])

    def known(self, axis: str) -> NDArray[np.bool_]:
        """Tell for each entry whether its value on the axis is there."""
        missing = self.code(axis, None)
        return np.asarray(self.on(axis) != missing)

    def where(self, mask: NDArray[np.bool_]) -> Joint:
        """Keep the entries of a mask."""
        kept: Any = (getattr(self, name)[mask] for name in ("bins", "codes", "n", "score", "squares", "loss"))
        return Joint(self.axes, self.levels, *kept)


@dataclass(frozen=True, slots=True)
class Profile:
    """All counts of one data set.

    Attributes:
        schema: the columns' roles and kinds.
        edges: where the columns were cut.
        rows: rows seen.
        numeric: by column.
        category: by column.
        joint: None when the schema has neither score nor prediction nor label.
    """

    schema: Schema
    edges: Edges
    rows: int
    numeric: Mapping[str, NumericCounts]
    category: Mapping[str, CategoryCounts]
    joint: Joint | None = None

    def __add__(self, other: Profile) -> Profile:
        return merge(self, other)


def merge(first: Profile, *others: Profile) -> Profile:
    """Return the profile of all the data together.

    Raises:
        Invalid: the profiles have different schemas or edges.
    """
    return reduce(_merged, others, first)


def same_cuts(first: Profile, second: Profile) -> bool:
    """Tell whether two profiles count the same things against the same edges."""
    return first.schema == second.schema and first.edges == second.edges


def grouped(
    axes: tuple[str, ...],
    levels: tuple[tuple[str | None, ...], ...],
    bins: Counts,
    codes: Counts,
    n: Counts,
    *sums: Sums,
) -> Joint:
    """Add up entries of the same combination and put them in order."""
    key = np.unique(bins, return_inverse=True)[1]
    for axis, names in enumerate(levels):
        key = np.unique(key * len(names) + codes[:, axis], return_inverse=True)[1]
    _, first, key = np.unique(key, return_index=True, return_inverse=True)
    total = np.zeros(len(first), dtype=np.int64)
    np.add.at(total, key, n)
    added: list[Any] = [np.bincount(key, weights=values, minlength=len(first)) for values in sums]
    return Joint(axes, levels, bins[first], codes[first], total, *added)


def _merged(a: Profile, b: Profile) -> Profile:
    if not same_cuts(a, b):
        raise Invalid(
            "These profiles were counted against different edges or schemas, so they do not add up.",
            remedy="Profile both data sets with the edges of one reference.",
        )
    return Profile(
        schema=a.schema,
        edges=a.edges,
        rows=a.rows + b.rows,
        numeric=_added(a.numeric, b.numeric),
        category=_added(a.category, b.category),
        joint=None if a.joint is None or b.joint is None else a.joint + b.joint,
    )


def _added(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    return {name: counts + b[name] for name, counts in a.items()}


def _recoded(joint: Joint, levels: tuple[tuple[str | None, ...], ...]) -> Counts:
    codes = np.empty_like(joint.codes)
    for axis, (old, new) in enumerate(zip(joint.levels, levels, strict=True)):
        place = {value: index for index, value in enumerate(new)}
        lookup = np.array([place[value] for value in old], dtype=np.int64)
        codes[:, axis] = lookup[joint.codes[:, axis]] if len(old) else 0
    return codes


def _null_first(value: str | None) -> tuple[bool, str]:
    return (value is not None, value or "")
