"""The remit as an in-toto statement: the terms a gateway enforces and an auditor reads.

The statement's subjects are the version's artifacts by SHA-256; its predicate is `RemitTerms`.
Sources: in-toto Statement v1, DSSE v1.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:remit:predicate:remit:v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A struct that refuses fields it does not know: a term nobody enforces must not pass unseen."""


class Person(Strict):
    """Who answers, by name, at the time of signing."""

    id: str
    name: str
    title: str = ""


class Subject(Strict):
    """One artifact of the version, by digest."""

    name: str
    sha256: str


class VersionRef(Strict):
    """Which version the remit is for."""

    id: str
    model: str
    name: str
    number: str
    content_digest: str


class UseCaseRef(Strict):
    """Which decision the remit is about; `key` is the path under which the gateway answers."""

    id: str
    key: str
    name: str


class Population(Strict):
    """For whom: a sentence, and the same as CEL over `features` and `context`."""

    description: str
    rule: str = ""


class Limit(Strict):
    """How much. `count` limits decisions; `amount` limits the sum (or, without a period, each) of `field`."""

    name: str
    kind: Literal["count", "amount"]
    maximum: float
    period: Literal["hour", "day", "week", "total", ""] = ""
    field: str = ""


class DecisionRule(Strict):
    """From score to action: approve below `approve_below`, decline from `decline_from`, else a person.

    `refer_when` is CEL over `features`, `context` and `score`; where it holds, a person decides.
    """

    score: str
    approve_below: float
    decline_from: float
    refer_when: str = ""


class StopCondition(Strict):
    """When it stops: a monitored metric beyond its limit, and what then happens."""

    metric: str
    column: str = ""
    direction: Literal["above", "below"]
    limit: float
    action: Literal["refer", "fallback", "suspend"]


class Fallback(Strict):
    """What decides when the model may not: a rule (CEL over `features`, `context`, yielding an action) or a person."""

    kind: Literal["rule", "refer", "none"]
    name: str = ""
    rule: str = ""


class ApprovalRef(Strict):
    """A signature the remit rests on."""

    kind: str
    person: Person
    at: datetime
    content_digest: str


class RemitTerms(Strict):
    """What the model may decide, for whom, within which limits, when a person decides, when it stops, who answers."""

    remit_id: str
    number: str
    kind: Literal["full", "restricted", "pilot"]
    use_case: UseCaseRef
    version: VersionRef
    tier: Literal["T1", "T2", "T3", "T4"]
    may_decide: str
    purposes: tuple[str, ...]
    population: Population
    channels: tuple[str, ...]
    environments: tuple[str, ...]
    limits: tuple[Limit, ...]
    decision_rule: DecisionRule
    prohibited_inputs: tuple[str, ...]
    stop_conditions: tuple[StopCondition, ...]
    fallback: Fallback
    autonomy: Literal["advice", "recommendation", "automated_with_appeal", "automated"]
    accountable: Person
    validated_by: Person | None
    issued_by: Person
    valid_from: datetime
    valid_until: datetime
    conditions: tuple[str, ...] = ()
    approvals: tuple[ApprovalRef, ...] = ()
    evidence_digests: tuple[str, ...] = ()


class RemitStatement(msgspec.Struct, frozen=True, kw_only=True):
    """Subjects and terms of a verified remit, with the key ids that signed it."""

    subjects: tuple[Subject, ...]
    terms: RemitTerms
    key_ids: tuple[str, ...] = ()


def statement(terms: RemitTerms, subjects: tuple[Subject, ...]) -> dict[str, Any]:
    """Return the in-toto Statement v1 as plain JSON types."""
    return {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": s.name, "digest": {"sha256": s.sha256}} for s in subjects],
        "predicateType": PREDICATE_TYPE,
        "predicate": msgspec.to_builtins(terms),
    }
