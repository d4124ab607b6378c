from datetime import UTC, datetime, timedelta

import pytest

from remit.value import kpis
from remit.value.contract import Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, tzinfo=UTC)


def test_every_kpi_defines_itself_and_answers_on_an_empty_installation(remit_home):
    scope = Scope(since=NOW - timedelta(days=90), until=NOW)
    found = kpis.compute_all(scope)
    assert len(found) == len(kpis.registered()) >= 8
    for answer in found:
        assert answer.kpi.formula
        assert answer.kpi.pitfall
        assert answer.status == "no data"
        assert answer.n == 0


def test_ids_are_unique():
    ids = [kpi.id for kpi, _ in kpis.registered().values()]
    assert len(ids) == len(set(ids))
