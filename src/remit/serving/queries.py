"""Reads of serving: what is deployed, what the gateway did, and why it decided as it did."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from remit.gateway import explain
from remit.gateway.contract import ScoreOutput
from remit.gateway.runtimes.onnx import OnnxRuntime
from remit.inventory import queries as inventory
from remit.inventory.models import UseCase, Version
from remit.kernel import paths
from remit.kernel.problems import Broken, Unknown
from remit.measure.backends import parquet
from remit.people import queries as people
from remit.people.models import User
from remit.serving import decision_store, rules
from remit.serving.contract import Explained, Traffic
from remit.serving.models import Bundle, Consumer, Deployment, StoreFile

_COUNTS = (
    "select status, clause, action, variant, count(*) as n from found"
    " group by status, clause, action, variant order by status, clause, action, variant"
)
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
    root = {"decisions": paths.decisions, "outcomes": paths.outcomes, "protected": paths.protected}[kind]()
    faults = []
    for sealed in StoreFile.objects.filter(kind=kind).order_by("path"):
        try:
            with (root / sealed.path).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            faults.append(f"{sealed.path} cannot be read: {error.strerror}.")
            continue
        if digest != sealed.sha256:
            faults.append(f"{sealed.path} was changed after it was sealed on {sealed.sealed_at:%d %b %Y}.")
    return faults


def find_decision(who: User, decision_id: UUID) -> tuple[UseCase, dict[str, Any]]:
    """Return a decision or refusal by id.

    Raises:
        Unknown: it is not there.
        Denied: the person may not read decisions in its unit.
    """
    cases = {use_case.key: use_case for use_case in UseCase.objects.select_related("owner", "unit")}
    key, row = decision_store.find(cases, decision_id)
    people.require(who, "decision.read", unit=cases[key].unit)
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


def runtime_of(version: Version) -> tuple[OnnxRuntime, tuple[Any, ...]]:
    """Return a version's archived artifact, ready to score, and its inputs.

    Raises:
        Broken: it has no scoring artifact, or the file is gone or has changed.
    """
    scorer = version.artifacts.filter(media_type="application/onnx").first()
    if scorer is None:
        raise Broken(f"{version} has no artifact that scores.")
    content = inventory.verified_artifacts(version)[scorer.name].read_bytes()
    fields = rules.inputs_of(
        version.schema, version.environment.get("typical", {}), version.environment.get("labels", {})
    )
    return OnnxRuntime(content, fields, ScoreOutput()), fields


def sealed_file_of(kind: str, decision_id: UUID) -> StoreFile:
    """Return the sealed file that holds a decision's row.

    Raises:
        Unknown: none does yet; files are sealed within a minute.
    """
    files = StoreFile.objects.filter(kind=kind, first_id__lte=decision_id, last_id__gte=decision_id)
    found = files.order_by("sealed_at").first()
    if found is None:
        raise Unknown("The file of this decision is not sealed yet.", remedy="Look again in a minute.")
    return found


def _sums(rows: list[dict[str, Any]], by: str) -> Counter[str]:
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row[by]] += row["n"]
    return sums
