"""Metric rows as one HTML file that needs nothing else: no script, no network, light and dark."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from remit.kernel.clock import recorded_now
from remit.measure.contract import MetricRow
from remit.measure.metrics import registry
from remit.measure.metrics.base import Metric

_STYLE = """
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #667085; --accent: #2f5bd0; }
@media (prefers-color-scheme: dark) { :root { --line: #3a4150; --soft: #98a2b3; --accent: #8fadff; } }
body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .25rem; }
h3 { font-size: 1rem; margin: 1.25rem 0 0; }
p, caption { color: var(--soft); margin: 0 0 .5rem; text-align: left; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { border-top: 1px solid var(--line); padding: .25rem .75rem .25rem 0; vertical-align: top; }
th, td { text-align: left; }
th { font-weight: 600; } .number { text-align: right; white-space: nowrap; }
svg { display: block; overflow: visible; } svg line { stroke: var(--accent); stroke-width: 2; }
svg circle { fill: var(--accent); } .axis { stroke: var(--line); stroke-width: 1; }
"""
_WIDTH = 160
_UNMEASURED = {"insufficient": "△ too few rows", "not_computable": "○ not computable"}


def html(rows: Iterable[MetricRow], *, reference: str, current: str) -> str:
    """Return the report.

    Args:
        rows: what was measured.
        reference: what the reader calls the reference.
        current: what the reader calls the measured data.
    """
    listed = list(rows)
    metrics = registry()
    sections = []
    for family, members in groupby(listed, key=lambda row: metrics[row.metric].family):
        sections.append(f"<h2>{family.capitalize()}</h2>")
        for name, same in groupby(members, key=lambda row: row.metric):
            sections.append(_section(metrics[name], list(same)))
    unmeasured = sum(row.status != "measured" for row in listed)
    title = f"{escape(current)} against {escape(reference)}"
    count = f"{len(listed)} numbers, {unmeasured} of them without a reliable value"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{count}. Intervals are 95%. Written {recorded_now():%Y-%m-%d %H:%M} UTC.</p>"
        f"{''.join(sections)}</main></body></html>\n"
    )


def _section(metric: Metric, rows: Sequence[MetricRow]) -> str:
    ends = [x for row in rows for x in (row.low, row.high, row.value) if x is not None]
    scale = (min(ends), max(ends)) if ends else (0.0, 1.0)
    about = [
        ("Formula", metric.formula),
        ("Units", metric.units),
        ("Interval", metric.interval),
        ("Cannot see", metric.blind),
        ("Source", metric.source),
    ]
    notes = " ".join(f"<b>{name}:</b> {escape(text)}." for name, text in about)
    body = "".join(_row(row, scale) for row in rows)
    return (
        f"<h3>{escape(metric.title)}</h3><p>{notes}</p>"
        f'<div class="scroll"><table><thead><tr><th scope="col">Column</th><th scope="col">Part</th>'
        f'<th scope="col" class="number">Value</th><th scope="col">Interval</th>'
        f'<th scope="col" class="number">Rows</th><th scope="col">Note</th></tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _row(row: MetricRow, scale: tuple[float, float]) -> str:
    value = "" if row.value is None else f"{row.value:.4g}"
    note = "; ".join(text for text in (_UNMEASURED.get(row.status, ""), row.reason) if text)
    return (
        f"<tr><td>{escape(row.column) or '(all)'}</td><td>{escape(row.segment) or '(all rows)'}</td>"
        f'<td class="number">{value}</td><td>{_interval(row, scale)}</td>'
        f'<td class="number">{row.n:,}</td><td>{escape(note)}</td></tr>'
    )


def _interval(row: MetricRow, scale: tuple[float, float]) -> str:
    if row.value is None:
        return ""
    low, high = scale
    span = high - low or 1.0

    def at(x: float) -> float:
        return round((x - low) / span * _WIDTH, 1)

    bar = label = ""
    if row.low is not None and row.high is not None:
        bar = f'<line x1="{at(row.low)}" x2="{at(row.high)}" y1="7" y2="7"/>'
        label = f"{row.low:.4g} to {row.high:.4g}"
    words = label or f"{row.value:.4g}"
    return (
        f'<svg width="{_WIDTH}" height="14" role="img" aria-label="{words}"><title>{words}</title>'
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="13" y2="13"/>{bar}'
        f'<circle cx="{at(row.value)}" cy="7" r="3"/></svg>{label}'
    )
