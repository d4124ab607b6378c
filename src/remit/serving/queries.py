"""Reads of serving: what is deployed, what the gateway did, and why it decided as it did."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from remit.gateway import explain
from remit.gateway.contract import Field, Reason, ScoreOutput
from remit.gateway.decide import action_for
from remit.gateway.runtimes.onnx import OnnxRuntime
from remit.inventory import queries as inventory
from remit.inventory.models import UseCase, Version
from remit.kernel import paths
from remit.kernel.ids import instant_of
from remit.kernel.problems import Broken, Unknown
from remit.measure.backends import parquet
from remit.people import queries as people
from remit.people.models import User
from remit.people.policies import policy
from remit.proof.remit_statement import DecisionRule
from remit.serving import decision_store, rules
from remit.serving.contract import DecisionFilter, Explained, Rescored, Traffic
from remit.serving.models import Bundle, Consumer, Deployment, StoreFile

_COUNTS = (
    "select status, clause, action, variant, count(*) as n from found"
    " group by status, clause, action, variant order by status, clause, action, variant"
)
_ROOTS = {"decisions": paths.decisions, "outcomes": paths.outcomes, "protected": paths.protected}
_SLOWEST = "select quantile_disc(total_us, 0.95) as p95 from found where status = 'decided'"


def deployments(use_case: UseCase) -> QuerySet[Deployment]:
    """Return what is at work for a use case now."""
    return (
        Deployment.objects.filter(route__use_case=use_case, ended_at=None)
        .select_related("version__model", "deployed_by")
        .order_by("variant")
    )


def serving_digest(version: Version) -> str:
    """Return the content digest of what is on the route for a version, empty when it is not deployed."""
    live = Deployment.objects.filter(version=version, ended_at=None).select_related("version").first()
    return live.version.content_digest if live else ""


def consumers_of(use_case: UseCase) -> list[str]:
    """Return the names of the consumers that may ask for a use case."""
    named = Consumer.objects.filter(use_cases__contains=[use_case.key]).order_by("name")
    return list(named.values_list("name", flat=True))


def latest_bundle() -> Bundle | None:
    """Return the last bundle that was published."""
    return Bundle.objects.order_by("-sequence").first()


def traffic(use_case: UseCase, *, since: datetime, until: datetime) -> Traffic:
    """Return what happened at the gateway for a use case over a window."""
    found = decision_store.scan(use_case.key, since=since, until=until)
    counted = parquet.query(_COUNTS, found=found) if found.columns else []
    slow = parquet.query(_SLOWEST, found=found) if counted else [{"p95": None}]
    decided = [row for row in counted if row["status"] == "decided"]
    refused = [row for row in counted if row["status"] == "refused"]
    actions = _sums(decided, "action")
    return Traffic(
        since=since,
        until=until,
        asked=sum(row["n"] for row in counted),
        approved=actions["approve"],
        referred=actions["refer"],
        declined=actions["decline"],
        refused=sum(row["n"] for row in refused),
        p95_ms=None if slow[0]["p95"] is None else slow[0]["p95"] / 1000,
        refused_by=dict(_sums(refused, "clause")),
        by_variant=dict(_sums(decided, "variant")),
    )


def altered_files(kind: str = "decisions") -> list[str]:
    """Return what is wrong with the sealed files of a store, one sentence each."""
    files = StoreFile.objects.filter(kind=kind).order_by("path")
    return [fault for sealed in files if (fault := _alteration(_ROOTS[kind]() / sealed.path, sealed))]


def last_asked(use_case: UseCase) -> datetime | None:
    """Return when the last sealed decision or refusal of a use case was made; None before there is one."""
    sealed = StoreFile.objects.filter(use_case=use_case, kind="decisions").order_by("-last_id").first()
    return instant_of(sealed.last_id) if sealed else None


def find_decision(who: User, decision_id: UUID) -> tuple[UseCase, dict[str, Any]]:
    """Return a decision or refusal by id.

    Raises:
        Unknown: it is not there, or of a use case that is not theirs to see.
        Denied: the person may not read decisions in its unit.
    """
    cases = {use_case.key: use_case for use_case in UseCase.objects.select_related("owner", "unit")}
    key, row = decision_store.find(cases, decision_id)
    policy("use_case").seen(who, cases[key])
    policy("decision").require(who, "read", cases[key])
    return cases[key], row


def explained(version: Version, row: dict[str, Any], *, below: float) -> Explained:
    """Return a decision with its reasons, what would have changed it, and its replay.

    Args:
        version: the version that scored it; its artifact is hashed again and scores again.
        row: the recorded decision.
        below: the score under which the action would have been another one.
    """
    features, context = json.loads(row["features"]), json.loads(row["context"])
    if row["score"] is None:
        return Explained(row, features, context)
    runtime, fields = runtime_of(version)
    return Explained(
        row,
        features,
        context,
        reasons=explain.contributions(runtime, fields, features),
        changes=explain.what_would_change(runtime, fields, features, below),
        replay=explain.replay(runtime, features, row["score"]),
    )


def runtime_of(version: Version) -> tuple[OnnxRuntime, tuple[Field, ...]]:
    """Return a version's archived artifact, ready to score, and its inputs.

    Raises:
        Broken: it has no scoring artifact, or the file is gone or has changed.
    """
    scorer = version.artifacts.filter(media_type="application/onnx").first()
    if scorer is None:
        raise Broken(f"{version} has no artifact that scores.")
    content = inventory.verified_artifacts(version)[scorer.name].read_bytes()
    fields = inputs_of(version)
    return OnnxRuntime(content, fields, ScoreOutput()), fields


def inputs_of(version: Version) -> tuple[Field, ...]:
    """Return a version's inputs as the gateway checks and explains them."""
    typical, labels = (version.environment.get(name, {}) for name in ("typical", "labels"))
    return rules.inputs_of(version.schema, typical, labels)


