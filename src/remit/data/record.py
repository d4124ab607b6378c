"""What a model's record says of data: what its versions were trained on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from remit.data.models import DataAsset
from remit.inventory.models import Model, UseCase
from remit.inventory.record import came, instant, person

NAME = "data"


def section(use_case: UseCase, model: Model | None, at: datetime | None) -> list[dict[str, Any]]:
    """Return the data assets that versions of the model (or of any model of the use case) learned from."""
    of = {"trained_versions__model": model} if model else {"trained_versions__model__use_case": use_case}
    rows = DataAsset.objects.filter(came("trained_versions__registered_at", at), **of)
    return [
        {
            "reference": asset.reference,
            "name": asset.name,
            "location": asset.location,
            "sha256": asset.sha256,
            "rows": asset.rows,
            "classification": asset.classification,
            "licence": asset.licence,
            "owner": person(asset.owner),
            "registered_at": instant(asset.registered_at),
        }
        for asset in rows.select_related("owner").distinct().order_by("reference")
    ]
