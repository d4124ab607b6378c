"""In business: applicants scored one by one over HTTP, refusals, outcomes, windows, alarms, the experiment."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo import mortgages
from demo.story.stage import Stage
from remit.evidence import actions as evidence
from remit.governance import actions as governance
from remit.inventory.models import UseCase, Version
from remit.kernel import clock
from remit.kernel.problems import Refused
from remit.monitoring import actions as monitoring
from remit.serving import actions as serving

LIMITS = [
    {"metric": "psi", "column": "score", "direction": "above", "watch": 0.1, "breach": 0.25},
    {"metric": "auc", "direction": "below", "watch": 0.65, "breach": 0.55},
    {"metric": "ece", "direction": "above", "watch": 0.08, "breach": 0.15},
    {"metric": "adverse_impact_ratio", "column": "afam", "direction": "below", "watch": 0.8, "breach": 0.5},
    {
        "metric": "equal_opportunity_difference",
        "column": "afam",
        "direction": "above",
        "watch": 0.2,
        "breach": 0.5,
    },
    {"metric": "brier", "direction": "above", "watch": 0.13, "breach": 0.2},
    {"metric": "missing_share", "column": "score", "direction": "above", "watch": 0.01, "breach": 0.05},
]
SPACING = timedelta(minutes=7)


@dataclass
class Asked:
    """What the gateway answered, with who was behind it."""

    decided: list[tuple[str, mortgages.Application]] = field(default_factory=list)
    actions: dict[str, int] = field(default_factory=dict)
    refused: int = 0


def register_consumer(stage: Stage, use_case: UseCase) -> None:
    """Operations register the system that asks; its token is known to it alone."""
    _, token = serving.register_consumer(
        acting_user=stage.cast["operations"],
        name="Loan origination",
        use_cases=[use_case.key],
        channels=["branch", "broker", "web"],
    )
    stage.gateway.headers["Authorization"] = f"Bearer {token}"


def ask(stage: Stage, application: mortgages.Application, **changes: Any) -> Any:
    """Ask for one decision over HTTP; returns the response. `changes` override the request's fields."""
    channel = ("branch", "broker", "web")[application.number % 3]
    body: dict[str, Any] = {
        "features": dict(application.features),
        "purpose": "home-loan-origination",
        "channel": channel,
        "subject": f"APP-{application.number:05d}",
        "context": {"state": "MA"},
    }
    return stage.gateway.post("/v1/decisions/mortgage-approval", json={**body, **changes})


