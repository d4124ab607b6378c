"""The way in: data or profiles in, metric rows out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from remit.kernel.problems import Invalid
from remit.measure.backends.polars import Source, edges_of, profile_of
from remit.measure.contract import MetricRow, Schema
from remit.measure.metrics import chosen
from remit.measure.metrics.base import Pair
from remit.measure.profile import Edges, Profile, same_cuts


def measure(
    reference: Source | Profile | None,
    current: Source | Profile,
    schema: Schema | None = None,
    *,
    metrics: Iterable[str] | None = None,
    segments: Iterable[str] = (),
    window: str = "",
) -> list[MetricRow]:
    """Measure current data, compared with a reference.

    Args:
        reference: what to compare with; None leaves drift not computable.
        current: what to measure. Either side may be a profile, which knows its schema and edges.
        schema: the columns' roles; may be left out when a side is a profile.
        metrics: names of metrics or families; all of them when None.
        segments: category columns, beyond the protected ones, by which performance is measured too.
        window: the name of the period, copied to every row.

    Raises:
        Invalid: data cannot be read or do not fit the schema, or two profiles do not fit each other.
    """
    wanted = chosen(metrics)
    before, now = profiles(reference, current, schema, segments=segments)
    return rows_of(before, now, metrics=[metric.name for metric in wanted], window=window)


def profiles(
    reference: Source | Profile | None,
    current: Source | Profile,
    schema: Schema | None = None,
    *,
    segments: Iterable[str] = (),
) -> tuple[Profile | None, Profile]:
    """Return the profiles of both sides, counted against the edges of the reference.

    Raises:
        Invalid: as `measure`.
    """
    if isinstance(reference, Profile) or isinstance(current, Profile):
        given = reference if isinstance(reference, Profile) else current
        assert isinstance(given, Profile)  # noqa: S101 - for the type checker: one of them is
        schema, edges = _of_profile(given, schema, segments)
    elif schema is None:
        raise Invalid("There is no schema.", remedy="Give one: it says which column plays which role.")
    else:
        edges = edges_of(current if reference is None else reference, schema, segments=segments)
    now = current if isinstance(current, Profile) else profile_of(current, schema, edges)
    if reference is None or isinstance(reference, Profile):
        before = reference
    else:
        before = profile_of(reference, schema, edges)
    if before is not None and not same_cuts(before, now):
        remedy = "Profile both with the edges of one reference."
        raise Invalid("The two profiles were counted against different edges or schemas.", remedy=remedy)
    return before, now


def rows_of(
    reference: Profile | None, current: Profile, *, metrics: Iterable[str] | None = None, window: str = ""
) -> list[MetricRow]:
    """Compute metrics from profiles alone; no data are read."""
    pair = Pair(reference, current)
    return [replace(row, window=window) for metric in chosen(metrics) for row in metric.compute(pair)]


def _of_profile(given: Profile, schema: Schema | None, segments: Iterable[str]) -> tuple[Schema, Edges]:
    if schema is not None and schema != given.schema:
        remedy = "Leave the schema out, or profile the data anew."
        raise Invalid("The profile was made with another schema than the one given.", remedy=remedy)
    kept = () if given.joint is None else given.joint.axes
    if lacking := [name for name in segments if name not in kept]:
        remedy = "Profile the data anew with these segments."
        raise Invalid(f"The profile was made without the segment {', '.join(lacking)}.", remedy=remedy)
    return given.schema, given.edges