def sealed_file_of(kind: str, decision_id: UUID) -> StoreFile:
    """Return the sealed file that holds a decision's row, whose digest is what was sealed.

    Raises:
        Unknown: none does yet; files are sealed within a minute.
        Broken: the file was changed after it was sealed, or is gone.
    """
    files = StoreFile.objects.filter(kind=kind, first_id__lte=decision_id, last_id__gte=decision_id)
    for found in files.order_by("sealed_at"):
        file = _ROOTS[kind]() / found.path
        # ranges of ids overlap where several gateways, or several use cases, decided in the same second
        if parquet.scan([file]).where("decision_id", "=", str(decision_id)).count():
            fault = _alteration(file, found)
            if fault:
                raise Broken(fault, remedy="Restore the file from a backup; its digest is in the ledger.")
            return found
    raise Unknown("The file of this decision is not sealed yet.", remedy="Look again in a minute.")


def readable_use_cases(who: User) -> list[UseCase]:
    """Return the use cases whose decisions a person may read, by name.

    Raises:
        Denied: the person may read decisions nowhere.
    """
    policy("decision").require(who, "read")
    cases = UseCase.objects.select_related("unit", "owner").order_by("name")
    return list(policy("decision").visible(who, cases))


def decisions(
    who: User,
    chosen: DecisionFilter,
    *,
    use_case: str = "",
    before: UUID | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Return the decisions and refusals that a person may read, the newest first.

    Args:
        use_case: a use case's key; every readable one when empty.
        before: continue below this decision.

    Raises:
        Denied: the person may read decisions nowhere.
    """
    keys = [case.key for case in readable_use_cases(who) if use_case in {"", case.key}]
    return decision_store.newest(keys, chosen, before=before, limit=limit)


def scored_by_others(use_case: UseCase, row: dict[str, Any]) -> list[Rescored]:
    """Return what the other deployed versions make of a recorded input, by their own decision rules.

    A version that takes an input which was not recorded, or fails on it, is left out.
    """
    features, found = json.loads(row["features"]), []
    others = deployments(use_case).exclude(variant="control").exclude(version_id=row["version_id"] or None)
    for deployed in others:
        runtime, fields = runtime_of(deployed.version)
        if row["score"] is None or any(field.name not in features for field in fields):
            continue
        rule = msgspec.convert(deployed.version.decision_rule, DecisionRule)
        try:
            (score,) = runtime.score([features])
        except Broken:
            continue
        found.append(Rescored(deployed.version.number, deployed.variant, score, action_for(rule, score)))
    return found


def first_reasons(rows: list[dict[str, Any]]) -> dict[str, Reason]:
    """Return, by decision id, what weighed most in each decision that the score kept from approval.

    Args:
        rows: as `decisions` lists them. Those of a version whose artifact is broken are left out.
    """
    by_version: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        if row["decided_by"] == "score" and row["action"] in {"refer", "decline"}:
            by_version.setdefault(row["version_id"], []).append(row)
    found: dict[str, Reason] = {}
    for version_id, scored in by_version.items():
        with contextlib.suppress(Broken):
            runtime, fields = runtime_of(inventory.version_by_id(version_id))
            for row in scored:
                reasons = explain.contributions(runtime, fields, json.loads(row["features"]))
                found.update((row["decision_id"], reason) for reason in reasons[:1])
    return found


def protected_of(who: User, use_case: UseCase, decision_id: UUID) -> dict[str, Any]:
    """Return the protected attributes held apart for a decision; empty where none are.

    Raises:
        Denied: the person may not read protected attributes in this unit.
    """
    people.require(who, "protected.read", unit=use_case.unit, subject=use_case.pk)
    at = instant_of(decision_id)
    found = parquet.scan(decision_store.files(paths.protected(), use_case.key, since=at, until=at))
    rows = found.where("decision_id", "=", str(decision_id)).rows()
    return {name: value for row in rows for name, value in row.items() if name != "decision_id"}


def _alteration(path: Path, sealed: StoreFile) -> str:
    """What is wrong with a sealed file, in a sentence; empty when it is as it was."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"{sealed.path} cannot be read: {error.strerror}."
    if digest == sealed.sha256:
        return ""
    return f"{sealed.path} was changed after it was sealed on {sealed.sealed_at:%d %b %Y}."


def _sums(rows: list[dict[str, Any]], by: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row[by]] += row["n"]
    return sums
