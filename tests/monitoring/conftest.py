"""A version in business whose decisions, outcomes and groups lie in the decision store."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from serving_world import Bank

from remit.kernel import paths
from remit.kernel.ids import uuid7
from remit.measure.backends import parquet

SINCE = datetime(2026, 5, 4, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=7)
SCHEMA = {
    "columns": [
        {"name": "payments", "minimum": 0},
        {"name": "score", "role": "score"},
        {"name": "prediction", "role": "prediction", "kind": "category", "favourable": ["approve"]},
        {
            "name": "label",
            "role": "label",
            "kind": "category",
            "positive": "denied",
            "favourable": ["approved"],
        },
        {"name": "afam", "role": "protected", "kind": "category"},
    ]
}
LIMITS = [
    {"metric": "psi", "column": "score", "direction": "above", "watch": 0.1, "breach": 0.25},
    {"metric": "auc", "direction": "below", "breach": 0.6},
    {"metric": "adverse_impact_ratio", "column": "afam", "direction": "below", "watch": 0.9, "breach": 0.8},
]


def drawn(n: int, seed: int, shift: float = 0.0) -> list[dict[str, Any]]:
    rng = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(-(rng.standard_normal(n) - 1 + shift)))
    return [
        {
            "payments": float(rng.random()),
            "score": float(s),
            "prediction": "approve" if s < 0.4 else "decline",
            "label": "denied" if rng.random() < s else "approved",
            "afam": "yes" if rng.random() < 0.4 else "no",
        }
        for s in score
    ]


@pytest.fixture
def bank(db: None, remit_home: Path, tmp_path: Path, settings: Any) -> Bank:
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Bank(tmp_path)


@pytest.fixture
def decide(bank: Bank) -> Any:
    """Put decisions of a version into the store, as the recorder and the outcomes would."""

    def put(version: Any, rows: list[dict[str, Any]], *, since: datetime = SINCE, **more: Any) -> None:
        key, day = bank.use_case.key, f"day={since:%Y-%m-%d}"
        ids = [str(uuid7(since + timedelta(minutes=i))) for i in range(len(rows))]
        decisions, outcomes, groups = [], [], []
        for name, (i, row) in zip(ids, enumerate(rows), strict=True):
            at = since + timedelta(seconds=i)
            decisions.append(
                {
                    "decision_id": name,
                    "status": "decided",
                    "occurred_at": at,
                    "features": json.dumps({"payments": row["payments"]}),
                    "score": row["score"],
                    "action": row["prediction"],
                    "version_id": str(version.pk),
                    "variant": "champion",
                }
                | more
            )
            if row["label"]:
                outcomes.append({"decision_id": name, "label": row["label"], "known_at": at})
            groups.append({"decision_id": name, "afam": row["afam"]})
        for root, kept in (
            (paths.decisions(), decisions),
            (paths.outcomes(), outcomes),
            (paths.protected(), groups),
        ):
            if kept:
                parquet.write(kept, root / key / day / f"{ids[0]}.parquet")

    return put
