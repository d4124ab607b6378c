"""The remit as an in-toto statement: the terms a gateway enforces and an auditor reads.

The statement's subjects are the version's artifacts by SHA-256; its predicate is `RemitTerms`.
Sources: in-toto Statement v1, DSSE v1.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from remit.kernel.problems import Broken, Invalid
from remit.proof import canonical, dsse
from remit.proof.keys import KeyRing

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:remit:predicate:remit:v1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A struct that refuses fields it does not know: a term nobody enforces must not pass unseen."""


class Person(Strict, frozen=True, kw_only=True):
    """Who answers, by name, at the time of signing."""

    id: str
    name: str
    title: str = ""


class Subject(Strict, frozen=True, kw_only=True):
    """One artifact of the version, by digest."""

    name: str
    sha256: str


class VersionRef(Strict, frozen=True, kw_only=True):
    """Which version the remit is for."""

    id: str
    model: str
    name: str
    number: str
    content_digest: str


class UseCaseRef(Strict, frozen=True, kw_only=True):
    """Which decision the remit is about; `key` is the path under which the gateway answers."""

    id: str
    key: str
    name: str


class Population(Strict, frozen=True, kw_only=True):
    """For whom: a sentence, and the same as CEL over `features` and `context`."""

    description: str
    rule: str = ""


class Limit(Strict, frozen=True, kw_only=True):
    """How much. `count` limits decisions; `amount` limits the sum (or, without a period, each) of `field`."""

    name: str
    kind: Literal["count", "amount"]
    maximum: float
    period: Literal["hour", "day", "week", "total", ""] = ""
    field: str = ""


class DecisionRule(Strict, frozen=True, kw_only=True):
    """From score to action: approve below `approve_below`, decline from `decline_from`, else a person.

    `refer_when` is CEL over `features`, `context` and `score`; where it holds, a person decides.
    """

    score: str
    approve_below: float
    decline_from: float
    refer_when: str = ""


class StopCondition(Strict, frozen=True, kw_only=True):
    """When it stops: a monitored metric beyond its limit, and what then happens."""

    metric: str
    column: str = ""
    direction: Literal["above", "below"]
    limit: float
    action: Literal["refer", "fallback", "suspend"]


class Fallback(Strict, frozen=True, kw_only=True):
    """What decides when the model may not: a person, or a rule in CEL that yields an action."""

    kind: Literal["rule", "refer", "none"]
    name: str = ""
    rule: str = ""


class ApprovalRef(Strict, frozen=True, kw_only=True):
    """A signature the remit rests on."""

    kind: str
    person: Person
    at: datetime
    content_digest: str


class RemitTerms(Strict, frozen=True, kw_only=True):
    """What a model may decide: for whom, within which limits, when it stops, who answers."""

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


def sign_remit(terms: RemitTerms, subjects: tuple[Subject, ...], ring: KeyRing) -> dict[str, Any]:
    """Return the remit as a DSSE envelope signed by the ring's active key, as plain JSON types.

    Raises:
        Invalid: there is no subject, a digest is not a SHA-256 in hex, or a limit is not a finite number.
    """
    if not subjects:
        raise Invalid("A remit needs the digest of at least one artifact.")
    for subject in subjects:
        if len(subject.sha256) != 64 or set(subject.sha256) - set("0123456789abcdef"):
            raise Invalid(f"The digest of {subject.name} is not a SHA-256 in lower-case hex.")
    return dsse.sign(canonical.encode(statement(terms, subjects)), PAYLOAD_TYPE, ring)


def verify_remit(envelope: Any, public_keys: Mapping[str, str]) -> RemitStatement:
    """Return what the remit says, once a known key's signature over it holds.

    Only the signature is checked: whether the remit is in force today is for who enforces it.

    Raises:
        Invalid: it is not a DSSE envelope, or what is signed is not a remit in the form this Remit knows.
        Broken: no known key signed it, or it was altered.
    """
    payload, key_ids = dsse.verify(envelope, public_keys)
    if dsse.payload_type(envelope) != PAYLOAD_TYPE:
        raise Invalid(f"The envelope holds {dsse.payload_type(envelope)}, not an in-toto statement.")
    try:
        found = msgspec.json.decode(payload, type=_Statement)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"The signed statement is not a remit: {error}.") from error
    if (found.type_, found.predicate_type) != (STATEMENT_TYPE, PREDICATE_TYPE):
        raise Invalid(f"The signed statement is a {found.predicate_type}, not a {PREDICATE_TYPE}.")
    if not found.subject:
        raise Broken("The remit names no artifact.")
    subjects = tuple(Subject(name=s.name, sha256=s.digest.sha256) for s in found.subject)
    return RemitStatement(subjects=subjects, terms=found.predicate, key_ids=key_ids)


class _Digest(msgspec.Struct, frozen=True, kw_only=True):
    sha256: str


class _Resource(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    digest: _Digest


class _Statement(msgspec.Struct, frozen=True, kw_only=True):
    type_: str = msgspec.field(name="_type")
    subject: tuple[_Resource, ...]
    predicate_type: str = msgspec.field(name="predicateType")
    predicate: RemitTerms
