"""The two pictures of a decision: where its score lies on the remit's scale, and what an input added."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_NARROW = 0.12


def scale(score: float, rule: Mapping[str, Any]) -> SafeString:
    """Draw a score from 0 to 1 over the bands of a decision rule: approve, a person, decline."""
    low = min(max(float(rule["approve_below"]), 0.0), 1.0)
    high = min(max(float(rule["decline_from"]), low), 1.0)
    bands = [("ap", "Approve", 0.0, low), ("rf", "A person", low, high), ("de", "Decline", high, 1.0)]
    shown = [band for band in bands if band[3] > band[2]]
    ticks = sorted({edge for edge in (low, high) if 0.0 < edge < 1.0})
    return format_html(
        '<svg class="dc-scale" width="100%" height="80" role="img" aria-label="{}">{}{}{}'
        '<rect class="pt" x="{at}%" y="26" width="3" height="22" rx="1.5"/>'
        '<text class="sc" x="{at}%" y="16" text-anchor="{}">{}</text></svg>',
        _says(score, low, high),
        format_html_join(
            "",
            '<rect class="{}" x="{}%" y="32" width="{}%" height="10"/>',
            ((name, _percent(start), _percent(end - start)) for name, _, start, end in shown),
        ),
        format_html_join(
            "",
            '<text class="tk" x="{}%" y="58" text-anchor="{}">{}</text>',
            ((_percent(tick), _anchor(tick, ticks), f"{tick:g}") for tick in ticks),
        ),
        format_html_join(
            "",
            '<text class="nm" x="{}%" y="75" text-anchor="middle">{}</text>',
            ((_percent((start + end) / 2), name) for _, name, start, end in shown if end - start >= _NARROW),
        ),
        "start" if score < 0.06 else "end" if score > 0.94 else "middle",
        f"{score:.3f}",
        at=_percent(score),
    )


def waterfall(contribution: float, most: float) -> SafeString:
    """Draw a contribution on a scale of plus and minus `most`: to the right toward decline."""
    half = 50 * min(abs(contribution) / (most or 1.0), 1.0)
    side, start = ("up", 50.0) if contribution > 0 else ("dn", 50.0 - half)
    return format_html(
        '<svg class="dc-wf" width="100%" height="10" aria-hidden="true">'
        '<rect class="mid" x="50%" width="1" height="10"/>'
        '<rect class="{}" x="{}%" y="2" width="{}%" height="6" rx="2"/></svg>',
        side,
        f"{start:.1f}",
        f"{half:.1f}",
    )


def _says(score: float, low: float, high: float) -> str:
    person = f"a person from {low:g} to {high:g}, " if high > low else ""
    decline = f"decline from {high:g}" if high < 1 else "nothing is declined by the score alone"
    return f"Score {score:.3f} on a scale from 0 to 1: approve below {low:g}, {person}{decline}."


def _anchor(tick: float, ticks: list[float]) -> str:
    """Two ticks that would touch lean away from each other."""
    if len(ticks) == 2 and ticks[1] - ticks[0] < _NARROW:
        return "end" if tick == ticks[0] else "start"
    return "middle"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
