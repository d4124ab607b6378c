"""Predictions with known labels or groups: what accuracy and fairness count."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from remit.measure.contract import MetricRow
from remit.measure.metrics.base import Estimate, NotComputable, Pair, row_of
from remit.measure.profile import Joint, Profile

LEAST = 30


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one value of a protected attribute, and how many of them met the favourable prediction."""

    value: str
    hits: int
    n: int

    @property
    def rate(self) -> float:
        """Share with the favourable prediction."""
        return self.hits / self.n


@dataclass(frozen=True, slots=True)
class Extremes:
    """The groups with the lowest and the highest rate, among those large enough to judge."""

    lowest: Group
    highest: Group
    n: int
    enough: bool
    reason: str


def predicted(profile: Profile) -> tuple[Joint, str, tuple[str, ...]]:
    """Return the entries with a known prediction, its column, and its favourable values.

    Raises:
        NotComputable: the schema says not enough.
    """
    prediction = profile.schema.only("prediction")
    if profile.joint is None or prediction is None:
        raise NotComputable("the schema names no prediction")
    if not prediction.favourable:
        raise NotComputable(f"the schema does not say which values of {prediction.name} are favourable")
    return profile.joint.where(profile.joint.known(prediction.name)), prediction.name, prediction.favourable


def deserving(profile: Profile) -> tuple[str, tuple[str, ...]]:
    """Return the label's column and the values that deserve the favourable prediction.

    Raises:
        NotComputable: the schema says not enough.
    """
    label = profile.schema.only("label")
    if label is None:
        raise NotComputable("the schema names no label")
    if not profile.schema.favourable_labels:
        raise NotComputable(f"the schema does not say which values of {label.name} are favourable")
    return label.name, profile.schema.favourable_labels


def groups(profile: Profile, attribute: str, *, only_deserving: bool = False) -> list[Group]:
    """Count each group of a protected attribute, by name.

    Raises:
        NotComputable: the schema says not enough, or no row counts.
    """
    joint, prediction, favourable = predicted(profile)
    if only_deserving:
        label, values = deserving(profile)
        joint = joint.where(joint.among(label, values))
    hit = joint.among(prediction, favourable)
    found = []
    for value in joint.levels[joint.axes.index(attribute)]:
        if value is not None:
            rows = joint.among(attribute, (value,))
            n = int(joint.n[rows].sum())
            found += [Group(value, int(joint.n[rows & hit].sum()), n)] if n else []
    if not found:
        raise NotComputable("no row has a prediction and a group")
    return found


def extremes(profile: Profile, attribute: str, *, only_deserving: bool = False) -> Extremes:
    """Find the lowest and the highest rate; groups under `LEAST` rows are left out and named.

    Raises:
        NotComputable: there are fewer than two groups.
    """
    every = groups(profile, attribute, only_deserving=only_deserving)
    if len(every) < 2:
        raise NotComputable(f"every row is of one group, {every[0].value}")
    large = [group for group in every if group.n >= LEAST]
    enough = len(large) > 1
    judged = large if enough else every
    lowest, highest = min(judged, key=_rate), max(judged, key=_rate)
    reason = f"{lowest.value} {lowest.rate:.4f} against {highest.value} {highest.rate:.4f}"
    small = ", ".join(group.value for group in every if group.n < LEAST)
    if small:
        reason += f"; fewer than {LEAST} rows: {small}"
    return Extremes(lowest, highest, sum(group.n for group in judged), enough, reason)


def each_attribute(
    metric: str, estimate: Callable[[Profile, str], Estimate]
) -> Callable[[Pair], Iterator[MetricRow]]:
    """Return a metric's function that makes an estimate for every protected attribute."""

    def compute(pair: Pair) -> Iterator[MetricRow]:
        for column in pair.current.schema.of_role("protected"):
            yield row_of(metric, partial(estimate, pair.current, column.name), column=column.name)

    return compute


def _rate(group: Group) -> float:
    return group.rate
