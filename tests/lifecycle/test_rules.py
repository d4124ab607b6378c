"""Clocks in working days, duties, answers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.kernel.problems import Invalid
from remit.lifecycle import rules

DAY = timedelta(days=1)
INSTANTS = st.integers(631_152_000, 3_786_912_000).map(lambda second: datetime.fromtimestamp(second, UTC))
FRIDAY_NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 21, 15, tzinfo=UTC)


def naive_working_time(start, end):
    """Walk from midnight to midnight and count what is not a weekend."""
    counted, here = timedelta(0), start
    while here < end:
        midnight = datetime.combine(here.date() + DAY, datetime.min.time(), UTC)
        step = min(midnight, end)
        if here.weekday() < 5:
            counted += step - here
        here = step
    return counted


@given(INSTANTS, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_working_time_agrees_with_walking_through_the_days(start, span):
    assert rules.working_time(start, start + span) == naive_working_time(start, start + span)


@given(INSTANTS, st.integers(0, 80))
def test_a_clock_of_n_days_runs_out_after_n_working_days(start, days):
    due = rules.after_working_days(start, days)
    assert rules.working_time(start, due) == days * DAY
    assert due >= start
    assert days == 0 or due.weekday() < 5


@given(INSTANTS, INSTANTS, INSTANTS)
def test_working_time_adds_up(a, b, c):
    assert rules.working_time(a, b) + rules.working_time(b, c) == rules.working_time(a, c)


def test_a_weekend_does_not_count():
    assert rules.after_working_days(FRIDAY_NOON, 1) == FRIDAY_NOON + 3 * DAY
    assert rules.after_working_days(SATURDAY, 1) == datetime(2026, 11, 24, tzinfo=UTC)


def test_a_clock_does_not_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        rules.after_working_days(FRIDAY_NOON, -1)


@pytest.mark.parametrize(
    ("passed", "tone", "text"),
    [
        (timedelta(days=1), "ok", "4 d left of 5 d"),
        (timedelta(days=4, hours=2), "warn", "22 h left of 5 d"),
        (timedelta(days=7), "warn", "0 min left of 5 d"),
        (timedelta(days=8, hours=3), "late", "1 d 3 h late"),
    ],
)
def test_the_tone_of_a_clock(passed, tone, text):
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    due = rules.after_working_days(monday, 5)
    clock = rules.clock_of(monday, due, 5, monday + passed)
    assert (clock.tone, clock.text) == (tone, text)
    assert 0 <= clock.used <= 1


@pytest.mark.parametrize(
    ("outcome", "reason", "conditions", "field"),
    [
        ("maybe", "Because.", "", "outcome"),
        ("approve", " ", "", "reason"),
        ("return", "", "", "reason"),
        ("approve_with_conditions", "Because.", " ", "conditions"),
    ],
)
def test_an_incomplete_answer_is_refused(outcome, reason, conditions, field):
    allowed = ["approve", "approve_with_conditions", "return", "reject"]
    with pytest.raises(Invalid) as refused:
        rules.check_answer(outcome, allowed, judged=True, reason=reason, conditions=conditions)
    assert set(refused.value.fields) == {field}


def test_a_task_that_is_no_judgement_needs_no_reason():
    rules.check_answer("submit", ["submit"], judged=False, reason="", conditions="")


def test_every_stage_of_a_version_has_its_row():
    from remit.inventory.models import STAGES

    assert list(rules.stages()) == [stage for stage, _ in STAGES]
