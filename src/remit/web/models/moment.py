"""The day that a page is asked to show."""

from __future__ import annotations

from datetime import date, datetime

from remit.inventory import search
from remit.kernel.problems import Invalid


def read(text: str) -> tuple[datetime | None, str]:
    """Return the last instant of a day (now while it is not over), and what is wrong with the text.

    Args:
        text: a day as `2026-03-03`; empty for now.
    """
    if not text:
        return None, ""
    try:
        return search.moment(date.fromisoformat(text)), ""
    except ValueError:
        return None, f"“{text[:20]}” is no day; a day is written as 2026-03-03."
    except Invalid as problem:
        return None, problem.detail
