"""Confidence intervals and tail probabilities from counts, without scipy, whose import takes a second."""

from __future__ import annotations

import math

Z95 = 1.959963984540054


def wilson(hits: int, n: int) -> tuple[float, float]:
    """Return the 95% score interval of a share (Wilson 1927); `n` must be positive."""
    share, z2 = hits / n, Z95 * Z95
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    high = 1.0 if hits == n else min(1.0, middle + half)
    return low, high


def newcombe(hits1: int, n1: int, hits2: int, n2: int) -> tuple[float, float]:
    """Return the 95% interval of `hits1/n1 - hits2/n2` (Newcombe 1998, method 10)."""
    p1, p2 = hits1 / n1, hits2 / n2
    (l1, u1), (l2, u2) = wilson(hits1, n1), wilson(hits2, n2)
    return p1 - p2 - math.hypot(p1 - l1, u2 - p2), p1 - p2 + math.hypot(u1 - p1, p2 - l2)


def katz(hits1: int, n1: int, hits2: int, n2: int) -> tuple[float, float]:
    """Return the 95% interval of `(hits1/n1) / (hits2/n2)` (Katz 1978); `hits2` must be positive.

    With no hits in the first group half a hit is added to both for the upper limit (Walter 1975).
    """
    if hits1 == 0:
        ratio = (0.5 / (n1 + 0.5)) / ((hits2 + 0.5) / (n2 + 0.5))
        error = math.sqrt(1 / 0.5 - 1 / (n1 + 0.5) + 1 / (hits2 + 0.5) - 1 / (n2 + 0.5))
        return 0.0, ratio * math.exp(Z95 * error)
    ratio = (hits1 / n1) / (hits2 / n2)
    error = math.sqrt(max(0.0, 1 / hits1 - 1 / n1 + 1 / hits2 - 1 / n2))
    return ratio * math.exp(-Z95 * error), ratio * math.exp(Z95 * error)


def normal(value: float, variance: float) -> tuple[float, float]:
    """Return the 95% interval of a mean with this sampling variance."""
    half = Z95 * math.sqrt(max(0.0, variance))
    return value - half, value + half


def chi_square_tail(statistic: float, degrees: int) -> float:
    """Return P(X >= statistic) for a chi-square of so many degrees: the regularised upper gamma function.

    Source: Abramowitz and Stegun 6.5.29 (series) and 6.5.31 (continued fraction, by Lentz's method).
    """
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    return 1.0 - front * _series(a, x) if x < a + 1 else front * _fraction(a, x)


def _series(a: float, x: float) -> float:
    term = total = 1 / a
    step = a
    while abs(term) > abs(total) * 1e-16:
        step += 1
        term *= x / step
        total += term
    return total


def _fraction(a: float, x: float) -> float:
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    result = d
    for i in range(1, 10_000):
        factor = -i * (i - a)
        b += 2
        d = 1 / (factor * d + b or tiny)
        c = b + factor / c or tiny
        result *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return result
