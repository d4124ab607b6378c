"""What the API takes and gives. Written from the OpenAPI document by `make docs`."""

# fmt: off
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AccountOut(TypedDict):
    """A program that acts under its own name, and the person who answers for it."""
    id: str
    name: str
    active: bool
    answered_by: Person | None
    unit: str | None


class ArtifactOut(TypedDict):
    """A file of a version, by digest."""
    name: str
    media_type: str
    sha256: str
    size: int
    location: str


class AssignmentOut(TypedDict):
    """A role that was given to a person: where, and from when until when."""
    id: str
    person: Person
    role: str
    unit: str | None
    use_case: str | None
    valid_from: str
    valid_to: str | None


class AttestationInFull(TypedDict):
    """An attestation with the record as it is now, and the digest to sign it by."""
    id: str
    use_case: str
    owner: Person
    state: str
    signed_by: Person | None
    signed_at: str | None
    signed_digest: str
    comment: str
    record: dict[str, Any]
    digest: str
    envelope: dict[str, Any]


class AttestationOut(TypedDict):
    """What one owner is asked, and what they answered."""
    id: str
    use_case: str
    owner: Person
    state: str
    signed_by: Person | None
    signed_at: str | None
    signed_digest: str
    comment: str


class CampaignOut(TypedDict):
    """Whoever owns a use case of the population attests its record within a period."""
    reference: str
    name: str
    statement: str
    population: str
    opens_at: str
    due_at: str
    every_months: int | None
    remind_days: list[int]
    opened_by: Person | None
    closed_at: str | None
    asked: int
    attested: int
    disputed: int


class ChangeOut(TypedDict):
    """A change of watched fields; an answer binds to `content_digest`, the difference as it was asked
    for."""
    reference: str
    use_case: str
    model: str | None
    changes: dict[str, Any]
    content_digest: str
    reason: str
    requested_by: Person
    requested_at: str
    state: str
    decided_by: Person | None
    decided_at: str | None
    decision_reason: str


class CheckpointOut(TypedDict):
    """The newest signed note (C2SP tlog-checkpoint), and the public keys, PEM by key id."""
    size: int
    root: str
    note: str
    key_id: str
    signed_at: str
    public_keys: dict[str, str]


class Compared(TypedDict):
    """What differs between two versions; the change is material as soon as one difference is."""
    since: str
    number: str
    material: bool
    differences: list[DifferenceOut]


class ConsistencyOut(TypedDict):
    """That the tree of `first` leaves is the start of the one of `second`."""
    first: int
    second: int
    first_root: str
    second_root: str
    path: list[str]


class ControlOut(TypedDict):
    """What one control said, and why."""
    control: str
    title: str
    status: str
    says: str
    severity: str
    owner_role: str
    remedy: str
    satisfies: list[str]


class DecisionInFull(TypedDict):
    """A decision with what went in, how its variant was drawn, and the outcome if it is known."""
    decision_id: str
    use_case: str
    status: Literal["decided", "refused"]
    action: str
    clause: str
    detail: str
    decided_by: str
    score: float | None
    remit: str
    version: str
    variant: str
    consumer: str
    purpose: str
    channel: str
    subject: str
    occurred_at: str
    recorded_at: str
    clock: Literal["machine", "injected"]
    total_us: int
    features: dict[str, Any]
    context: dict[str, Any]
    shadow: dict[str, float]
    assigned: str
    draw: float | None
    propensity: float | None
    bundle_sequence: int
    checked_us: int
    scored_us: int
    label: str | None


class DecisionOut(TypedDict):
    """A decision, or a refusal with its clause, as the gateway recorded it."""
    decision_id: str
    use_case: str
    status: Literal["decided", "refused"]
    action: str
    clause: str
    detail: str
    decided_by: str
    score: float | None
    remit: str
    version: str
    variant: str
    consumer: str
    purpose: str
    channel: str
    subject: str
    occurred_at: str
    recorded_at: str
    clock: Literal["machine", "injected"]
    total_us: int


class DependentOut(TypedDict):
    """A model that depends on another, and over how many relations at least."""
    reference: str
    name: str
    steps: int


