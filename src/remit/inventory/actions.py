"""Writes of the inventory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from remit.inventory import artifacts, queries, rules
from remit.inventory.contract import ArtifactFile, Intake
from remit.inventory.models import KINDS, STAGES, TIERS, Artifact, Model, UseCase, Version
from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import action, emit
from remit.ledger.numbering import next_number
from remit.people import queries as people
from remit.people.models import Unit, User


@action("use_case.file")
def file_use_case(*, acting_user: User, form: Intake, unit: Unit) -> UseCase:
    """File an intake form: the idea becomes a use case that the acting person owns.

    Raises:
        Denied: the person is not a model owner in this unit.
        Invalid: a field is wrong, or the name is taken.
    """
    people.require(acting_user, "use_case.file", unit=unit)
    planned = rules.checked_intake(form)
    key = rules.slug(form.name)
    if UseCase.objects.filter(key=key).exists():
        message = f"There is already a use case under the name {key}."
        raise Invalid(message, fields={"name": message})
    filed = UseCase.objects.create(
        reference=next_number("UC"),
        key=key,
        name=form.name.strip(),
        decision=form.decision.strip(),
        purpose=form.purpose,
        population=form.population.strip(),
        value_hypothesis=form.value_hypothesis.strip(),
        planned_value_a_year=planned,
        currency=form.currency,
        alternative=form.alternative.strip(),
        kind=form.kind,
        jurisdictions=list(form.jurisdictions),
        regulations=list(form.regulations),
        affects_people=form.affects_people,
        owner=acting_user,
        unit=unit,
        filed_at=clock.now(),
    )
    emit("use_case.filed", filed, name=filed.name)
    return filed


@action("use_case.set_tier")
def set_tier(*, acting_user: User | str, use_case: UseCase, tier: str) -> UseCase:
    """Record the tier that governance confirmed.

    Raises:
        Denied: the acting person may not confirm tiers.
        Invalid: there is no such tier.
    """
    people.require(acting_user, "tier.confirm", unit=use_case.unit)
    if tier not in dict(TIERS):
        raise Invalid(f"There is no tier {tier!r}.", fields={"tier": "Choose T1, T2, T3 or T4."})
    use_case.tier = tier
    use_case.save(update_fields=["tier"])
    emit("use_case.tiered", use_case, tier=tier)
    return use_case


@action("model.register")
def register_model(
    *, acting_user: User, use_case: UseCase, name: str, kind: str, description: str = "", built_in: str = ""
) -> Model:
    """Register a way of making the decision of a use case.

    Raises:
        Denied: the person is not a developer in the use case's unit.
        Invalid: the name is empty or taken, or the kind is unknown.
    """
    people.require(acting_user, "model.register", unit=use_case.unit)
    name = name.strip()
    fields: dict[str, str] = {}
    if not name:
        fields["name"] = "Name the model."
    elif use_case.models.filter(name__iexact=name).exists():
        fields["name"] = f"{use_case.name} has a model named {name} already."
    if kind not in dict(KINDS):
        fields["kind"] = f"Choose one of: {', '.join(dict(KINDS))}."
    if fields:
        raise Invalid("The model cannot be registered.", fields=fields)
    registered = Model.objects.create(
        reference=next_number("MDL"),
        use_case=use_case,
        name=name,
        kind=kind,
        description=description.strip(),
        built_in=built_in.strip(),
        registered_at=clock.now(),
    )
    emit("model.registered", registered, use_case=use_case.pk, name=name)
    return registered


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
