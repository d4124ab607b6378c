"""What crosses the gateway's edges: the published bundle, a request, an answer, a record.

A bundle says which versions decide which use case, under which signed remits, for which consumers.
The control plane signs it; the gateway obeys nothing else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

BUNDLE_PAYLOAD_TYPE = "application/vnd.remit.bundle+json"
BUNDLE_FORMAT = 1

Action = Literal["approve", "refer", "decline"]
VariantName = Literal["champion", "challenger", "control", "shadow"]
Mode = Literal["normal", "refer", "fallback"]
RemitState = Literal["in_force", "suspended", "expired", "revoked"]

CLAUSE_STATUS: dict[str, int] = {
    "bundle": 503,
    "authentication": 401,
    "consumer": 403,
    "route": 404,
    "artifact": 503,
    "signature": 403,
    "state": 403,
    "dates": 403,
    "environment": 403,
    "purpose": 403,
    "channel": 403,
    "prohibited_inputs": 403,
    "contract": 422,
    "population": 403,
    "limits": 429,
    "fallback": 403,
    "score": 503,
    "record": 503,
}
"""HTTP status by the clause a refusal names. The order is the order in which clauses are checked."""


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A struct that refuses fields it does not know: an unenforced term must not pass unseen."""


class Field(Strict, frozen=True, kw_only=True):
    """One input of a version: its kind, its range, and what is usual.

    `typical` (median or most frequent value of the training data) is what explanations compare with.
    `reason` is the sentence a declined applicant reads when this input weighed most.
    """

    name: str
    kind: Literal["numeric", "category", "boolean"]
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[str | float | int, ...] = ()
    nullable: bool = False
    typical: float | int | bool | str | None = None
    label: str = ""
    reason: str = ""


class Artifact(Strict, frozen=True, kw_only=True):
    """The file that scores. `path` is relative to the artifact store."""

    name: str
    sha256: str
    path: str
    format: Literal["onnx"] = "onnx"


class ScoreOutput(Strict, frozen=True, kw_only=True):
    """Which output tensor holds the score, and which of its columns; an empty name: the probabilities."""

    name: str = ""
    column: int = -1


class Variant(Strict, frozen=True, kw_only=True):
    """A version at work on a route, under its remit."""

    name: VariantName
    weight: float
    deployment: str
    version: str
    version_id: str
    remit: dict[str, Any]
    remit_state: RemitState
    inputs: tuple[Field, ...]
    artifact: Artifact | None = None
    score: ScoreOutput = ScoreOutput()
    protected: tuple[str, ...] = ()
    state_reason: str = ""
    mode: Mode = "normal"
    mode_reason: str = ""


class Route(Strict, frozen=True, kw_only=True):
    """How requests for one use case are spread over variants; `salt` makes the draw its own."""

    use_case: str
    name: str
    salt: str
    variants: tuple[Variant, ...]
    contact: str = ""


class Consumer(Strict, frozen=True, kw_only=True):
    """A system that may ask. An empty tuple means nothing is allowed, not everything."""

    id: str
    name: str
    token_sha256: str
    use_cases: tuple[str, ...]
    channels: tuple[str, ...]
    expires_at: datetime | None = None


class Bundle(Strict, frozen=True, kw_only=True):
    """Everything the gateway obeys, signed as one document; `sequence` only grows."""

    format: int
    sequence: int
    published_at: datetime
    environment: str
    consumers: tuple[Consumer, ...]
    routes: tuple[Route, ...]


class DecisionRequest(Strict, frozen=True, kw_only=True):
    """What a consumer asks."""

    features: dict[str, float | int | bool | str | None]
    purpose: str
    channel: str
    subject: str = ""
    context: dict[str, Any] = {}
    reasons: bool = False


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """How far one input moved the score from the typical applicant's, in log-odds."""

    feature: str
    label: str
    value: float | int | bool | str | None
    typical: float | int | bool | str | None
    contribution: float
    text: str = ""


class DecisionAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the gateway answers. `decided_by` names the rule that chose the action."""

    decision_id: str
    action: Action
    score: float | None
    decided_by: str
    remit: str
    version: str
    variant: VariantName
    autonomy: str
    occurred_at: datetime
    recorded_at: datetime
    clock: Literal["machine", "injected"] = "machine"
    reasons: tuple[Reason, ...] | None = None


class DecisionRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the decision store: a decision, or a refusal with its clause.

    `features`, `context` and `shadow` are JSON text. Protected attributes never occur here.
    `*_us` are microseconds since the request was read. `assigned` is the variant drawn, `variant` the
    one that acted; `propensity` the share of the draw that leads to `assigned`.
    """

    decision_id: str
    use_case: str
    status: Literal["decided", "refused"]
    occurred_at: datetime
    recorded_at: datetime
    clock: Literal["machine", "injected"]
    consumer: str
    purpose: str
    channel: str
    subject: str
    features: str
    context: str
    clause: str = ""
    detail: str = ""
    action: str = ""
    decided_by: str = ""
    score: float | None = None
    remit: str = ""
    remit_id: str = ""
    version: str = ""
    version_id: str = ""
    variant: str = ""
    assigned: str = ""
    draw: float | None = None
    propensity: float | None = None
    shadow: str = "{}"
    bundle_sequence: int = 0
    checked_us: int = 0
    scored_us: int = 0
    total_us: int = 0
