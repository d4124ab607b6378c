"""May this be decided? Pure checks in a fixed order; the first that fails refuses and names its clause.

authentication, consumer, route, then for the variant drawn: artifact and signature, state, dates,
environment, then for the request: purpose, channel, prohibited inputs, contract, population. Limits come
last (`limits.py`), so that a refused request uses none of them up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from remit.gateway.contract import Consumer, DecisionRequest, Field, Variant
from remit.kernel.problems import Refused
from remit.policy import Rule
from remit.proof.remit_statement import RemitTerms

Value = float | int | bool | str | None
_CONTAINERS = {dict, list}


@dataclass(frozen=True, slots=True)
class Prohibited:
    """Names that may not arrive in any spelling, and the declared inputs that are not among them."""

    names: frozenset[str]
    cleared: frozenset[str]


def consumer_may_ask(consumer: Consumer | None, use_case: str, now: datetime) -> Consumer:
    """Return the consumer if its token is known and still good, and it may ask about `use_case`.

    Raises:
        Refused: clause `authentication` or `consumer`.
    """
    if consumer is None:
        raise Refused(
            "The bearer token is missing or not known.",
            clause="authentication",
            remedy="Send `Authorization: Bearer <token>` with a token issued for this consumer.",
        )
    if consumer.expires_at is not None and now >= consumer.expires_at:
        raise Refused(
            f"The token of {consumer.name} expired on {consumer.expires_at:%d %B %Y}.",
            clause="authentication",
            remedy="Ask the platform team for a new token.",
        )
    if use_case not in consumer.use_cases:
        raise Refused(
            f"{consumer.name} may not ask about {use_case}.",
            clause="consumer",
            remedy="Ask the owner of the use case to register this consumer for it.",
        )
    return consumer


def remit_stands(variant: Variant, terms: RemitTerms, environment: str, now: datetime) -> None:
    """Check state, dates and environment of a remit whose signature has been verified.

    Raises:
        Refused: clause `state`, `dates` or `environment`.
    """
    remit = f"Remit {terms.number}"
    if variant.remit_state != "in_force":
        reason = f": {variant.state_reason}" if variant.state_reason else ""
        raise Refused(
            f"{remit} is {variant.remit_state.replace('_', ' ')}{reason}.",
            clause="state",
            remedy=f"{terms.accountable.name} answers for this use case.",
            remit=terms.number,
        )
    if now < terms.valid_from:
        raise Refused(
            f"{remit} is valid from {terms.valid_from:%d %B %Y %H:%M} UTC.",
            clause="dates",
            remit=terms.number,
        )
    if now >= terms.valid_until:
        raise Refused(
            f"{remit} expired on {terms.valid_until:%d %B %Y %H:%M} UTC.",
            clause="dates",
            remedy=f"Ask {terms.accountable.name} to have it renewed.",
            remit=terms.number,
        )
    if environment not in terms.environments:
        raise Refused(
            f"{remit} does not cover the environment {environment}.",
            clause="environment",
            remedy=f"It covers: {_listed(terms.environments)}.",
            remit=terms.number,
        )


def remit_covers(
    terms: RemitTerms, consumer: Consumer, request: DecisionRequest, prohibited: Prohibited
) -> None:
    """Check purpose, channel and prohibited inputs.

    Raises:
        Refused: clause `purpose`, `channel` or `prohibited_inputs`.
    """
    if request.purpose not in terms.purposes:
        raise Refused(
            f"Remit {terms.number} does not allow the purpose {request.purpose!r}.",
            clause="purpose",
            remedy=f"It allows: {_listed(terms.purposes)}.",
            remit=terms.number,
        )
    if request.channel not in terms.channels:
        raise Refused(
            f"Remit {terms.number} does not allow the channel {request.channel!r}.",
            clause="channel",
            remedy=f"It allows: {_listed(terms.channels)}.",
            remit=terms.number,
        )
    if request.channel not in consumer.channels:
        raise Refused(
            f"{consumer.name} is not registered for the channel {request.channel!r}.",
            clause="channel",
            remedy=f"It is registered for: {_listed(consumer.channels)}.",
            remit=terms.number,
        )
    known = request.features.keys() <= prohibited.cleared
    if known and not request.context:
        return
    found = sorted(set(_names(request.context, {} if known else request.features)) & prohibited.names)
    if found:
        raise Refused(
            f"Remit {terms.number} prohibits {_listed(found)} as an input.",
            clause="prohibited_inputs",
            remedy="Leave it out of features and context; nothing of it was kept.",
            remit=terms.number,
            inputs=found,
        )


def prohibited_inputs(terms: RemitTerms, variant: Variant) -> Prohibited:
    """Return the names that may not arrive: the remit's, and the version's protected attributes."""
    names = frozenset(name.casefold() for name in (*terms.prohibited_inputs, *variant.protected))
    declared = (field.name for field in variant.inputs)
    return Prohibited(names, frozenset(name for name in declared if name.casefold() not in names))


def contract_faults(fields: Sequence[Field], features: Mapping[str, Value]) -> dict[str, str]:
    """Return what is wrong with the features, by name; empty when they are as the version declared."""
    faults = {}
    for field in fields:
        fault = _fault(field, features)
        if fault:
            faults[field.name] = fault
    declared = {field.name for field in fields}
    faults |= {name: "is not an input of this version" for name in features if name not in declared}
    return faults


def meets_contract(fields: Sequence[Field], features: Mapping[str, Value]) -> None:
    """Check the features against the version's declared inputs.

    Raises:
        Refused: clause `contract`; the member `fields` says what is wrong with which.
    """
    faults = contract_faults(fields, features)
    if faults:
        sentences = "; ".join(f"{name} {fault}" for name, fault in faults.items())
        raise Refused(
            f"The inputs break the contract: {sentences}.",
            clause="contract",
            remedy="Send each declared input once, with its declared type and within its range.",
            fields=faults,
        )


def in_population(terms: RemitTerms, rule: Rule | None, request: DecisionRequest) -> None:
    """Check the population's rule over `features` and `context`; without a rule everyone belongs to it.

    Raises:
        Refused: clause `population`.
    """
    if rule is None:
        return
    verdict = rule.check({"features": request.features, "context": request.context})
    if not verdict.passed:
        raise Refused(
            f"Outside the population of remit {terms.number} "
            f"({terms.population.description}): {verdict.reason}",
            clause="population",
            remedy="Have a person decide, or ask for a wider remit.",
            remit=terms.number,
        )


def _fault(field: Field, features: Mapping[str, Value]) -> str:
    value = features.get(field.name)
    if value is None:
        if field.nullable:
            return ""
        return "is empty" if field.name in features else "is missing"
    if field.kind == "numeric":
        return _numeric_fault(field, value)
    if field.kind == "boolean":
        return "" if isinstance(value, bool) else "must be true or false"
    known = not isinstance(value, bool) and value in field.categories
    return "" if known else f"must be one of {_listed(field.categories)}"


def _numeric_fault(field: Field, value: float | str) -> str:
    if isinstance(value, (bool, str)):
        return "must be a number"
    if not math.isfinite(value):
        return "must be a finite number"
    if field.minimum is not None and value < field.minimum:
        return f"is {value:g}, below {field.minimum:g}"
    if field.maximum is not None and value > field.maximum:
        return f"is {value:g}, above {field.maximum:g}"
    return ""


def _names(*values: Any) -> Iterable[str]:
    """Every key at any depth: hiding a prohibited input inside an object does not make it allowed."""
    pending = list(values)
    while pending:
        value = pending.pop()
        if type(value) is dict:
            for name, inner in value.items():
                yield name.casefold()
                if type(inner) in _CONTAINERS:
                    pending.append(inner)
        elif type(value) is list:
            pending.extend(value)


def _listed(names: Iterable[object]) -> str:
    return ", ".join(str(name) for name in names) or "nothing"
