"""Writes of serving: routes, consumers, bundles, outcomes, and the sealing of the decision store."""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from remit.gateway import contract as gateway
from remit.governance import queries as governance
from remit.inventory import artifacts
from remit.inventory import queries as inventory
from remit.inventory.models import UseCase, Version
from remit.kernel import clock, paths
from remit.kernel.ids import instant_of, uuid7
from remit.kernel.problems import Conflict, Invalid, Unavailable
from remit.ledger import turns
from remit.ledger.capture import action, emit
from remit.measure.backends import parquet
from remit.people import queries as people
from remit.people.models import User
from remit.proof import dsse
from remit.proof.keys import KeyRing
from remit.serving import queries
from remit.serving.models import MODES, VARIANTS, Bundle, Consumer, Deployment, Route, StoreFile

ENVIRONMENT = "production"


@action("deployment.change")
def deploy(
    *, acting_user: User, version: Version, variant: str = "champion", weight: float = 1.0, reason: str = ""
) -> Deployment:
    """Put a version behind the gateway; the champion or control that was there before is ended.

    Raises:
        Denied: the person does not operate models in this unit.
        Conflict: the version has no remit in force.
        Broken: an artifact is gone or has changed.
        Invalid: the variant is unknown, or the weight is negative.
    """
    use_case = version.model.use_case
    people.require(acting_user, "deployment.change", unit=use_case.unit, subject=use_case.pk)
    if variant not in dict(VARIANTS):
        raise Invalid(
            "There is no such variant.", fields={"variant": f"One of: {', '.join(dict(VARIANTS))}."}
        )
    if weight < 0:
        raise Invalid("A weight is not negative.", fields={"weight": "Give a number from 0."})
    if governance.remit_in_force(version) is None:
        raise Conflict(f"{version} has no remit in force.", remedy="Issue the remit first.")
    # the gateway reads from the store: what lies elsewhere is brought there, and all of it hashed again
    inventory.verified_artifacts(version)
    route, _ = Route.objects.get_or_create(use_case=use_case, defaults={"salt": secrets.token_hex(12)})
    ending = route.deployments.filter(ended_at=None, variant=variant)
    if variant not in {"champion", "control"}:
        ending = ending.filter(version=version)
    for old in ending:
        _end(old)
    if variant == "champion":
        for old in route.deployments.filter(ended_at=None, version=version, variant="challenger"):
            _end(old)
    placed = Deployment.objects.create(
        route=route,
        version=version,
        environment=ENVIRONMENT,
        variant=variant,
        weight=weight,
        deployed_by=acting_user,
        deployed_at=clock.now(),
    )
    emit(
        "deployment.changed",
        placed,
        use_case=use_case.pk,
        version=version.pk,
        variant=variant,
        weight=weight,
        reason=reason,
    )
    return placed


@action("deployment.set_weights")
def set_weights(
    *, acting_user: User, use_case: UseCase, weights: Mapping[str, float], reason: str
) -> list[Deployment]:
    """Share the traffic anew among the variants of a route, by variant name.

    Raises:
        Denied: the person does not operate models in this unit.
        Invalid: a variant is not deployed, a weight is negative, or all are zero.
    """
    people.require(acting_user, "deployment.change", unit=use_case.unit, subject=use_case.pk)
    live = {d.variant: d for d in Deployment.objects.filter(route__use_case=use_case, ended_at=None)}
    unknown = sorted(set(weights) - set(live))
    if unknown or min(weights.values(), default=-1) < 0 or sum(weights.values()) <= 0:
        message = f"Not deployed: {', '.join(unknown)}." if unknown else "Give weights from 0, not all zero."
        raise Invalid("The traffic cannot be shared so.", fields={"weights": message})
    for name, weight in weights.items():
        live[name].weight = weight
        live[name].save(update_fields=["weight"])
        emit("deployment.changed", live[name], use_case=use_case.pk, weight=weight, reason=reason)
    return list(live.values())


@action("deployment.end")
def end_deployments(*, acting_user: User | str, version: Version, reason: str) -> list[Deployment]:
    """Take a version off its route.

    Raises:
        Denied: the person does not operate models in this unit.
    """
    people.require(
        acting_user, "deployment.change", unit=version.model.use_case.unit, subject=version.model.use_case.pk
    )
    live = list(Deployment.objects.filter(version=version, ended_at=None))
    for deployment in live:
        _end(deployment)
        emit("deployment.ended", deployment, version=version.pk, reason=reason)
    return live


