"""Synthetic decision logs with a fixed seed: 30 numbers, 10 categories, score, prediction, label, two groups.

usage: generate.py ROWS FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

LEVELS = (5, 8, 10, 12, 15, 20, 25, 30, 40, 50)
NUMBERS = tuple(f"f{i:02d}" for i in range(30))
CATEGORIES = tuple(f"c{i}" for i in range(10))
MISSING = {3: 0.02, 7: 0.01, 9: 0.05, 14: 0.02}


def schema() -> dict[str, Any]:
    """Return the schema of these data as plain types."""
    columns = [{"name": name} for name in NUMBERS]
    columns += [{"name": name, "kind": "category"} for name in CATEGORIES]
    columns += [
        {"name": "score", "role": "score"},
        {"name": "pred", "role": "prediction", "kind": "boolean", "favourable": [True]},
        {"name": "label", "role": "label", "kind": "boolean", "favourable": [True]},
        {"name": "sex", "role": "protected", "kind": "category"},
        {"name": "eth", "role": "protected", "kind": "category"},
    ]
    return {"columns": columns}


def frame(rows: int, *, later: bool) -> pl.DataFrame:
    """Return the reference, or the later window, in which some columns have moved."""
    rng = np.random.default_rng([42, int(later)])
    shared = rng.standard_normal((rows, 6))
    columns: dict[str, Any] = {}
    for i, name in enumerate(NUMBERS):
        columns[name] = _number(rng, i, shared, later=later)
    for i, name in enumerate(CATEGORIES):
        columns[name] = _category(rng, i, rows, later=later)
    sex = rng.random(rows) < 0.45
    eth = np.searchsorted(np.cumsum([0.6, 0.18, 0.12, 0.07]), rng.random(rows), side="right")
    logit = -1.1 + 0.9 * shared[:, 0] + 0.6 * shared[:, 1] - 0.5 * shared[:, 2] - 0.25 * sex - 0.15 * eth
    score = 1 / (1 + np.exp(-logit))
    truth = 1 / (1 + np.exp(-(logit * (0.8 if later else 1.0))))
    columns["score"] = score
    columns["pred"] = (score >= 0.5).astype(np.int8)
    columns["label"] = (rng.random(rows) < truth).astype(np.int8)
    columns["sex"] = np.where(sex, "F", "M")
    columns["eth"] = np.array(list("ABCDE"))[eth]
    return pl.DataFrame(columns)


def _number(rng: np.random.Generator, i: int, shared: Any, *, later: bool) -> pl.Series:
    rows = len(shared)
    x = rng.standard_normal(rows)
    kind = i % 6
    if i < 6:
        x = shared[:, i] * 0.8 + x * 0.6
    if kind == 1:
        x = np.round(np.exp(0.8 * x) * 1000, 2)
    elif kind == 2:
        x = np.floor(np.clip(45 + 14 * x, 18, 95))
    elif kind == 3:
        x = np.abs(x) * 3
    elif kind == 4:
        x = rng.random(rows) * 100
    elif kind == 5:
        x = np.floor(rng.exponential(4.0, rows))
    if later:
        x = x + {0: 0.5, 12: 0.1}.get(i, 0.0)
        x = x * {1: 1.3, 6: 1.5}.get(i, 1.0)
    share = 0.12 if later and i == 9 else MISSING.get(i, 0.0)
    values = pl.Series(x.astype(np.int32) if kind in {2, 5} else x)
    return (
        values
        if not share
        else pl.select(pl.when(pl.Series(rng.random(rows) >= share)).then(values)).to_series()
    )


def _category(rng: np.random.Generator, i: int, rows: int, *, later: bool) -> Any:
    chance = 1 / np.arange(1, LEVELS[i] + 1) ** 0.7
    if later and i == 0:
        chance = chance[::-1]
    code = np.searchsorted(np.cumsum(chance / chance.sum())[:-1], rng.random(rows), side="right")
    names = np.array([*(f"cat{i}_{level:02d}" for level in range(LEVELS[i])), f"cat{i}_NEW"])
    return names[np.where((rng.random(rows) < 0.01) & (later and i == 5), LEVELS[i], code)]


def write(rows: int, folder: Path) -> None:
    """Write ref.parquet, cur.parquet and schema.yaml, unless they are there."""
    from remit.measure.contract import Schema
    from remit.measure.schema import dumps

    folder.mkdir(parents=True, exist_ok=True)
    (folder / "schema.yaml").write_text(dumps(Schema.of(schema())), encoding="utf-8")
    for name, later in (("ref", False), ("cur", True)):
        path = folder / f"{name}.parquet"
        if not path.exists():
            temporary = path.with_suffix(".part")
            frame(rows, later=later).write_parquet(temporary, compression="snappy", row_group_size=122_880)
            temporary.replace(path)


if __name__ == "__main__":
    write(int(float(sys.argv[1])), Path(sys.argv[2]))