class DifferenceOut(TypedDict):
    """One thing that differs, and whether the rules call it material; null where there was nothing."""
    rule: str
    label: str
    what: str
    was: Any
    now: Any
    material: bool
    because: str


class Elsewhere(TypedDict):
    """A file that stays where it is, bound by its digest."""
    location: str
    name: str
    media_type: NotRequired[str]
    sha256: NotRequired[str]


class EntryInFull(TypedDict):
    """An entry with its payload as it was hashed; null if erased, or if it may hold what you may not
    read."""
    id: int
    index: int | None
    occurred_at: str
    recorded_at: str
    actor: str
    action: str
    reason: str
    table: str
    operation: str
    object_id: str
    payload_sha256: str
    payload: str | None


class EntryOut(TypedDict):
    """One change of one governed row; `index` is its place in the tree, if it has one yet."""
    id: int
    index: int | None
    occurred_at: str
    recorded_at: str
    actor: str
    action: str
    reason: str
    table: str
    operation: str
    object_id: str
    payload_sha256: str


class EvidenceOut(TypedDict):
    """A dated fact, bound to the version's digest and to its own."""
    reference: str
    kind: str
    title: str
    source: str
    producer: str
    content_digest: str
    sha256: str
    attachment_sha256: str
    values: dict[str, Any]
    rows: list[dict[str, Any]]
    produced_at: str
    expires_at: str | None


class FacetValue(TypedDict):
    """A value of a facet and how many models would be found with it."""
    value: str
    label: str
    count: int


class Facets(TypedDict):
    """How many models fit, and for each facet, under the others, how many each value would find."""
    total: int
    found: int
    views: dict[str, int]
    facets: dict[str, list[FacetValue]]


class FaultOut(TypedDict):
    """What is wrong in a row, and how to mend it."""
    row: int
    column: str
    value: str
    what: str
    remedy: str


class FieldOut(TypedDict):
    """A field that this installation added."""
    id: str
    key: str
    label: str
    help: str
    of: str
    type: str
    choices: list[str]
    minimum: float | None
    maximum: float | None
    formula: str
    kinds: list[str]
    unit: str | None
    required_from: str
    restricted: bool
    order: int
    retired_at: str | None


class GateOut(TypedDict):
    """What every control of a gate said of a version on one day; the digest is of the facts it read."""
    id: str
    gate: str
    passed: bool
    results: list[ControlOut]
    facts_sha256: str
    library_sha256: str
    content_digest: str
    evaluated_at: str


class GroupInFull(TypedDict):
    """A group with who is in it and what they hold."""
    id: str
    name: str
    external_id: str | None
    members: list[Person]
    roles: list[str]


class GroupOut(TypedDict):
    """Several people who hold roles together."""
    id: str
    name: str
    external_id: str | None


class Held(TypedDict):
    """A role somebody holds now: where, until when, and by what (own, group, deputy, emergency)."""
    role: str
    unit: str | None
    use_case: str | None
    ends: str | None
    via: str
    of: str


class Impact(TypedDict):
    """What depends on a model, directly or through others, the nearest first."""
    dependents: list[DependentOut]
    weakest_tier: str


class ImportInFull(TypedDict):
    """An import with its faults, at most 1,000."""
    reference: str
    file_name: str
    sha256: str
    columns: list[str]
    mapping: dict[str, str]
    defaults: dict[str, str]
    state: str
    problem: str
    rows: int
    created: int
    updated: int
    unchanged: int
    requested: int
    faulty: int
    run_by: Person
    run_at: str
    faults: list[FaultOut]


class ImportOut(TypedDict):
    """A file that was brought, and how far it is: new, checking, checked, applying, applied or failed."""
    reference: str
    file_name: str
    sha256: str
    columns: list[str]
    mapping: dict[str, str]
    defaults: dict[str, str]
    state: str
    problem: str
    rows: int
    created: int
    updated: int
    unchanged: int
    requested: int
    faulty: int
    run_by: Person
    run_at: str


class ModelIn(TypedDict):
    """A way of making the decision of a use case; `details` are what its kind asks of it."""
    use_case: str
    name: str
    kind: Literal["ml", "statistical", "rules", "spreadsheet", "vendor", "llm", "agent", "composite"]
    description: NotRequired[str]
    built_in: NotRequired[str]
    vendor: NotRequired[str]
    external_key: NotRequired[str]
    tags: NotRequired[list[str]]
    details: NotRequired[dict[str, Any]]