def score_all(
    stage: Stage,
    applications: list[mortgages.Application],
    since: datetime,
    until: datetime,
    suffix: str = "",
) -> Asked:
    """Ask for each applicant in turn, spread over the window within business hours."""
    asked = Asked()
    days = max((until - since).days, 1)
    a_day = -(-len(applications) // days)
    for index, application in enumerate(applications):
        day, place = divmod(index, a_day)
        stage.to(since + timedelta(days=day) + SPACING * place)
        answer = ask(stage, application, subject=f"APP-{application.number:05d}{suffix}")
        if answer.status_code == 200:
            told = answer.json()
            asked.decided.append((told["decision_id"], application))
            asked.actions[told["action"]] = asked.actions.get(told["action"], 0) + 1
        else:
            asked.refused += 1
    return asked


def must_refuse(stage: Stage, what: str, application: mortgages.Application, **changes: Any) -> None:
    """Ask for something outside the remit and keep the gateway's refusal."""
    answer = ask(stage, application, **changes)
    told = answer.json()
    if answer.status_code == 200:
        raise AssertionError(f"The gateway served what the remit forbids: {what}.")
    stage.refused(what, Refused(told["detail"], clause=told.get("clause", "")), by="gateway")


def outside(stage: Stage, application: mortgages.Application) -> None:
    """Ask for what the remit does not allow, one clause at a time."""
    must_refuse(stage, "Another purpose", application, purpose="marketing")
    must_refuse(stage, "Another channel", application, channel="call-centre")
    must_refuse(stage, "A prohibited input", application, features={**application.features, "afam": "no"})
    must_refuse(stage, "Outside the population", application, context={"state": "NY"})
    must_refuse(
        stage, "Beyond the input's range", application, features={**application.features, "lvrat": 2.5}
    )


def over_the_limit(stage: Stage, applications: list[mortgages.Application]) -> list[tuple[str, Any]]:
    """Ask one after another within a day until the remit's daily count is used up."""
    served = []
    for application in applications:
        stage.to(clock.now() + timedelta(minutes=1))
        answer = ask(stage, application, subject=f"APP-{application.number:05d}-d")
        if answer.status_code == 429:
            told = answer.json()
            stage.refused(
                "One more than the daily limit", Refused(told["detail"], clause=told["clause"]), by="gateway"
            )
            return served
        if answer.status_code == 200:
            served.append((answer.json()["decision_id"], application))
    raise AssertionError("The gateway served more than the remit's daily limit.")


def ask_version(stage: Stage, application: mortgages.Application, number: str) -> Any:
    """Ask one version by name through the Open Inference Protocol; returns the response."""
    tensors = [
        {
            "name": name,
            "shape": [1],
            "datatype": "BOOL" if name in mortgages.BOOLEAN else "FP64",
            "data": [value],
        }
        for name, value in application.features.items()
    ]
    tensors.append({"name": "context.state", "shape": [1], "datatype": "BYTES", "data": ["MA"]})
    return stage.gateway.post(
        f"/v2/models/mortgage-approval/versions/{number}/infer",
        json={
            "inputs": tensors,
            "parameters": {"purpose": "home-loan-origination", "channel": "web", "subject": "DRILL"},
        },
    )


def drill(stage: Stage, version: Version, remit: Any, application: mortgages.Application) -> float:
    """Suspend, see the gateway refuse, reinstate: the stop is tried, timed, and becomes evidence."""
    governance.suspend_remit(acting_user=stage.cast["operations"], remit=remit, reason="Stop drill")
    seconds = seconds_until_refused(stage, application, version.number)
    governance.reinstate_remit(acting_user=stage.cast["approver"], remit=remit, reason="Drill ended")
    stage.settle()
    evidence.add_evidence(
        acting_user=stage.cast["operations"],
        version=version,
        kind="kill_switch_test",
        title="Stop drill at the gateway",
        source="test",
        values={"refused": True, "seconds": seconds, "seconds_text": f"{seconds:.2f}"},
    )
    stage.say(f"Stop drill: the gateway refused {seconds:.2f} s after the suspension was committed")
    return seconds


def seconds_until_refused(stage: Stage, application: mortgages.Application, number: str) -> float:
    """Return the real seconds until the gateway refuses the version; asks it by name until it does."""
    start = time.perf_counter()
    while time.perf_counter() - start < 15:
        answer = ask_version(stage, application, number)
        if answer.status_code in {403, 404}:
            return time.perf_counter() - start
        time.sleep(0.01)
    raise AssertionError("The gateway still serves under a remit that is not in force.")


def learn(stage: Stage, use_case: UseCase, asked: list[tuple[str, mortgages.Application]]) -> None:
    """Outcomes arrive; protected attributes are kept apart."""
    operations = stage.cast["operations"]
    serving.record_outcomes(
        acting_user=operations,
        use_case=use_case,
        outcomes=[{"decision_id": identifier, "label": row.label} for identifier, row in asked],
    )
    serving.record_protected(
        acting_user=operations,
        use_case=use_case,
        attributes=[{"decision_id": identifier, "afam": row.afam} for identifier, row in asked],
    )


def watch(stage: Stage, version: Version, reference: list[dict[str, Any]]) -> Any:
    """Operations define the monitor of every stop condition, against the validation rows."""
    return monitoring.define_monitor(
        acting_user=stage.cast["operations"],
        version=version,
        name="weekly",
        schema=mortgages.schema(decided=True),
        limits=LIMITS,
        reference=reference,
        owner=stage.cast["owner"],
    )


def recorded(use_case: UseCase, count: int) -> None:
    """Wait until the gateway has written this many records of the use case to Parquet."""
    from remit.serving import decision_store

    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if len(decision_store.rows(use_case.key)) >= count:
            return
        time.sleep(0.1)
    raise AssertionError("The gateway's records did not arrive in the decision store.")


def measure_window(stage: Stage, monitor: Any, label: str, since: datetime, until: datetime) -> Any:
    """Measure a window and let the remit's stop conditions act."""
    window = monitoring.run_window(
        acting_user=stage.cast["operations"], monitor=monitor, label=label, since=since, until=until
    )
    stage.settle()
    stage.say(f"Window {label}: {window.rows} decisions, {window.verdict}")
    return window


def shifted(rows: list[mortgages.Application], count: int) -> list[mortgages.Application]:
    """Resample applicants with replacement so that strained ones are frequent: a real shift of the inputs."""
    chance = random.Random(mortgages.SEED + 1)  # noqa: S311 - a resample, not a secret
    weights = [
        (3.0 if row.features["pirat"] > 0.36 else 0.4) * (3.0 if row.features["chist"] >= 3 else 0.6)
        for row in rows
    ]
    return chance.choices(rows, weights, k=count)
