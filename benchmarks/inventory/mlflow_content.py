"""Fills MLflow's own tables with registered models, their tags and versions, as our inventory has them.

usage, in MLflow's environment: mlflow_content.py URI
Standard input holds a line of JSON a model: name, description and tags.
"""

from __future__ import annotations

import json
import sys
import time

import sqlalchemy
from mlflow.store.model_registry.dbmodels import models
from mlflow.store.model_registry.sqlalchemy_store import SqlAlchemyStore

VERSIONS = 5


def main() -> None:
    """Write them in batches."""
    uri = sys.argv[1]
    store = SqlAlchemyStore(uri)
    now = int(time.time() * 1000)
    rows = [json.loads(line) for line in sys.stdin]
    with store.engine.begin() as connection:
        for start in range(0, len(rows), 2000):
            part = rows[start : start + 2000]
            times = {"creation_time": now, "last_updated_time": now}
            connection.execute(
                sqlalchemy.insert(models.SqlRegisteredModel),
                [{"name": r["name"], "description": r["description"], **times} for r in part],
            )
            tags = [
                {"name": r["name"], "key": key, "value": value}
                for r in part
                for key, value in r["tags"].items()
            ]
            connection.execute(sqlalchemy.insert(models.SqlRegisteredModelTag), tags)
            connection.execute(
                sqlalchemy.insert(models.SqlModelVersion),
                [
                    {"name": r["name"], "version": n, "source": f"models:/{n}", "status": "READY",
                     "current_stage": "None", "description": f"Round {n}", **times}
                    for r in part
                    for n in range(1, VERSIONS + 1)
                ],
            )  # fmt: skip
        connection.execute(sqlalchemy.text("analyze"))
    print(len(rows))


if __name__ == "__main__":
    main()
