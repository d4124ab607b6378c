"""Expected calibration error."""

from __future__ import annotations

import numpy as np

from remit.measure.metrics import scored
from remit.measure.metrics.base import Estimate, Metric
from remit.measure.metrics.shifts import Floats

PARTS = 10
DRAWS = 400
SEED = 20_260_101


def error(rows: scored.Scored) -> Estimate:
    """Compare the mean score with the share of positives in each tenth of the score."""
    ends = np.searchsorted(np.arange(1, PARTS) / PARTS, [*rows.points, np.inf], side="left")
    cell = ends[rows.bins] * 2 + rows.positive
    counts: Floats = np.bincount(cell, rows.n, 2 * PARTS).astype(np.float64)
    sums: Floats = np.bincount(cell, rows.score, 2 * PARTS).astype(np.float64)
    value = float(_gap(counts[None, :], sums[None, :])[0])
    means = np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)
    drawn = np.random.default_rng(SEED).multinomial(rows.rows, counts / rows.rows, DRAWS).astype(np.float64)
    gaps = _gap(drawn, drawn * means)
    low, high = np.quantile(gaps - gaps.mean() + value, [0.025, 0.975])
    return Estimate(value, max(0.0, float(low)), min(1.0, float(high)), rows.rows, rows.caution, rows.enough)


def _gap(counts: Floats, sums: Floats) -> Floats:
    scores = sums[:, ::2] + sums[:, 1::2]
    gaps: Floats = np.abs(counts[:, 1::2] - scores).sum(axis=1) / counts.sum(axis=1)
    return gaps


METRIC = Metric(
    name="ece",
    family="performance",
    title="Expected calibration error",
    formula="sum over tenths of the score of (rows in it / rows) |share of positives - mean score|",
    source="Naeini, Cooper and Hauskrecht (2015); ten equal-width bins, right-closed",
    units="probability",
    lower=0.0,
    upper=1.0,
    interval="bootstrap from the counts of tenth and label, 400 draws, fixed seed, centred on the value",
    applies="a score that is a probability and a two-valued label",
    blind="errors that cancel within a tenth; in small samples it is biased upward",
    compute=scored.each("ece", error),
)
