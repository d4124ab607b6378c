"""Small pictures drawn by the server as SVG: no script, and no style attribute that the CSP would block."""

from __future__ import annotations

import math
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

EMPTY = SafeString("")
_HIDDEN = SafeString('aria-hidden="true"')


def described(label: str) -> SafeString:
    """Return the attributes that give a picture a text, or hide it when the text stands beside it."""
    return format_html('role="img" aria-label="{}"', label) if label else _HIDDEN


def spark(
    values: Sequence[float],
    width: int = 72,
    height: int = 20,
    *,
    limit: float | None = None,
    tone: str = "",
    label: str = "",
) -> SafeString:
    """Draw a sparkline: one line, the last point marked, a dashed limit. Nothing for no values."""
    points = [float(v) for v in values]
    if not points:
        return EMPTY
    shown = points if limit is None else [*points, float(limit)]
    low, high = min(shown), max(shown)
    if low == high:
        low, high = low - 1, high + 1
    pad = 3
    step = (width - 2 * pad) / max(len(points) - 1, 1)

    def y(value: float) -> float:
        return height - pad - (value - low) / (high - low) * (height - 2 * pad)

    line = " ".join(f"{pad + i * step:.1f},{y(v):.1f}" for i, v in enumerate(points))
    dashed = (
        format_html(
            '<line class="lim" x1="0" x2="{}" y1="{}" y2="{}"/>', width, f"{y(limit):.1f}", f"{y(limit):.1f}"
        )
        if limit is not None
        else EMPTY
    )
    return format_html(
        '<svg class="rm-spark {}" width="{}" height="{}" viewBox="0 0 {} {}" {}>{}<polyline points="{}"/>'
        '<circle cx="{}" cy="{}" r="2"/></svg>',
        tone,
        width,
        height,
        width,
        height,
        described(label),
        dashed,
        line,
        f"{pad + (len(points) - 1) * step:.1f}",
        f"{y(points[-1]):.1f}",
    )


def ring(used: float, size: int = 14, tone: str = "") -> SafeString:
    """Draw how much of a clock or a path is used, 0 to 1."""
    centre, radius = size / 2, size / 2 - 1.5
    around = 2 * math.pi * radius
    drawn = around * max(0.0, min(1.0, float(used)))
    return format_html(
        '<svg class="rm-ring {}" width="{}" height="{}" viewBox="0 0 {} {}" aria-hidden="true">'
        '<circle class="bg" cx="{c}" cy="{c}" r="{r}"/><circle class="fg" cx="{c}" cy="{c}" r="{r}" '
        'stroke-dasharray="{} {}" transform="rotate(-90 {c} {c})"/></svg>',
        tone,
        size,
        size,
        size,
        size,
        f"{drawn:.2f}",
        f"{around:.2f}",
        c=centre,
        r=radius,
    )


def bar(share: float, width: int = 44, tone: str = "") -> SafeString:
    """Draw a share, 0 to 1, as a filled bar."""
    return format_html(
        '<svg class="rm-bar {}" width="{}" height="4" aria-hidden="true">'
        '<rect class="bg" width="100%" height="4" rx="2"/>'
        '<rect class="fg" width="{}%" height="4" rx="2"/></svg>',
        tone,
        width,
        _percent(share),
    )


def bullet(value: float, target: float | None, most: float, tone: str = "") -> SafeString:
    """Draw a value against its target on a scale from 0 to `most`, as wide as its place."""
    scale = most or 1.0
    tick = (
        format_html(
            '<rect class="tick" x="{}%" y="0" width="2" height="12" rx="1"/>', _percent(target / scale)
        )
        if target is not None
        else EMPTY
    )
    return format_html(
        '<svg class="rm-bullet {}" width="100%" height="12" aria-hidden="true">'
        '<rect class="bg" y="3" width="100%" height="6" rx="3"/>'
        '<rect class="fg" y="3" width="{}%" height="6" rx="3"/>{}</svg>',
        tone,
        _percent(value / scale),
        tick,
    )


def interval(low: float, value: float, high: float, axis: tuple[float, float] | None = None) -> SafeString:
    """Draw an estimate inside its interval; the axis is the interval with half its width on each side."""
    margin = (high - low) / 2 or 1.0
    start, end = axis or (low - margin, high + margin)
    across = (end - start) or 1.0
    return format_html(
        '<svg class="rm-ci" width="100%" height="14" aria-hidden="true">'
        '<rect class="axis" y="6.5" width="100%" height="1"/>'
        '<rect class="range" x="{}%" y="5" width="{}%" height="4" rx="2"/>'
        '<rect class="point" x="{}%" y="2" width="2" height="10" rx="1"/></svg>',
        _percent((low - start) / across),
        _percent((high - low) / across),
        _percent((value - start) / across),
    )


