import re

import pytest

from remit.web import drawing

PICTURES = [
    drawing.spark([1, 2, 3], limit=2.5, label="Rising"),
    drawing.ring(0.4),
    drawing.bar(0.5),
    drawing.bullet(12, 10, 20, "warn"),
    drawing.interval(1, 2, 4),
    drawing.stack(5, 2),
    drawing.guilloche(),
    drawing.guilloche_band(),
]


@pytest.mark.parametrize("picture", PICTURES)
def test_no_picture_has_a_style_that_the_csp_would_block(picture):
    assert "style=" not in picture
    assert picture.startswith("<svg")


def test_a_bar_never_leaves_its_track():
    widths = [
        float(w)
        for share in (-1, 0, 0.25, 7)
        for w in re.findall(r'width="([\d.]+)%" height="4" rx="2"/></svg>', drawing.bar(share))
    ]
    assert widths == [0, 0, 25, 100]


def test_an_interval_puts_the_estimate_where_it_lies_between_the_ends():
    picture = drawing.interval(0, 1, 4, axis=(0, 10))
    assert 'class="range" x="0.0%" y="5" width="40.0%"' in picture
    assert 'class="point" x="10.0%"' in picture


def test_the_late_ones_of_a_stack_are_marked():
    assert drawing.stack(5, 2).count('class="late"') == 2
    assert drawing.stack(5, 2).count("<rect") == 5


def test_nothing_is_drawn_of_nothing_and_a_flat_line_is_drawn():
    assert drawing.spark([]) == ""
    assert "polyline" in drawing.spark([3, 3, 3])


def test_a_label_is_escaped():
    assert "<script>" not in drawing.spark([1, 2], label="<script>")
