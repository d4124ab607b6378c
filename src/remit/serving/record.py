"""What a model's record says of its work: where it was at work, and who may ask it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from remit.inventory.models import Model, UseCase
from remit.inventory.record import came, instant, person, until
from remit.serving.models import Consumer, Deployment

NAME = "serving"


def section(use_case: UseCase, model: Model | None, at: datetime | None) -> dict[str, list[dict[str, Any]]]:
    """Return the deployments of the model's versions and the consumers of the use case."""
    deployments = Deployment.objects.filter(came("deployed_at", at), route__use_case=use_case)
    if model is not None:
        deployments = deployments.filter(version__model=model)
    consumers = Consumer.objects.filter(came("registered_at", at), use_cases__contains=use_case.key)
    return {
        "deployments": [
            {
                "version": row.version.number,
                "environment": row.environment,
                "variant": row.variant,
                "weight": row.weight,
                "deployed_by": person(row.deployed_by),
                "deployed_at": instant(row.deployed_at),
                "ended_at": until(row.ended_at, at),
            }
            for row in deployments.select_related("version", "deployed_by").order_by("deployed_at", "pk")
        ],
        "consumers": [
            {
                "name": row.name,
                "channels": row.channels,
                "registered_at": instant(row.registered_at),
                "expires_at": instant(row.expires_at),
            }
            for row in consumers.order_by("name")
        ],
    }
