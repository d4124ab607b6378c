"""Why a version scored as it did: model-agnostic, computed on the served function itself.

A contribution is the log-odds of the score minus the log-odds with that one input at its typical value.
It is exact for a model that is additive in log-odds; for others it ignores interactions, and the
contributions need not sum to the difference from the typical score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from remit.gateway.contract import Field, Reason
from remit.gateway.runtimes import Features, Runtime
from remit.kernel.problems import Problem

SAME_TO = 1e-6
_SMALLEST = 1e-9
_STEPS = 20


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """Inputs that would have been enough to reach another score."""

    changes: dict[str, float | int | bool | str | None]
    score: float


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """The same input on the archived version: the score now, and whether it is the recorded one."""

    score: float | None
    recorded: float
    same: bool
    detail: str


def log_odds(score: float) -> float:
    """Return ln(p / (1 - p)) with `score` as p, kept finite."""
    p = min(max(score, _SMALLEST), 1 - _SMALLEST)
    return math.log(p / (1 - p))


def contributions(runtime: Runtime, fields: Sequence[Field], features: Features) -> tuple[Reason, ...]:
    """Return one reason an input that has a typical value, the one that raised the score most first.

    Raises:
        Broken: the version fails on these inputs.
    """
    known = [field for field in fields if field.typical is not None]
    rows = [dict(features)] + [{**features, field.name: field.typical} for field in known]
    own, *others = (log_odds(score) for score in runtime.score(rows))
    reasons = [
        Reason(
            feature=field.name,
            label=field.label or field.name,
            value=features.get(field.name),
            typical=field.typical,
            contribution=own - other,
            text=field.reason,
        )
        for field, other in zip(known, others, strict=True)
    ]
    return tuple(sorted(reasons, key=lambda reason: -reason.contribution))


def what_would_change(
    runtime: Runtime, fields: Sequence[Field], features: Features, below: float, most: int = 4
) -> tuple[Change, ...]:
    """Return the smallest changes toward the typical that bring the score below `below`.

    Each input alone first: a number moves only as far toward its typical value as needed (to a twentieth
    of the way, a whole number in whole steps), anything else takes it. If none is enough alone, inputs are
    moved together, those that weigh most first, until they are.

    Raises:
        Broken: the version fails on these inputs.
    """
    reasons = [r for r in contributions(runtime, fields, features) if r.contribution > 0]
    if not reasons or runtime.score([features])[0] < below:
        return ()
    numeric = {field.name for field in fields if field.kind == "numeric"}
    found = [
        change
        for r in reasons
        if (change := _alone(runtime, features, r, below, stepwise=r.feature in numeric))
    ]
    if not found:
        together = _together(runtime, features, reasons, below)
        found = [together] if together else []
    return tuple(found[:most])


def replay(runtime: Runtime, features: Features, recorded: float) -> Replay:
    """Score a recorded decision again and compare to six digits."""
    try:
        score = runtime.score([features])[0]
    except Problem as problem:
        return Replay(score=None, recorded=recorded, same=False, detail=problem.detail)
    same = abs(score - recorded) <= SAME_TO
    detail = "Same score, to 6 digits." if same else f"Now {score:.6f}, recorded {recorded:.6f}."
    return Replay(score=score, recorded=recorded, same=same, detail=detail)


def _alone(
    runtime: Runtime, features: Features, reason: Reason, below: float, *, stepwise: bool
) -> Change | None:
    start, end = reason.value, reason.typical
    values: list[float | int | bool | str | None] = []
    if stepwise and isinstance(start, int | float) and isinstance(end, int | float):
        steps = [start + (end - start) * step / _STEPS for step in range(1, _STEPS)]
        whole = float(start).is_integer() and float(end).is_integer()
        # a count or a grade has no value between two whole numbers
        values.extend(dict.fromkeys(round(v) for v in steps if round(v) != start) if whole else steps)
    values.append(end)
    scores = runtime.score([{**features, reason.feature: value} for value in values])
    for value, score in zip(values, scores, strict=True):
        if score < below:
            return Change(changes={reason.feature: value}, score=score)
    return None


def _together(runtime: Runtime, features: Features, reasons: Sequence[Reason], below: float) -> Change | None:
    changes: dict[str, float | int | bool | str | None] = {}
    for reason in reasons:
        changes[reason.feature] = reason.typical
        score = runtime.score([{**features, **changes}])[0]
        if score < below:
            return Change(changes=dict(changes), score=score)
    return None
