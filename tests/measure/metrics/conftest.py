from __future__ import annotations

import pytest

from remit.measure.contract import MetricRow
from remit.measure.engine import measure

from ..data import SCHEMA, applicants


class Rows(dict):
    """Metric rows by (metric, column, segment)."""

    def __call__(self, metric: str, column: str = "", segment: str = "") -> MetricRow:
        return self[metric, column, segment]


def indexed(rows: list[MetricRow]) -> Rows:
    found = Rows({(row.metric, row.column, row.segment): row for row in rows})
    assert len(found) == len(rows), "two rows with one name"
    return found


@pytest.fixture(scope="session")
def reference():
    return applicants(900, 3)


@pytest.fixture(scope="session")
def current():
    return applicants(1100, 4, shift=0.3)


@pytest.fixture(scope="session")
def rows(reference, current):
    return indexed(measure(reference, current, SCHEMA, segments=["region"], window="may"))


@pytest.fixture(scope="session")
def same(current):
    """Current against itself: its distinct scores are edges, so that ranks lose nothing."""
    return indexed(measure(current.head(900), current.head(900), SCHEMA))
