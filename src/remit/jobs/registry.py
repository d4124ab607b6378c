"""How reactions and services make themselves known: by decorating a function."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from remit.kernel.problems import Unknown
from remit.ledger.capture import hear

WORKER = "system:worker"
"""How the ledger names the worker when it acts."""

Reacting = Callable[[Any], None]
Serving = Callable[[Any], Mapping[str, Any]]

_reactions: dict[str, list[Reacting]] = defaultdict(list)
_services: dict[str, Serving] = {}


def on(*names: str) -> Callable[[Reacting], Reacting]:
    """Run the function after each event of these names, once, with the event."""

    def decorate(function: Reacting) -> Reacting:
        for name in names:
            _reactions[name].append(function)
        hear(*names)
        return function

    return decorate


def service(name: str) -> Callable[[Serving], Serving]:
    """Offer the function to processes as the service task `name`; it gets the task and returns a result."""

    def decorate(function: Serving) -> Serving:
        _services[name] = function
        return function

    return decorate


def reactions_to(name: str) -> tuple[Reacting, ...]:
    """Return the reactions to an event name."""
    return tuple(_reactions.get(name, ()))


def service_named(name: str) -> Serving:
    """Return a service.

    Raises:
        Unknown: processes name one that nothing offers.
    """
    if name not in _services:
        raise Unknown(f"There is no service {name!r}.", remedy=f"Use one of: {', '.join(sorted(_services))}.")
    return _services[name]


def names() -> tuple[list[str], list[str]]:
    """Return the event names reacted to and the services offered, for the docs and tests."""
    return sorted(_reactions), sorted(_services)
