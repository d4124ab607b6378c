"""Measure data against a reference: drift, performance, fairness, data quality."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from remit.cli import output

if TYPE_CHECKING:
    from remit.measure.contract import MetricRow
    from remit.measure.profile import Profile

NAME = "measure"
app = typer.Typer()


@app.command()
def measure(
    reference: Annotated[Path, typer.Argument(help="What to compare with: Parquet, CSV, or a profile.")],
    current: Annotated[Path, typer.Argument(help="What to measure: Parquet, CSV, or a profile.")],
    *,
    schema: Annotated[
        Path | None,
        typer.Option(help="YAML: the columns with role and kind. Not needed when a side is a profile."),
    ] = None,
    metric: Annotated[
        list[str] | None, typer.Option(help="Only this metric or family; may be given more than once.")
    ] = None,
    segment: Annotated[
        list[str] | None, typer.Option(help="Also by the values of this column; may be given more than once.")
    ] = None,
    window: Annotated[str, typer.Option(help="Name of the period, copied to every row.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write a report that needs no other file.")] = None,
    profile_out: Annotated[
        Path | None, typer.Option(help="Write the profile of CURRENT, which can stand for it later.")
    ] = None,
    reference_out: Annotated[Path | None, typer.Option(help="Write the profile of REFERENCE.")] = None,
    as_json: output.AsJson = False,
) -> None:
    """Measure CURRENT against REFERENCE: drift, performance, fairness, data quality.

    A metric that cannot be computed says why; it is never passed over. This needs no running Remit.
    """
    from remit.measure import report
    from remit.measure import schema as schemas
    from remit.measure.backends import arrow
    from remit.measure.engine import profiles, rows_of
    from remit.measure.metrics import chosen

    wanted = [found.name for found in chosen(metric or None)]
    read = None if schema is None else schemas.load(schema)
    before, now = profiles(_side(reference), _side(current), read, segments=segment or ())
    rows = rows_of(before, now, metrics=wanted, window=window)
    for profile, path in ((now, profile_out), (before, reference_out)):
        if path is not None and profile is not None:
            arrow.save(profile, path)
    if html is not None:
        html.parent.mkdir(parents=True, exist_ok=True)
        html.write_text(report.html(rows, reference=reference.name, current=current.name), encoding="utf-8")
    output.show([row.as_dict() if as_json else _line(row) for row in rows], as_json=as_json)


def _line(row: MetricRow) -> dict[str, Any]:
    interval = "" if row.low is None or row.high is None else f"{row.low:.4f} to {row.high:.4f}"
    status = "" if row.status == "measured" else row.status.replace("_", " ")
    note = ": ".join(text for text in (status, row.reason) if text)
    value = None if row.value is None else f"{row.value:.4f}"
    return {
        "metric": row.metric,
        "column": row.column,
        "part": row.segment,
        "value": value,
        "interval": interval,
        "rows": row.n,
        "note": note,
    }


def _side(path: Path) -> Path | Profile:
    from remit.measure.backends import arrow

    if path.is_file() and arrow.is_profile(path):
        return arrow.load(path.read_bytes(), str(path))
    return path
