"""What an address names, for whoever asks: what is not theirs to see is not there for them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from remit.inventory import queries
from remit.people.policies import policy


def use_case(request: HttpRequest, key: str) -> Any:
    """Return a use case by key or reference.

    Raises:
        Unknown: there is none, or it is not visible to who asks.
    """
    found = queries.use_case(key)
    policy("use_case").seen(request.user, found)
    return found


def model(request: HttpRequest, reference: str) -> Any:
    """Return a model by reference.

    Raises:
        Unknown: there is none, or it is not visible to who asks.
    """
    found = queries.model(reference)
    policy("model").seen(request.user, found)
    return found


def version(request: HttpRequest, reference: str, number: str) -> Any:
    """Return a version by its model's reference and its number.

    Raises:
        Unknown: there is none, or it is not visible to who asks.
    """
    found = queries.version(reference, number)
    policy("version").seen(request.user, found)
    return found
