"""Limits are exact, survive restarts, and give back what a failed decision took."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from gateway_world import terms_for
from hypothesis import given
from hypothesis import strategies as st

from remit.gateway.limits import LimitBook
from remit.kernel.problems import Broken, Refused
from remit.proof.remit_statement import Limit

START = datetime(2026, 11, 23, tzinfo=UTC)
COUNT = Limit(name="a day", kind="count", maximum=3, period="day")
SUM = Limit(name="lent a week", kind="amount", maximum=10, period="week", field="amount")
TERMS = terms_for(limits=(COUNT, SUM))


@given(
    st.lists(
        st.tuples(st.sampled_from(["take", "restart", "give back"]), st.integers(0, 6), st.integers(0, 9))
    )
)
def test_no_window_ever_holds_more_than_its_limit(steps):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "limits.jsonl"
        book, now, last = LimitBook(path), START, None
        by_day, by_week = defaultdict(int), defaultdict(float)
        for step, hours, amount in steps:
            now += timedelta(hours=hours * 4)
            day, week = now.date(), now.isocalendar()[:2]
            if step == "restart":
                book.close()
                book, last = LimitBook(path), None
            elif step == "give back" and last:
                book.give_back(last[0])
                by_day[last[1]] -= 1
                by_week[last[2]] -= last[3]
                last = None
            elif step == "take":
                fits = by_day[day] + 1 <= 3 and by_week[week] + amount <= 10
                try:
                    uses = book.take(TERMS, {"amount": amount}, {}, now)
                except Refused:
                    uses = None
                assert (uses is not None) == fits
                if uses is None:
                    continue
                by_day[day] += 1
                by_week[week] += amount
                last = (uses, day, week, amount)
        book.close()


@pytest.mark.parametrize("amount", [None, "9", True, -1, float("inf"), float("nan")])
def test_an_amount_that_is_no_amount_is_refused(tmp_path, amount):
    book = LimitBook(tmp_path / "limits.jsonl")
    with pytest.raises(Refused, match="lent a week needs amount"):
        book.take(TERMS, {}, {"amount": amount}, START)
    assert book.used(TERMS.remit_id, COUNT, START) == 0


def test_a_torn_last_line_is_forgiven_and_a_damaged_one_is_not(tmp_path):
    path = tmp_path / "limits.jsonl"
    book = LimitBook(path)
    book.take(TERMS, {"amount": 1}, {}, START)
    book.close()
    whole = path.read_bytes()
    path.write_bytes(whole + whole[: len(whole) // 2])
    again = LimitBook(path)
    assert again.used(TERMS.remit_id, COUNT, START) == 1
    again.close()
    path.write_bytes(b"garbage\n" + whole)
    with pytest.raises(Broken, match="Line 1"):
        LimitBook(path)