class ModelOut(TypedDict):
    """A model as it was registered."""
    reference: str
    name: str
    use_case: str
    kind: str
    description: str
    built_in: str
    vendor: str
    external_key: str | None
    tags: list[str]
    details: dict[str, Any]
    registered_at: str


class ModelRow(TypedDict):
    """One model, or a use case that has none yet, as it stands or stood; `fields` leaves members out."""
    reference: str
    name: NotRequired[str]
    use_case: NotRequired[str]
    use_case_name: NotRequired[str]
    kind: NotRequired[str]
    built_in: NotRequired[str]
    vendor: NotRequired[str]
    version: NotRequired[str]
    stage: NotRequired[str]
    tier: NotRequired[str]
    unit: NotRequired[str]
    owner: NotRequired[str]
    owner_active: NotRequired[bool]
    regulations: NotRequired[list[str]]
    tags: NotRequired[list[str]]
    planned_value_a_year: NotRequired[str]
    currency: NotRequired[str]
    missing: NotRequired[list[str]]
    completeness: NotRequired[int]
    remit: NotRequired[str]
    remit_state: NotRequired[str]
    remit_until: NotRequired[str | None]
    health: NotRequired[str]
    since: NotRequired[str]
    until: NotRequired[str | None]


class ModelsOut(TypedDict):
    """Models as they were registered, in the order in which they were given."""
    models: list[ModelOut]


class OutcomeIn(TypedDict):
    """What became of a decision."""
    decision_id: str
    label: str


class Person(TypedDict):
    """Somebody who answers, by name."""
    id: str
    name: str
    title: str


class PersonInFull(TypedDict):
    """A person with the roles they hold now."""
    id: str
    email: str
    name: str
    title: str
    unit: str | None
    active: bool
    left_at: str | None
    roles: list[Held]


class PersonOut(TypedDict):
    """Somebody who works here, or did."""
    id: str
    email: str
    name: str
    title: str
    unit: str | None
    active: bool
    left_at: str | None


class ProofOut(TypedDict):
    """That an entry is under the newest checkpoint: `leaf` is the exact text that is hashed."""
    entry: int
    index: int
    leaf: str
    leaf_hash: str
    steps: list[StepOut]
    size: int
    root: str
    note: str


class RelationOut(TypedDict):
    """`source` uses, feeds, derives from, replaces, is part of or challenges `target`, for a time."""
    id: str
    source: str
    kind: str
    target: str
    note: str
    valid_from: str
    valid_to: str | None


class Relations(TypedDict):
    """The relations of a model; there are few, so they come whole."""
    relations: list[RelationOut]


class RemitInFull(TypedDict):
    """A remit with its terms as signed."""
    reference: str
    use_case: str
    model: str
    version: str
    kind: str
    state: str
    state_reason: str
    state_changed_at: str
    accountable: Person
    issued_by: Person
    issued_at: str
    valid_from: str
    valid_until: str
    sha256: str
    key_id: str
    terms: dict[str, Any]


class RemitOut(TypedDict):
    """The licence of a version, and the state it is in."""
    reference: str
    use_case: str
    model: str
    version: str
    kind: str
    state: str
    state_reason: str
    state_changed_at: str
    accountable: Person
    issued_by: Person
    issued_at: str
    valid_from: str
    valid_until: str
    sha256: str
    key_id: str


class Reported(TypedDict):
    """The sighting; null where an entry covers it."""
    sighting: SightingOut | None


class Requested(TypedDict):
    """The requests that were filed: fields that different people review become one each."""
    changes: list[ChangeOut]


class RoleOut(TypedDict):
    """A duty that somebody holds; `line` is the line of defence."""
    id: str
    name: str
    line: str
    duty: str


class Roles(TypedDict):
    """Every role there is; there are few, so they come whole."""
    roles: list[RoleOut]


class SightingOut(TypedDict):
    """Something a connector or the gateway saw at work."""
    id: str
    source: str
    external_key: str
    name: str
    kind: str
    details: dict[str, Any]
    first_seen_at: str
    last_seen_at: str
    times_seen: int
    state: str
    model: str | None
    reason: str


