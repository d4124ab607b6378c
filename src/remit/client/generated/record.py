"""A model's record as published. Written from the OpenAPI document by `make docs`."""

# fmt: off
from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class ModelRecord(TypedDict):
    """One definition that holds from the idea to after retirement. A use case that has no model yet has the
    same record with `model` null and no versions."""
    schema: Literal["urn:remit:schema:model:1.0.0"]
    as_of: RecordInstant | None
    stage: RecordStage
    use_case: dict[str, Any]
    model: RecordModel | None
    versions: list[RecordVersion]
    completeness: dict[str, Any]
    responsibilities: list[dict[str, Any]]
    standing: RecordStanding | None
    data: list[dict[str, Any]]
    evidence: list[dict[str, Any]]
    governance: dict[str, Any]
    lifecycle: dict[str, Any]
    serving: dict[str, Any]
    monitoring: dict[str, Any]
    value: dict[str, Any]


class RecordAgentModel(TypedDict):
    """What agent says of the model as such."""
    hosting: NotRequired[Literal["own", "provider", "third_party"]]
    data_leaves: NotRequired[bool]
    languages: NotRequired[list[str]]


class RecordAgentVersion(TypedDict):
    """What agent says of a version."""
    prompts: NotRequired[list[dict[str, Any]]]
    base_model: NotRequired[dict[str, Any]]
    tools: NotRequired[list[dict[str, Any]]]
    retrieval: NotRequired[list[dict[str, Any]]]
    parameters: NotRequired[dict[str, float | str | bool]]
    guardrails: NotRequired[list[str]]
    permissions: NotRequired[list[dict[str, Any]]]
    autonomy: NotRequired[Literal["suggests", "acts_with_approval", "acts_within_limits", "acts"]]
    stop: NotRequired[dict[str, Any]]
    memory: NotRequired[Literal["none", "session", "lasting"]]


RecordAmount = str


class RecordCompositeModel(TypedDict):
    """What several together says of the model as such."""
    combination: NotRequired[Literal["sequence", "vote", "average", "router", "rules"]]
    description: NotRequired[str]


class RecordCompositeVersion(TypedDict):
    """What several together says of a version."""
    parts: NotRequired[list[dict[str, Any]]]


RecordCustom = dict[str, Any]


RecordDigest = str


RecordId = str


RecordInstant = str


RecordKind = Literal["ml", "statistical", "rules", "spreadsheet", "vendor", "llm", "agent", "composite"]


class RecordLlmModel(TypedDict):
    """What language model says of the model as such."""
    hosting: NotRequired[Literal["own", "provider", "third_party"]]
    data_leaves: NotRequired[bool]
    languages: NotRequired[list[str]]


class RecordLlmVersion(TypedDict):
    """What language model says of a version."""
    prompts: NotRequired[list[dict[str, Any]]]
    base_model: NotRequired[dict[str, Any]]
    tools: NotRequired[list[dict[str, Any]]]
    retrieval: NotRequired[list[dict[str, Any]]]
    parameters: NotRequired[dict[str, float | str | bool]]
    guardrails: NotRequired[list[str]]


class RecordMlModel(TypedDict):
    """What machine learning says of the model as such."""


class RecordMlVersion(TypedDict):
    """What machine learning says of a version."""
    algorithm: NotRequired[str]
    framework: NotRequired[str]
    hyperparameters: NotRequired[dict[str, float | str | bool | None]]
    objective: NotRequired[str]
    seed: NotRequired[int]
    compute: NotRequired[str]


class RecordModel(TypedDict):
    """A model."""
    id: RecordId
    reference: str
    name: str
    kind: RecordKind
    description: str
    built_in: str
    external_key: str | None
    tags: list[str]
    details: dict[str, Any]
    vendor: RecordVendor | None
    custom: RecordCustom
    weakest_tier: RecordTier
    relations: list[dict[str, Any]]
    registered_at: RecordInstant


class RecordPerson(TypedDict):
    """A person."""
    id: RecordId
    name: str


class RecordRulesModel(TypedDict):
    """What rules says of the model as such."""
    authority: NotRequired[str]


class RecordRulesVersion(TypedDict):
    """What rules says of a version."""
    engine: NotRequired[str]
    language: NotRequired[str]
    rules: NotRequired[int]
    source: NotRequired[dict[str, Any]]


class RecordSpreadsheetModel(TypedDict):
    """What spreadsheet says of the model as such."""
    location: NotRequired[str]
    users: NotRequired[int]


class RecordSpreadsheetVersion(TypedDict):
    """What spreadsheet says of a version."""
    file: NotRequired[dict[str, Any]]
    key_cells: NotRequired[list[dict[str, Any]]]
    macros: NotRequired[dict[str, Any]]
    links: NotRequired[list[str]]


RecordStage = Literal["idea", "intake", "development", "ready", "validation", "approval", "deployment",
    "in_business", "under_review", "retired", "archived"]


class RecordStanding(TypedDict):
    """How it stands."""
    version_number: str
    tier: RecordTier
    stage: RecordStage
    unit_name: str
    owner_name: str
    vendor_name: str
    remit_number: str
    remit_state: str
    health: str
    completeness: int
    remit_from: RecordInstant | None
    remit_until: RecordInstant | None
    valid_from: RecordInstant


class RecordStatisticalModel(TypedDict):
    """What statistical says of the model as such."""


class RecordStatisticalVersion(TypedDict):
    """What statistical says of a version."""
    method: NotRequired[str]
    link: NotRequired[str]
    parameters: NotRequired[int]
    selection: NotRequired[str]
    assumptions: NotRequired[list[str]]


RecordTier = Literal["", "T1", "T2", "T3", "T4"]


class RecordVendor(TypedDict):
    """A vendor; contract and diligence are there for those who may read them."""
    id: RecordId
    name: str
    country: str
    website: str
    contact: str
    contract: NotRequired[str]
    contract_ends: NotRequired[str | None]
    diligence_at: NotRequired[str | None]
    diligence_result: NotRequired[Literal["", "passed", "conditions", "failed"]]
    diligence_note: NotRequired[str]


class RecordVendorModel(TypedDict):
    """What bought from a vendor says of the model as such."""
    product: NotRequired[str]
    hosting: NotRequired[Literal["own", "provider", "third_party"]]
    contract: NotRequired[str]
    due_diligence: NotRequired[dict[str, Any]]
    opaque: NotRequired[list[dict[str, Any]]]
    audit_rights: NotRequired[bool]
    exit_plan: NotRequired[str]


class RecordVendorVersion(TypedDict):
    """What bought from a vendor says of a version."""
    release: NotRequired[str]
    released_at: NotRequired[str]
    notes: NotRequired[str]


class RecordVersion(TypedDict):
    """An immutable snapshot."""
    id: RecordId
    number: str
    summary: str
    stage: RecordStage
    schema: dict[str, Any]
    decision_rule: dict[str, Any]
    intended_terms: dict[str, Any]
    details: dict[str, Any]
    code_reference: str
    environment: dict[str, Any]
    licence: str
    external_key: str | None
    content_digest: RecordDigest
    developer: RecordPerson
    training_data: dict[str, Any] | None
    replaces: str | None
    artifacts: list[dict[str, Any]]
    registered_at: RecordInstant
    ready_at: RecordInstant | None
    in_business_at: RecordInstant | None
    retired_at: RecordInstant | None


class Recorded(TypedDict):
    """How many outcomes were kept, and in which sealed files."""
    rows: int
    files: list[str]
