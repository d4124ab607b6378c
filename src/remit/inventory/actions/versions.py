"""Registering versions, declaring them ready and moving them through their life."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remit.inventory import artifacts, queries, rules, standing
from remit.inventory.contract import ArtifactFile, RemoteFile, StoredArtifact
from remit.inventory.models import STAGES, Artifact, Model, Version
from remit.inventory.rules import kinds
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
    files: Sequence[ArtifactFile | RemoteFile],
    decision_rule: Mapping[str, Any],
    code_reference: str,
    environment: Mapping[str, Any],
    schema: Mapping[str, Any] | None = None,
    training_data: Any = None,
    intended_terms: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
    licence: str = "",
    replaces: Version | None = None,
) -> Version:
    """Register an immutable version: its files are hashed, and stored or bound where they lie.

    Args:
        acting_user: the developer.
        model: what it is a version of.
        number: such as 1.0; unique in the model.
        summary: what it is, in a sentence.
        files: files of this machine, which are copied into the store, or of elsewhere, which stay there.
        decision_rule: from score to action.
        code_reference: a repository and a commit, or a file's digest.
        environment: what it was made with, such as package versions.
        schema: columns with role, kind and range; drafted from the files of this machine if omitted.
        training_data: a `data.DataAsset`, or None.
        intended_terms: the remit terms the developer proposes.
        details: what its kind asks of a version, such as prompts.
        licence: an SPDX expression, or words.
        replaces: the version it follows.

    Raises:
        Denied: the person is not a developer in the use case's unit, or a file lies where Remit may not look.
        Invalid: a field is wrong or a file cannot be read.
        Unavailable: the artifact store cannot be written, or the place of a file cannot be reached.
    """
    people.require(acting_user, "version.register", unit=model.use_case.unit, subject=model.use_case_id)
    _check_registration(model, number, files, {"code_reference": code_reference, "licence": licence})
    columns = rules.checked_schema(_schema(model, files) if schema is None else schema, model.kind)
    kinds.check(model.kind, dict(details or {}), of="version")
    stored = [artifacts.bound(f) if isinstance(f, RemoteFile) else artifacts.store(f) for f in files]
    version = Version(
        model=model,
        number=number,
        summary=summary.strip(),
        developer=acting_user,
        schema=columns,
        decision_rule=dict(decision_rule),
        intended_terms=dict(intended_terms or {}),
        details=dict(details or {}),
        code_reference=code_reference,
        environment=dict(environment),
        licence=licence.strip(),
        training_data=training_data,
        replaces=replaces,
        registered_at=clock.now(),
    )
    version.content_digest = _digest(version, stored)
    version.save(force_insert=True)
    Artifact.objects.bulk_create(
        Artifact(
            version=version,
            name=item.name,
            media_type=item.media_type,
            sha256=item.sha256,
            size=item.size,
            location=item.location,
        )
        for item in stored
    )
    standing.refresh([model.use_case_id])
    emit("version.registered", version, model=model.pk, use_case=model.use_case_id, number=number)
    return version


@action("version.edit_schema")
def edit_schema(*, acting_user: User, version: Version, schema: Mapping[str, Any]) -> Version:
    """Mend the schema of a version that is not ready yet; it gets another digest.

    What was measured or decided on the former content no longer counts for it.

    Raises:
        Denied: the person did not develop it.
        Conflict: it is ready, and changes no more.
        Invalid: a column is wrong.
    """
    held = _editable(acting_user, version)
    held.schema = rules.checked_schema(schema, held.model.kind)
    return _edited(held, "schema")


@action("version.edit_terms")
def edit_terms(*, acting_user: User, version: Version, intended_terms: Mapping[str, Any]) -> Version:
    """Propose other remit terms for a version that is not ready yet; it gets another digest.

    Raises:
        Denied: the person did not develop it.
        Conflict: it is ready, and changes no more.
    """
    held = _editable(acting_user, version)
    held.intended_terms = dict(intended_terms)
    return _edited(held, "intended_terms")


@action("version.declare_ready")
def declare_ready(*, acting_user: User, version: Version) -> Version:
    """Declare a version model-ready: from here its content may not change and the clock to business runs.

    Raises:
        Denied: the person did not develop it.
        Conflict: it was declared ready before.
        Broken: an artifact is gone or has changed.
        Unavailable: the place of an artifact cannot be reached.
    """
    people.require(
        acting_user,
        "version.declare_ready",
        unit=version.model.use_case.unit,
        subject=version.model.use_case.pk,
    )
    if acting_user.pk != version.developer_id:
        raise Denied(f"Only {version.developer.name}, who built {version}, may declare it ready.")
    if version.ready_at is not None:
        raise Conflict(f"{version} is ready since {version.ready_at:%d %b %Y}.")
    queries.check_artifacts(version)
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
    people.require(
        acting_user, "version.move", unit=version.model.use_case.unit, subject=version.model.use_case.pk
    )
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


def _schema(model: Model, files: Sequence[ArtifactFile | RemoteFile]) -> Mapping[str, Any]:
    if model.kind in rules.WITHOUT_COLUMNS:
        return {}
    here = [(file.name, file.path) for file in files if isinstance(file, ArtifactFile)]
    # reading formats takes libraries that nothing else here needs
    from remit.inventory import inference

    return inference.draft(here).schema.as_dict()


def _editable(who: User, version: Version) -> Version:
    """Return the version as it is now, locked, if this person may edit it."""
    people.require(
        who, "version.register", unit=version.model.use_case.unit, subject=version.model.use_case_id
    )
    if who.pk != version.developer_id:
        raise Denied(f"Only {version.developer.name}, who built {version}, may edit it.")
    held = (
        Version.objects.select_for_update(of=("self",))
        .select_related("model__use_case__unit", "developer", "training_data")
        .get(pk=version.pk)
    )
    if held.ready_at is not None:
        raise Conflict(
            f"{held} is ready since {held.ready_at:%d %b %Y} and changes no more.",
            remedy="Register what you have as a new version.",
        )
    return held


def _edited(held: Version, field: str) -> Version:
    before = held.content_digest
    files = held.artifacts.all()
    held.content_digest = _digest(
        held, [StoredArtifact(f.name, f.media_type, f.sha256, f.size, f.location) for f in files]
    )
    if held.content_digest == before:
        return held
    held.save(update_fields=[field, "content_digest"])
    standing.refresh([held.model.use_case_id])
    emit("version.edited", held, use_case=held.model.use_case_id, field=field, before=before)
    return held


def _digest(version: Version, files: Sequence[StoredArtifact]) -> str:
    return rules.content_digest(
        model=version.model.reference,
        number=version.number,
        artifacts=files,
        schema=version.schema,
        decision_rule=version.decision_rule,
        code_reference=version.code_reference,
        training_data=version.training_data.sha256 if version.training_data else "",
        environment=version.environment,
        details=version.details,
        licence=version.licence,
        intended_terms=version.intended_terms,
    )


def _check_registration(
    model: Model, number: str, files: Sequence[ArtifactFile | RemoteFile], texts: Mapping[str, str]
) -> None:
    fields: dict[str, str] = {}
    if not 0 < len(number.strip()) <= 20:
        fields["number"] = "Give the version a number of at most 20 characters, such as 1.0."
    elif model.versions.filter(number=number).exists():
        fields["number"] = f"{model.name} has a version {number} already; a version never changes."
    if not files and model.kind not in rules.WITHOUT_COLUMNS:
        fields["artifacts"] = "Give at least one file."
    if len({file.name for file in files}) != len(files):
        fields["artifacts"] = "Two files have the same name."
    if any(not 0 < len(file.name) <= 200 for file in files):
        fields["artifacts"] = "Name each file, with at most 200 characters."
    if not texts["code_reference"].strip():
        fields["code_reference"] = "Say which code made it: a repository and a commit, or a file's digest."
    for name, most in (("code_reference", 300), ("licence", 60)):
        if len(texts[name]) > most:
            fields[name] = f"At most {most} characters."
    if fields:
        raise Invalid("The version cannot be registered.", fields=fields)
