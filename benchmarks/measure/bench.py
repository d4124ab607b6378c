"""How much faster than Evidently and fairlearn is a full report, and are the numbers right?"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import peers

HERE = Path(__file__).resolve().parent
DATA = peers.BUILD / "bench-data" / "measure"
REQUIREMENTS = ("evidently==0.7.23", "fairlearn==0.13.0", "pandas<3", "pyarrow")


def run(quick: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - the dispatcher has one switch
    """Measure, and return the rows; `quick` uses 20,000 rows instead of 100,000 and a million."""
    python = peers.environment("evidently", *REQUIREMENTS)
    rows: list[dict[str, Any]] = []
    sizes = ((20_000, None, None),) if quick else ((100_000, 20, None), (1_000_000, 100, 200))
    for size, drift_goal, whole_goal in sizes:
        folder = DATA / str(size)
        peers.timed(sys.executable, HERE / "generate.py", str(size), folder)
        rows += against_peer(python, folder, size, drift_goal, whole_goal)
    rows += inside(DATA / str(sizes[-1][0]), sizes[-1][0], judged=not quick)
    return rows


def against_peer(
    python: Path, folder: Path, size: int, drift_goal: float | None, whole_goal: float | None
) -> list[dict[str, Any]]:
    """Whole processes: ours three times around one run of the peer."""
    command = (
        Path(sys.executable).with_name("remit"),
        "measure",
        folder / "ref.parquet",
        folder / "cur.parquet",
    )
    command = (*command, "--schema", folder / "schema.yaml", "--json")
    ours = [peers.timed(*command)]
    peer = peers.timed(python, HERE / "peer.py", folder)
    ours += [peers.timed(*command) for _ in range(2)]
    seconds = statistics.median(run.seconds for run in ours)
    megabytes = max(run.megabytes for run in ours)
    marks = json.loads(peer.output.splitlines()[-1])
    numbers = len(json.loads(ours[0].output))
    how = f"whole processes; ours: `remit measure --json`, {numbers} numbers, median of 3; peer: one run"
    return [
        row(f"full report, {size:,} rows, against Evidently's drift preset (s)", seconds, marks["drift"],
            goal=drift_goal, how=how),
        row("the same against its drift, summary and classification presets and fairlearn (s)", seconds,
            peer.seconds, goal=whole_goal, how=how),
        row(f"peak memory, {size:,} rows (MB)", megabytes, peer.megabytes,
            goal=10 if size == 1_000_000 else None, how="largest resident set of the process"),
    ]  # fmt: skip


def inside(folder: Path, size: int, *, judged: bool) -> list[dict[str, Any]]:
    """Within one process: the pass itself, an added window, and agreement with scipy and scikit-learn."""
    import polars as pl
    from scipy import stats
    from sklearn.metrics import roc_auc_score

    from remit.measure import schema as schemas
    from remit.measure.backends.polars import edges_of, profile_of
    from remit.measure.engine import rows_of

    schema = schemas.load(folder / "schema.yaml")
    reference, current = folder / "ref.parquet", folder / "cur.parquet"
    edges = edges_of(reference, schema)
    before = profile_of(reference, schema, edges)
    decode = best(lambda: decoded(current, schema))
    profile = best(lambda: profile_of(current, schema, edges))
    window = best(lambda: rows_of(before, profile_of(current, schema, edges)))
    found = {(r.metric, r.column, r.segment): r for r in rows_of(before, profile_of(current, schema, edges))}
    a, b = pl.read_parquet(reference), pl.read_parquet(current)
    ks, moved = 0.0, 0.0
    for column in [column.name for column in schema.columns if column.kind == "numeric"]:
        x, y = a[column].drop_nulls().to_numpy(), b[column].drop_nulls().to_numpy()
        ks = max(ks, abs(found["ks", column, ""].value - stats.ks_2samp(x, y, method="asymp").statistic))
        exact = stats.wasserstein_distance(x, y) / x.std(ddof=1)
        moved = max(moved, abs(found["wasserstein", column, ""].value - exact))
    auc = abs(found["auc", "", ""].value - roc_auc_score(b["label"].to_numpy(), b["score"].to_numpy()))
    bound = float(found["auc", "", ""].reason.split()[1])
    inside_process = "in one process after imports, best of 3"
    return [
        most(f"one pass, {size:,} rows (s), against Polars reading the columns", profile, decode,
             goal=2.0 if judged else None, how=f"{inside_process}; ratio is ours over the peer's"),
        most(f"an added window of {size:,} rows, pass and metrics (s)", window, None,
             goal=0.6 if judged else None, how=inside_process),
        most("largest error of KS over 31 columns", ks, None, goal=2.5e-4 if judged else None,
             how="against scipy.stats.ks_2samp on all rows"),
        most("largest error of the normalised Wasserstein distance", moved, None,
             goal=1e-3 if judged else None, how="against scipy.stats.wasserstein_distance on all rows"),
        most("error of AUC", auc, None, goal=bound, how="against scikit-learn; the goal is our own bound"),
    ]  # fmt: skip


def decoded(path: Path, schema: Any) -> None:
    """Read every counted column and do next to nothing with it."""
    import polars as pl

    numbers = [column.name for column in schema.columns if column.kind == "numeric"]
    others = [column.name for column in schema.columns if column.kind != "numeric"]
    asked = [pl.col(numbers).sum(), pl.col(others).max()]
    pl.scan_parquet(path).select(asked).collect(engine="streaming")


def best(work: Callable[[], Any]) -> float:
    """Return the least seconds of three runs."""
    found = []
    for _ in range(3):
        start = time.perf_counter()
        work()
        found.append(time.perf_counter() - start)
    return min(found)


def row(measure: str, ours: float, peer: float, *, goal: float | None, how: str) -> dict[str, Any]:
    """A row whose ratio says how many times less we need than the peer; the goal is the least ratio."""
    ratio = peer / ours
    return {
        "measure": measure,
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "ratio": round(ratio, 1),
        "goal": None if goal is None else f"at least {goal:g} times",
        "met": None if goal is None else bool(ratio >= goal),
        "how": how,
    }


def most(measure: str, ours: float, peer: float | None, *, goal: float | None, how: str) -> dict[str, Any]:
    """A row where less is better and the goal is the most it may be: of the ratio when there is a peer."""
    judged = ours if peer is None else ours / peer
    return {
        "measure": measure,
        "ours": float(f"{ours:.3g}"),
        "peer": None if peer is None else float(f"{peer:.3g}"),
        "ratio": None if peer is None else round(judged, 2),
        "goal": None if goal is None else f"at most {goal:g}",
        "met": None if goal is None else bool(judged <= goal),
        "how": how,
    }
