"""Pure rules of value: what a decision was worth, and what a randomised comparison says."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, variance
from typing import Any

from remit.kernel.problems import Invalid
from remit.value.contract import Difference

LEAST = 20
"""Fewer outcomes than this in an arm are not enough to state a difference."""
ACTIONS = ("approve", "refer", "decline")


def checked_payoffs(payoffs: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], float]:
    """Return the amount of each action and outcome.

    Raises:
        Invalid: a row is incomplete, doubled, or an action or outcome is missing.
    """
    table: dict[tuple[str, str], float] = {}
    for row in payoffs:
        key = (str(row.get("action", "")), str(row.get("outcome", "")))
        amount = row.get("amount")
        if key[0] not in ACTIONS or not key[1] or not str(row.get("why", "")).strip():
            raise Invalid(
                "A payoff names an action, an outcome, an amount and why.",
                fields={"payoffs": f"Incomplete or unknown: {dict(row)}."},
            )
        if isinstance(amount, bool) or not isinstance(amount, int | float) or not math.isfinite(amount):
            raise Invalid("A payoff is an amount.", fields={"payoffs": f"Not an amount: {amount!r}."})
        if key in table:
            raise Invalid("A payoff is stated once.", fields={"payoffs": f"Twice: {key[0]}, {key[1]}."})
        table[key] = float(amount)
    outcomes = {outcome for _, outcome in table}
    missing = [f"{a}, {o}" for a in ACTIONS for o in sorted(outcomes) if (a, o) not in table]
    if missing or not outcomes:
        raise Invalid("The payoffs are not complete.", fields={"payoffs": f"Missing: {'; '.join(missing)}."})
    return table


def worth(table: Mapping[tuple[str, str], float], rows: Iterable[Mapping[str, Any]]) -> list[float]:
    """Return what each decided row with a known outcome was worth, in the currency of the payoffs."""
    return [
        table[row["action"], row["label"]] for row in rows if (row.get("action"), row.get("label")) in table
    ]


def difference(treated: Sequence[float], control: Sequence[float]) -> Difference:
    """Return the difference of means, treated less control, with Welch's 95% interval.

    d = mean(t) - mean(c); se = sqrt(var(t)/n_t + var(c)/n_c); d +/- t(0.975, df) x se, with the
    Welch-Satterthwaite degrees of freedom. Source: Welch, Biometrika 34 (1947). Holds for randomised arms.
    """
    n_treated, n_control = len(treated), len(control)
    if min(n_treated, n_control) < LEAST:
        return Difference(None, None, None, n_treated, n_control, "insufficient")
    parts = [variance(treated) / n_treated, variance(control) / n_control]
    error = math.sqrt(sum(parts))
    value = fmean(treated) - fmean(control)
    if error == 0:
        return Difference(value, value, value, n_treated, n_control, "measured")
    # shares of the whole, so that tiny variances do not underflow when squared
    shares = [part / sum(parts) for part in parts]
    degrees = 1 / (shares[0] ** 2 / (n_treated - 1) + shares[1] ** 2 / (n_control - 1))
    from scipy.special import stdtrit

    reach = float(stdtrit(degrees, 0.975)) * error
    return Difference(value, value - reach, value + reach, n_treated, n_control, "measured")


def percentile(values: Sequence[float], share: float) -> float | None:
    """Return the percentile by linear interpolation (type 7 of Hyndman and Fan); None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])
