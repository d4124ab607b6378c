"""How performance metrics meet their rows: scores with known labels, as a whole and by segment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from remit.measure.contract import MetricRow
from remit.measure.metrics.base import Estimate, NotComputable, Pair, row_of
from remit.measure.profile import Counts, Joint, Profile, Sums

LEAST = 30
LEAST_OF_A_CLASS = 10


@dataclass(frozen=True, slots=True)
class Scored:
    """Entries of the joint counts whose score and label are both known.

    Attributes:
        points: the score's edges.
        bins: each entry's score bin.
        positive: whether the entry's label is the one whose probability the score states.
        n: rows.
        score: sum of the score.
        squares: sum of its square.
        loss: sum of the log loss.
    """

    points: tuple[float, ...]
    bins: Counts
    positive: NDArray[np.bool_]
    n: Counts
    score: Sums
    squares: Sums
    loss: Sums

    @property
    def rows(self) -> int:
        """All rows."""
        return int(self.n.sum())

    @property
    def hits(self) -> int:
        """Rows with the positive label."""
        return int(self.n[self.positive].sum())

    @property
    def enough(self) -> bool:
        """Whether there are enough rows, and enough of the rarer class."""
        return self.rows >= LEAST and min(self.hits, self.rows - self.hits) >= LEAST_OF_A_CLASS

    @property
    def caution(self) -> str:
        """Why the number is not to be relied on, or nothing."""
        return "" if self.enough else f"fewer than {LEAST} rows, or {LEAST_OF_A_CLASS} of a class"

    @property
    def errors(self) -> Sums:
        """Sum of `(score - label)**2` of each entry."""
        return self.squares + np.where(self.positive, self.n - 2 * self.score, 0.0)


def each(
    metric: str, estimate: Callable[[Scored], Estimate], *, probability: bool = True
) -> Callable[[Pair], Iterator[MetricRow]]:
    """Return a metric's function that makes an estimate for all rows and for every segment.

    Args:
        metric: its name.
        estimate: the number for some rows.
        probability: whether the score must lie within 0 and 1.
    """

    def compute(pair: Pair) -> Iterator[MetricRow]:
        profile = pair.current
        for segment, joint in parts(profile):
            found = partial(_estimate, estimate, profile, joint, probability=probability)
            yield row_of(metric, found, segment=segment)

    return compute


def parts(profile: Profile) -> Iterator[tuple[str, Joint | None]]:
    """Yield all rows, then each value of each protected and segment column, as `column=value`."""
    yield "", profile.joint
    if profile.joint is None:
        return
    protected = [column.name for column in profile.schema.of_role("protected")]
    for axis in (*protected, *profile.edges.segments):
        for value in profile.joint.levels[profile.joint.axes.index(axis)]:
            if value is not None:
                yield f"{axis}={value}", profile.joint.where(profile.joint.among(axis, (value,)))


def _estimate(
    estimate: Callable[[Scored], Estimate], profile: Profile, joint: Joint | None, *, probability: bool
) -> Estimate:
    score, label = profile.schema.only("score"), profile.schema.only("label")
    if joint is None or score is None or label is None:
        raise NotComputable("the schema names no score or no label")
    counts = profile.numeric[score.name]
    if probability and counts.n and ((counts.minimum or 0.0) < 0 or (counts.maximum or 0.0) > 1):
        raise NotComputable("the score leaves 0 to 1, so it is no probability")
    known = joint.where(joint.known(label.name) & (joint.bins >= 0))
    if not known.n.sum():
        raise NotComputable("no row has both a score and a label")
    positive = known.among(label.name, (label.positive or "true",))
    scored = Scored(
        profile.edges.score, known.bins, positive, known.n, known.score, known.squares, known.loss
    )
    return estimate(scored)