@action("deployment.set_mode")
def set_mode(*, acting_user: User | str, version: Version, mode: str, reason: str) -> list[Deployment]:
    """Let a version decide as usual, refer every case to a person, or fall back; by a stop condition.

    Raises:
        Denied: the person does not operate models in this unit.
        Invalid: the mode is unknown, or no reason is given.
        Conflict: the version is not deployed.
    """
    people.require(
        acting_user, "deployment.change", unit=version.model.use_case.unit, subject=version.model.use_case.pk
    )
    if mode not in dict(MODES):
        raise Invalid("There is no such mode.", fields={"mode": f"One of: {', '.join(dict(MODES))}."})
    if not reason.strip():
        raise Invalid("Say why.", fields={"reason": "Give the reason; it is kept with the deployment."})
    live = list(Deployment.objects.filter(version=version, ended_at=None).exclude(variant="control"))
    if not live:
        raise Conflict(f"{version} is not deployed.")
    for deployment in live:
        deployment.mode, deployment.mode_reason = mode, reason.strip()
        deployment.save(update_fields=["mode", "mode_reason"])
        emit("deployment.mode_set", deployment, version=version.pk, mode=mode, reason=reason)
    return live


@action("consumer.register")
def register_consumer(
    *,
    acting_user: User,
    name: str,
    use_cases: Sequence[str],
    channels: Sequence[str],
    expires_at: datetime | None = None,
) -> tuple[Consumer, str]:
    """Register a system that may ask, and return its token, which is shown only now.

    Raises:
        Denied: the person does not operate models.
        Invalid: the name is empty or taken.
    """
    people.require(acting_user, "consumer.register")
    if not name.strip() or Consumer.objects.filter(name__iexact=name.strip()).exists():
        message = f"There is a consumer named {name} already." if name.strip() else "Name the consumer."
        raise Invalid(message, fields={"name": message})
    token = f"rmt_{secrets.token_urlsafe(32)}"
    consumer = Consumer.objects.create(
        name=name.strip(),
        token_sha256=hashlib.sha256(token.encode()).hexdigest(),
        use_cases=list(use_cases),
        channels=list(channels),
        registered_at=clock.now(),
        expires_at=expires_at,
    )
    emit("consumer.registered", consumer, use_cases=list(use_cases))
    return consumer, token


@action("bundle.publish")
def publish_bundle(*, acting_user: User | str, cause: str) -> Bundle:
    """Publish what the gateways obey: routes, remits and their states, consumers; signed, in one rename.

    Raises:
        Denied: the person does not operate models.
        Unavailable: the bundle's file cannot be written.
    """
    people.require(acting_user, "deployment.change")
    # one publisher at a time: a lower sequence must never be written after a higher one
    Bundle.objects.select_for_update().order_by("-sequence").first()
    last = Bundle.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    content = gateway.Bundle(
        format=gateway.BUNDLE_FORMAT,
        sequence=(last or 0) + 1,
        published_at=clock.now(),
        environment=ENVIRONMENT,
        consumers=tuple(_consumer(c) for c in Consumer.objects.order_by("name")),
        routes=tuple(
            _route(r) for r in Route.objects.select_related("use_case__owner").order_by("use_case__key")
        ),
    )
    envelope = dsse.sign(msgspec.json.encode(content), gateway.BUNDLE_PAYLOAD_TYPE, KeyRing(paths.keys()))
    encoded = json.dumps(envelope).encode()
    published = Bundle.objects.create(
        sequence=content.sequence,
        sha256=hashlib.sha256(encoded).hexdigest(),
        environment=ENVIRONMENT,
        cause=cause[:120],
        published_at=clock.now(),
    )
    emit("bundle.published", published, sequence=content.sequence, cause=cause)
    _write(paths.bundle_file(), encoded)
    return published


@action("outcome.record")
def record_outcomes(
    *, acting_user: User | str, use_case: UseCase, outcomes: Sequence[Mapping[str, Any]]
) -> list[StoreFile]:
    """Record what became of decisions: rows of `decision_id` and `label`; a later row replaces an earlier.

    Raises:
        Denied: the person may not record outcomes in this unit.
        Invalid: a row has no decision id or no label.
    """
    people.require(acting_user, "outcome.record", unit=use_case.unit, subject=use_case.pk)
    known_at = clock.now()
    listed = [
        {"decision_id": str(_id(row)), "label": str(row.get("label", "")), "known_at": known_at}
        for row in outcomes
    ]
    if any(not row["label"] for row in listed):
        raise Invalid("An outcome has a label.", fields={"label": "Give the label of every decision."})
    files = _store(use_case, "outcomes", paths.outcomes(), listed)
    emit("outcome.recorded", use_case, rows=len(listed))
    return files


@action("outcome.record_protected")
def record_protected(
    *, acting_user: User | str, use_case: UseCase, attributes: Sequence[Mapping[str, Any]]
) -> list[StoreFile]:
    """Keep protected attributes of decided people apart, for fairness only: `decision_id` and attributes.

    Raises:
        Denied: the person may not record outcomes in this unit.
        Invalid: a row has no decision id.
    """
    people.require(acting_user, "outcome.record", unit=use_case.unit, subject=use_case.pk)
    listed = [{**row, "decision_id": str(_id(row))} for row in attributes]
    return _store(use_case, "protected", paths.protected(), listed)


