"""What an address names, for whoever asks: what is not theirs to see is not there for them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from remit.inventory import queries
from remit.kernel.problems import Unknown
from remit.people import queries as people
from remit.people.policies import policy


def use_case(request: HttpRequest, key: str) -> Any:
    """Return a use case by key or reference.

    Raises:
        Unknown: there is none, or it is not visible to who asks.
    """
    return policy("use_case").find(request.user, queries.use_case, key)


def model(request: HttpRequest, reference: str) -> Any:
    """Return a model by reference.

    Raises:
        Unknown: there is none, or it is not visible to who asks.
    """
    return policy("model").find(request.user, queries.model, reference)


def version(request: HttpRequest, reference: str, number: str) -> Any:
    """Return a version by its model's reference and its number.

    Raises:
        Unknown: there is none, or it is not visible to who asks.
    """
    return policy("version").find(request.user, queries.version, reference, number)


def person(given: str) -> Any:
    """Return a person by e-mail address or id.

    Raises:
        Unknown: there is none.
    """
    return people.user(given) if _is_id(given) else people.user_by_email(given)


def unit(given: str) -> Any:
    """Return a unit by name or id.

    Raises:
        Unknown: there is none.
    """
    if _is_id(given):
        return people.unit(given)
    found = people.units().filter(name__iexact=given).first()
    if found is None:
        raise Unknown(f"There is no unit {given}.", remedy="List the units.")
    return found


def vendor(given: str) -> Any:
    """Return a vendor by name or id.

    Raises:
        Unknown: there is none.
    """
    if _is_id(given):
        return queries.vendor(given)
    found = queries.vendors().filter(name__iexact=given).first()
    if found is None:
        raise Unknown(f"There is no vendor {given}.", remedy="List the vendors.")
    return found


def use_cases(request: HttpRequest, given: Sequence[str]) -> dict[str, Any]:
    """Return the use cases that the items of a batch name by key or reference, by what they say, in one read.

    Raises:
        Unknown: there is none of a name, or it is not visible to who asks; it tells the first such item.
    """
    named = queries.use_cases_named(given)
    find = functools.partial(policy("use_case").find, request.user, named.get)
    return each(find, "use_case", given)


def each(find: Callable[[str], Any], member: str, given: Sequence[str]) -> dict[str, Any]:
    """Return what the items of a batch name in one member, by name, each looked up once; empty names nothing.

    Raises:
        Unknown: there is none of a name; it tells the first item that gives it.
    """
    found: dict[str, Any] = {}
    for index, name in enumerate(given):
        if name and name not in found:
            try:
                found[name] = find(name)
            except Unknown as problem:
                raise Unknown(
                    f"models.{index}.{member}: {problem.detail}", remedy=problem.remedy
                ) from problem
    return found


def _is_id(given: str) -> bool:
    try:
        UUID(given)
    except ValueError:
        return False
    return True
