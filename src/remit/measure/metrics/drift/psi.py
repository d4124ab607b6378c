"""Population stability index."""

from __future__ import annotations

import math

import numpy as np

from remit.measure.metrics import shifts
from remit.measure.metrics.base import Estimate, Metric
from remit.measure.metrics.intervals import normal

EMPTY = 1e-4


def index(shift: shifts.Shift) -> Estimate:
    """Compare shares between the reference's deciles, or of categories."""
    before, now = shift.tenths()
    used = (before > 0) | (now > 0)
    n, m = before.sum(), now.sum()
    p, q = before[used] / n, now[used] / m
    p, q = np.where(p == 0, EMPTY, p), np.where(q == 0, EMPTY, q)
    value = float(((q - p) * np.log(q / p)).sum())
    by_q, by_p = np.log(q / p) + 1 - p / q, np.log(p / q) + 1 - q / p
    slope = (q @ by_q**2 - (q @ by_q) ** 2) / m + (p @ by_p**2 - (p @ by_p) ** 2) / n
    noise = 2 * (used.sum() - 1) * shift.noise**2
    low, high = normal(value, float(slope + noise))
    expected = (used.sum() - 1) * shift.noise
    reason = shift.caution or f"{expected:.2g} is expected from sampling alone"
    return Estimate(
        value, max(0.0, low), high if math.isfinite(high) else None, shift.n, reason, shift.enough
    )


METRIC = Metric(
    name="psi",
    family="drift",
    title="Population stability index",
    formula="sum over bins of (q - p) ln(q / p); p reference, q current share; an empty share is 0.0001",
    source="Siddiqi, Credit Risk Scorecards (2006); sampling distribution: Yurdakul (2018)",
    units="nats",
    lower=0.0,
    upper=None,
    interval="normal, variance by the delta method plus that of the chi-square under no shift",
    applies="numeric columns on the reference's deciles; category columns on their levels, unseen together",
    blind="movement inside a decile, and joint shifts that leave each column alone",
    compute=shifts.each("psi", index),
)
