import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.kernel.ids import instant_of, uuid7

INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - made aware


@given(INSTANTS)
def test_an_id_carries_its_instant_to_the_millisecond(at):
    made = uuid7(at)
    assert made.version == 7
    assert made.variant == uuid.RFC_4122
    assert abs(instant_of(made) - at) <= timedelta(milliseconds=1)


@given(INSTANTS, st.integers(1, 10_000))
def test_later_ids_sort_later(at, milliseconds):
    assert uuid7(at) < uuid7(at + timedelta(milliseconds=milliseconds + 1))


def test_ids_of_one_millisecond_are_different_and_sorted():
    at = datetime(2026, 11, 24, tzinfo=UTC)
    made = [uuid7(at) for _ in range(1000)]
    assert sorted(set(made)) == made


def test_another_version_carries_no_instant():
    with pytest.raises(ValueError, match="version 4"):
        instant_of(uuid.uuid4())