@action("store.seal")
def seal_decision_files(*, acting_user: str) -> list[StoreFile]:
    """Seal every decision file that is not yet in the ledger: its digest, its rows, its range of ids."""
    people.require(acting_user, "store.seal")
    turns.take("store.seal")
    sealed = []
    root = paths.decisions()
    known = set(StoreFile.objects.filter(kind="decisions").values_list("path", flat=True))
    cases = {u.key: u for u in UseCase.objects.all()}
    for file in sorted(root.glob("*/day=*/*.parquet")):
        name, case = str(file.relative_to(root)), cases.get(file.parent.parent.name)
        if name not in known and case is not None:
            sealed.append(_seal(case, "decisions", root, file))
    if sealed:
        emit("store.sealed", sealed[0], files=len(sealed), rows=sum(s.rows for s in sealed))
    return sealed


def _end(deployment: Deployment) -> None:
    deployment.ended_at = clock.now()
    deployment.save(update_fields=["ended_at"])


def _id(row: Mapping[str, Any]) -> UUID:
    try:
        found = UUID(str(row.get("decision_id", "")))
        instant_of(found)
    except ValueError as error:
        raise Invalid(
            f"{row.get('decision_id')!r} is not the id of a decision.",
            fields={"decision_id": "Give the id from the gateway's answer."},
        ) from error
    return found


def _store(use_case: UseCase, kind: str, root: Path, listed: Sequence[Mapping[str, Any]]) -> list[StoreFile]:
    days: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in listed:
        days[f"{instant_of(UUID(row['decision_id'])):%Y-%m-%d}"].append(row)
    sealed = []
    for day, rows in sorted(days.items()):
        file = root / use_case.key / f"day={day}" / f"{uuid7()}.parquet"
        try:
            parquet.write(rows, file)
        except OSError as error:
            raise Unavailable(
                f"The store {root} cannot be written: {error.strerror}.", remedy="Free some space, try again."
            ) from error
        sealed.append(_seal(use_case, kind, root, file))
    return sealed


def _seal(use_case: UseCase, kind: str, root: Path, file: Path) -> StoreFile:
    ids = sorted(UUID(row["decision_id"]) for row in parquet.scan([file]).select("decision_id").rows())
    return StoreFile.objects.create(
        use_case=use_case,
        kind=kind,
        path=str(file.relative_to(root)),
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        rows=len(ids),
        first_id=ids[0],
        last_id=ids[-1],
        sealed_at=clock.now(),
    )


def _consumer(consumer: Consumer) -> gateway.Consumer:
    return gateway.Consumer(
        id=str(consumer.pk),
        name=consumer.name,
        token_sha256=consumer.token_sha256,
        use_cases=tuple(consumer.use_cases),
        channels=tuple(consumer.channels),
        expires_at=consumer.expires_at,
    )


def _route(route: Route) -> gateway.Route:
    placed = route.deployments.select_related("version__model").order_by("variant", "-deployed_at")
    live = [deployment for deployment in placed if deployment.ended_at is None]
    variants = [variant for deployment in live if (variant := _variant(deployment))]
    here = {deployment.version_id for deployment in live}
    variants += _stopped({d.version_id: d for d in placed if d.version_id not in here})
    return gateway.Route(
        use_case=route.use_case.key,
        name=route.use_case.name,
        salt=route.salt,
        variants=tuple(variants),
        contact=route.use_case.owner.email,
    )


def _stopped(ended: Mapping[UUID, Deployment]) -> list[gateway.Variant]:
    """Versions off the route whose remit no longer stands: asked for by number, they are refused by name."""
    found = [variant for deployment in ended.values() if (variant := _variant(deployment))]
    return [
        msgspec.structs.replace(variant, name="challenger", weight=0.0)
        for variant in found
        if variant.remit_state != "in_force"
    ]


def _variant(deployment: Deployment) -> gateway.Variant | None:
    version = deployment.version
    remit = version.remits.exclude(state="draft").order_by("-issued_at").first()
    if remit is None:
        return None
    scorer = version.artifacts.filter(media_type="application/onnx").first()
    columns = version.schema.get("columns", [])
    return gateway.Variant(
        name=deployment.variant,
        weight=deployment.weight,
        deployment=str(deployment.pk),
        version=version.number,
        version_id=str(version.pk),
        remit=remit.envelope,
        remit_state=remit.state,
        state_reason=remit.state_reason,
        inputs=queries.inputs_of(version),
        artifact=gateway.Artifact(
            name=scorer.name,
            sha256=scorer.sha256,
            path=str(artifacts.place(scorer.sha256).relative_to(paths.artifacts())),
        )
        if scorer
        else None,
        protected=tuple(column["name"] for column in columns if column.get("role") == "protected"),
        mode=deployment.mode,
        mode_reason=deployment.mode_reason,
    )


def _write(file: Path, content: bytes) -> None:
    temporary = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise Unavailable(
            f"The bundle {file} cannot be written: {error.strerror}.",
            remedy="Free some space or mend the folder's permissions, then publish again.",
        ) from error
