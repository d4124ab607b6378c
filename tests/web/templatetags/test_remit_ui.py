from datetime import UTC, datetime
from decimal import Decimal

import pytest

from remit.web.templatetags import remit_ui as ui


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (18_600_000, "$18.6M"),
        (1_840_000, "$1.84M"),
        (Decimal(58000), "$58k"),
        (412, "$412"),
        (0, "$0"),
        (-1200, "\N{MINUS SIGN}$1.2k"),
        (999_999, "$1M"),
        (123_456_789, "$123M"),
        (None, "\N{EN DASH}"),
    ],
)
def test_money_is_short_and_keeps_three_figures(amount, written):
    assert ui.money(amount) == written


def test_other_currencies_are_named():
    assert ui.money(5000, "EUR") == "€5k"
    assert ui.money(5000, "CHF") == "CHF 5k"


def test_initials_and_digests():
    assert ui.initials("Ines Maria Carvalho") == "IC"
    assert ui.initials("Cher") == "C"
    assert ui.initials("") == "?"
    assert ui.digest("a" * 32 + "b" * 32) == "aaaaaa…bbbbbb"
    assert ui.digest("short") == "short"


def test_a_moment_is_marked_up_with_its_exact_time():
    instant = datetime(2026, 11, 4, 14, 2, tzinfo=UTC)
    assert ui.moment(instant) == '<time datetime="2026-11-04T14:02:00+00:00">4 Nov 2026, 14:02 UTC</time>'
    assert ui.day(None) == "\N{EN DASH}"


def test_stages_read_well_and_fill_towards_business():
    assert ui.stage_label("in_business") == "In business"
    shares = [ui.stage_share(stage) for stage in ("intake", "validation", "in_business", "retired")]
    assert shares == sorted(shares)
    assert shares[-1] == 1
