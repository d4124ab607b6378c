"""Pure rules of serving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.gateway.contract import Field


def inputs_of(
    schema: Mapping[str, Any], typical: Mapping[str, Any], labels: Mapping[str, Any]
) -> tuple[Field, ...]:
    """Return the inputs the gateway checks and explains, from a version's schema.

    Args:
        schema: columns with role, kind and range; the features are the inputs, in order.
        typical: the usual value by input, from the training data.
        labels: `label` and `reason` by input, in words a person reads.
    """
    return tuple(
        Field(
            name=column["name"],
            kind=column["kind"],
            minimum=column.get("minimum"),
            maximum=column.get("maximum"),
            categories=tuple(column.get("categories", ())),
            typical=typical.get(column["name"]),
            label=labels.get(column["name"], {}).get("label", ""),
            reason=labels.get(column["name"], {}).get("reason", ""),
        )
        for column in schema.get("columns", [])
        if column.get("role", "feature") == "feature"
    )
