"""Kolmogorov-Smirnov distance."""

from __future__ import annotations

import math

import numpy as np

from remit.measure.metrics import shifts
from remit.measure.metrics.base import Estimate, Metric


def distance(shift: shifts.Shift) -> Estimate:
    """Compare cumulative shares at every edge, and bound what may lie between two edges."""
    p, q = shift.shares
    f, g = np.concatenate(([0.0], np.cumsum(p))), np.concatenate(([0.0], np.cumsum(q)))
    value = float(np.abs(f - g).max())
    lattice = shift.edges is not None and shift.edges.lattice
    between = value if lattice else float(max((f[1:] - g[:-1]).max(), (g[1:] - f[:-1]).max(), value))
    n, m = int(shift.before.sum()), shift.n
    band = math.sqrt(math.log(80) / (2 * n)) + math.sqrt(math.log(80) / (2 * m))
    reason = shift.caution or ("" if lattice else f"at the edges; not over {between:.4f} between them")
    return Estimate(value, max(0.0, value - band), min(1.0, between + band), m, reason, shift.enough)


METRIC = Metric(
    name="ks",
    family="drift",
    title="Kolmogorov-Smirnov distance",
    formula="max over edges of |F(e) - G(e)|, the cumulative shares of reference and current",
    source="Smirnov (1948); band: Dvoretzky, Kiefer and Wolfowitz (1956), Massart (1990)",
    units="share",
    lower=0.0,
    upper=1.0,
    interval="conservative: the DKW bands of both samples, and above them what the bins may hide",
    applies="numeric columns; exact where the reference has at most 80 values and the current no others",
    blind="how far values moved, only how many; weak in the tails",
    compute=shifts.each("ks", distance, category=False),
)