class StateOut(TypedDict):
    """How the ledger stands: leaves, entries waiting for a place, last checkpoint and verification."""
    size: int
    waiting: int
    root: str
    signed_at: str | None
    key_id: str
    verified_at: str | None
    verified_size: int
    faults: list[str]


class StepOut(TypedDict):
    """A sibling hash on the way to the root."""
    side: Literal["left", "right"]
    hash: str


class TokenMade(TypedDict):
    """A new token with its secret, which is shown this once."""
    prefix: str
    name: str
    holder: str
    scopes: list[str]
    created_at: str
    expires_at: str
    last_used_at: str | None
    revoked_at: str | None
    secret: str


class TokenOut(TypedDict):
    """A key that a person or a service account calls the API with; its secret is not kept."""
    prefix: str
    name: str
    holder: str
    scopes: list[str]
    created_at: str
    expires_at: str
    last_used_at: str | None
    revoked_at: str | None


class UnitOut(TypedDict):
    """A unit of the organisation."""
    id: str
    name: str
    parent: str | None
    head: Person | None


class UseCaseInFull(TypedDict):
    """A use case with what its custom fields say."""
    reference: str
    key: str
    name: str
    decision: str
    purpose: str
    population: str
    value_hypothesis: str
    planned_value_a_year: str
    currency: str
    alternative: str
    owner: Person
    unit: str
    jurisdictions: list[str]
    regulations: list[str]
    affects_people: bool
    kind: str
    tier: str
    filed_at: str
    custom: dict[str, Any]


class UseCaseOut(TypedDict):
    """A decision to be made or supported, and what it should be worth."""
    reference: str
    key: str
    name: str
    decision: str
    purpose: str
    population: str
    value_hypothesis: str
    planned_value_a_year: str
    currency: str
    alternative: str
    owner: Person
    unit: str
    jurisdictions: list[str]
    regulations: list[str]
    affects_people: bool
    kind: str
    tier: str
    filed_at: str


class VendorOut(TypedDict):
    """A company that supplies models. Contract and diligence are null to who may not read them."""
    id: str
    name: str
    country: str
    website: str
    contact: str
    contract: str | None
    contract_ends: str | None
    diligence_at: str | None
    diligence_result: str | None
    diligence_note: str | None


class Verifiable(TypedDict):
    """What an offline check of a remit takes: the DSSE envelope and the public keys, PEM by key id."""
    reference: str
    sha256: str
    envelope: dict[str, Any]
    public_keys: dict[str, str]


class VersionIn(TypedDict):
    """A version to register, beside the files that are sent along."""
    number: str
    summary: NotRequired[str]
    data_schema: NotRequired[dict[str, Any] | None]
    code_reference: str
    decision_rule: NotRequired[dict[str, Any]]
    intended_terms: NotRequired[dict[str, Any]]
    environment: NotRequired[dict[str, Any]]
    details: NotRequired[dict[str, Any]]
    licence: NotRequired[str]
    replaces: NotRequired[str]
    elsewhere: NotRequired[list[Elsewhere]]


class VersionInFull(TypedDict):
    """A version with its contract: what goes in, what its score leads to, and its files."""
    id: str
    model: str
    number: str
    summary: str
    stage: str
    developer: Person
    content_digest: str
    code_reference: str
    registered_at: str
    ready_at: str | None
    in_business_at: str | None
    retired_at: str | None
    data_schema: dict[str, Any]
    decision_rule: dict[str, Any]
    intended_terms: dict[str, Any]
    environment: dict[str, Any]
    details: dict[str, Any]
    licence: str
    artifacts: list[ArtifactOut]


class VersionOut(TypedDict):
    """An immutable snapshot of a model."""
    id: str
    model: str
    number: str
    summary: str
    stage: str
    developer: Person
    content_digest: str
    code_reference: str
    registered_at: str
    ready_at: str | None
    in_business_at: str | None
    retired_at: str | None


class ViewOut(TypedDict):
    """A filter that somebody named, as the query string of `GET /models`."""
    id: str
    name: str
    query: str
    columns: list[str]
    shared: bool
    owner: Person
