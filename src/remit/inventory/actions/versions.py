"""Registering versions, declaring them ready and moving them through their life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remit.inventory import artifacts, queries, rules, standing
from remit.inventory.contract import ArtifactFile
from remit.inventory.models import STAGES, Artifact, Model, Version
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries as people
from remit.people.models import User


@action("version.register")
def register_version(
    *,
    acting_user: User,
    model: Model,
    number: str,
    summary: str,
    files: Sequence[ArtifactFile],
    schema: Mapping[str, Any],
    decision_rule: Mapping[str, Any],
    code_reference: str,
    environment: Mapping[str, Any],
    training_data: Any = None,
    intended_terms: Mapping[str, Any] | None = None,
    replaces: Version | None = None,
) -> Version:
    """Register an immutable version: its files are hashed and stored, its digest is fixed.

    `training_data` is a `data.DataAsset`, or None.

    Raises:
        Denied: the person is not a developer in the use case's unit.
        Invalid: a field is wrong or a file cannot be read.
        Unavailable: the artifact store cannot be written.
    """
    people.require(acting_user, "version.register", unit=model.use_case.unit)
    _check_registration(model, number, files, code_reference)
    read = rules.checked_schema(schema)
    stored = [artifacts.store(file) for file in files]
    digest = rules.content_digest(
        model=model.reference,
        number=number,
        artifacts=stored,
        schema=read.as_dict(),
        decision_rule=decision_rule,
        code_reference=code_reference,
        training_data=training_data.sha256 if training_data else "",
        environment=environment,
    )
    version = Version.objects.create(
        model=model,
        number=number,
        summary=summary.strip(),
        developer=acting_user,
        schema=read.as_dict(),
        decision_rule=dict(decision_rule),
        intended_terms=dict(intended_terms or {}),
        code_reference=code_reference,
        environment=dict(environment),
        training_data=training_data,
        replaces=replaces,
        content_digest=digest,
        registered_at=clock.now(),
    )
    for item in stored:
        Artifact.objects.create(
            version=version, name=item.name, media_type=item.media_type, sha256=item.sha256, size=item.size
        )
    standing.refresh([model.use_case_id])
    emit("version.registered", version, model=model.pk, use_case=model.use_case_id, number=number)
    return version


@action("version.declare_ready")
def declare_ready(*, acting_user: User, version: Version) -> Version:
    """Declare a version model-ready: from here its content may not change and the clock to business runs.

    Raises:
        Denied: the person did not develop it.
        Conflict: it was declared ready before.
        Broken: an artifact is gone or has changed.
    """
    people.require(acting_user, "version.declare_ready", unit=version.model.use_case.unit)
    if acting_user.pk != version.developer_id:
        raise Denied(f"Only {version.developer.name}, who built {version}, may declare it ready.")
    if version.ready_at is not None:
        raise Conflict(f"{version} is ready since {version.ready_at:%d %b %Y}.")
    queries.verified_artifacts(version)
    version.ready_at = clock.now()
    version.stage = "ready"
    version.save(update_fields=["ready_at", "stage"])
    standing.refresh([version.model.use_case_id])
    emit("version.ready", version, use_case=version.model.use_case_id)
    return version


@action("version.move")
def move(*, acting_user: User | str, version: Version, stage: str) -> Version:
    """Move a version to a stage of its life; the process decides when.

    Raises:
        Denied: a person, not the process, tries to move it.
        Invalid: there is no such stage.
    """
    people.require(acting_user, "version.move", unit=version.model.use_case.unit)
    if stage not in dict(STAGES):
        raise Invalid(
            f"There is no stage {stage!r}.", fields={"stage": f"One of: {', '.join(dict(STAGES))}."}
        )
    before = version.stage
    if before == stage:
        return version
    version.stage = stage
    changed = ["stage"]
    if stage == "in_business" and version.in_business_at is None:
        version.in_business_at = clock.now()
        changed.append("in_business_at")
    if stage == "retired" and version.retired_at is None:
        version.retired_at = clock.now()
        changed.append("retired_at")
    version.save(update_fields=changed)
    standing.refresh([version.model.use_case_id])
    emit("version.moved", version, use_case=version.model.use_case_id, before=before, after=stage)
    return version


def _check_registration(
    model: Model, number: str, files: Sequence[ArtifactFile], code_reference: str
) -> None:
    fields: dict[str, str] = {}
    if not number.strip():
        fields["number"] = "Give the version a number, such as 1.0."
    elif model.versions.filter(number=number).exists():
        fields["number"] = f"{model.name} has a version {number} already; a version never changes."
    if not files:
        fields["artifacts"] = "Give at least one file."
    if len({file.name for file in files}) != len(files):
        fields["artifacts"] = "Two files have the same name."
    if not code_reference.strip():
        fields["code_reference"] = "Say which code made it: a repository and a commit, or a file's digest."
    if fields:
        raise Invalid("The version cannot be registered.", fields=fields)
