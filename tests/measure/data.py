"""Small data sets whose every number can be recomputed by hand or by a library."""

from __future__ import annotations

import numpy as np
import polars as pl

from remit.measure.contract import Schema

SCHEMA = Schema.of(
    {
        "columns": [
            {"name": "id", "role": "identifier", "kind": "category"},
            {"name": "income", "minimum": 0, "maximum": 500},
            {"name": "children", "minimum": 0},
            {"name": "region", "kind": "category"},
            {"name": "score", "role": "score", "minimum": 0, "maximum": 1},
            {"name": "action", "role": "prediction", "kind": "category", "favourable": ["approve"]},
            {"name": "bad", "role": "label", "kind": "boolean", "positive": True, "favourable": [False]},
            {"name": "sex", "role": "protected", "kind": "category"},
            {"name": "group", "role": "protected", "kind": "category"},
        ]
    }
)


def applicants(n: int, seed: int, *, shift: float = 0.0) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    z = rng.standard_normal(n) + shift
    score = 1 / (1 + np.exp(-(z - 0.5)))
    group = rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2])
    score = np.where(group == "c", np.minimum(score + 0.1, 0.99), score)
    return pl.DataFrame(
        {
            "id": [f"app-{i}" for i in range(n)],
            "income": np.exp(rng.standard_normal(n) * 0.5 + 4 + shift),
            "children": rng.poisson(1.2 + shift, n),
            "region": rng.choice(["north", "south", "east"], n, p=[0.6 - shift / 4, 0.3 + shift / 4, 0.1]),
            "score": score,
            "action": np.where(score < 0.4, "approve", np.where(score < 0.6, "refer", "decline")),
            "bad": rng.random(n) < score * 0.9,
            "sex": rng.choice(["f", "m"], n),
            "group": group,
        }
    )