def track(used: float, window: float, since: str, label: str) -> SafeString:
    """Draw a validity from its start to its end: the part used, the window for renewal, and today.

    Args:
        used: share of the validity that has passed, 0 to 1.
        window: share from which on it may be renewed, 0 to 1.
        since: the day it started, written under the track.
        label: the same in words.
    """
    now = _percent(used)
    anchor = "start" if used < 0.12 else "end" if used > 0.95 else "middle"
    start = format_html('<text x="0" y="31">{}</text>', since) if used > 0.2 else EMPTY
    return format_html(
        '<svg class="rm-track" width="100%" height="36" role="img" aria-label="{}"><defs>'
        '<pattern id="rm-window" width="5" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="skewX(-25)"><rect class="stripe" width="2" height="6"/></pattern></defs>'
        '<rect class="rail" y="9" width="100%" height="6" rx="3"/>'
        '<rect class="win" x="{from_}%" y="9" width="{wide}%" height="6" fill="url(#rm-window)"/>'
        '<rect class="used" y="9" width="{now}%" height="6" rx="3"/>'
        '<rect class="now" x="{now}%" y="4" width="2" height="16" rx="1"/>{}'
        '<text class="t" x="{now}%" y="31" text-anchor="{}">Today</text></svg>',
        label,
        start,
        anchor,
        from_=_percent(max(used, window)),
        wide=_percent(1 - max(used, window)),
        now=now,
    )


def stack(count: int, late: int = 0, most: int = 24) -> SafeString:
    """Draw one mark a thing in a stage, the late ones last; beyond `most` they share the width."""
    step, wide = (13, 10) if count <= 9 else (5, 3)
    drawn = min(count, most)
    marks = format_html_join(
        "",
        '<rect class="{}" x="{}" width="{}" height="8" rx="{}"/>',
        (("late" if i >= drawn - late else "", i * step, wide, 2 if wide > 3 else 1) for i in range(drawn)),
    )
    return format_html('<svg class="rm-stack" width="100%" height="8" aria-hidden="true">{}</svg>', marks)


def guilloche(copies: int = 44, lobes: int = 12, depth: float = 0.1) -> SafeString:
    """Draw the fine-line rosette of a licence: one curve, turned and scaled. Sign-in and remits only."""
    steps = 288
    angles = [2 * math.pi * step / steps for step in range(steps)]
    radii = [450 * (1 + depth * math.sin(lobes * a)) for a in angles]
    path = "L".join(
        f"{500 + r * math.cos(a):.1f} {500 + r * math.sin(a):.1f}" for a, r in zip(angles, radii, strict=True)
    )
    turned = format_html_join(
        "",
        '<use href="#rm-g" transform="translate(500 500) rotate({}) scale({}) translate(-500 -500)"/>',
        ((f"{i * 1.36:.2f}", f"{0.34 + 0.66 * i / (copies - 1):.3f}") for i in range(copies)),
    )
    return format_html(
        '<svg class="rm-guilloche" viewBox="0 0 1000 1000" aria-hidden="true"><defs>'
        '<path id="rm-g" vector-effect="non-scaling-stroke" d="M{}Z"/></defs>{}</svg>',
        path,
        turned,
    )


def guilloche_band(width: int = 1200, height: int = 12, waves: int = 60) -> SafeString:
    """Draw the border of a remit: three interleaved sine lines."""
    steps = waves * 8
    paths = format_html_join(
        "",
        '<path d="M{}"/>',
        ((_wave(width, height, waves, steps, phase),) for phase in (0, 2.1, 4.2)),
    )
    return format_html(
        '<svg class="rm-guilloche-band" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        "{}</svg>",
        width,
        height,
        paths,
    )


def _wave(width: int, height: int, waves: int, steps: int, phase: float) -> str:
    middle = height / 2
    return " ".join(
        f"{width * i / steps:.1f} {middle + (middle - 1) * math.sin(math.pi * waves * i / steps + phase):.1f}"
        for i in range(steps + 1)
    )


def _percent(share: float) -> str:
    return f"{100 * max(0.0, min(1.0, float(share))):.1f}"
