"""A bank whose use case is on its way; services are answered by the test itself."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from remit.governance import actions as governance
from remit.governance.rules import tiering
from remit.inventory import actions as inventory
from remit.inventory import queries as registered
from remit.inventory.contract import ArtifactFile, Intake
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries
from remit.lifecycle.models import Process, Task
from remit.people import actions as people

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
PEOPLE = {
    "owner": ("Daniel Okafor", "model_owner"),
    "developer": ("Priya Raman", "model_developer"),
    "other_developer": ("Jonas Weber", "model_developer"),
    "governance": ("Hannah Lindqvist", "model_risk_governance"),
    "validator": ("Tomasz Zielinski", "independent_validator"),
    "lending": ("Marcus Bell", "compliance_legal"),
    "approver": ("Aisha Rahman", "approver"),
    "operations": ("Lucia Moretti", "ml_operations"),
}


class Bank:
    """People by duty, a use case in tier `tier`, and the way it has come."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.admin = people.open_installation(
            organisation="Calder Bank",
            email="ines@calder.example",
            name="Ines Carvalho",
            password="correct horse battery",
            acting_user="system:test",
        )
        self.unit = people.create_unit(acting_user=self.admin, name="Home lending")
        for key, (name, role) in PEOPLE.items():
            setattr(self, key, self.invite(key, name, role))
        lifecycle.publish_definitions(acting_user="system:test")
        self.use_case = self.filed("Mortgage approval")

    def invite(self, key: str, name: str, *roles: str) -> Any:
        return people.invite(
            acting_user=self.admin,
            email=f"{key}@calder.example",
            name=name,
            password="correct horse battery",
            roles=roles,
        )

    def filed(self, name: str, **other: Any) -> Any:
        form = Intake(
            name=name,
            decision="Whether an applicant is offered the loan.",
            purpose="home-loan-origination",
            population="Applicants for a first mortgage.",
            value_hypothesis="Fewer losses at the same approval rate.",
            planned_value_a_year="250000",
            alternative="A rule on payment to income.",
            **other,
        )
        return inventory.file_use_case(acting_user=self.owner, form=form, unit=self.unit)

    def assess(self, level: int = 3) -> Any:
        answers = {question["id"]: level for question in tiering.questions()}
        return governance.assess_tier(acting_user=self.owner, use_case=self.use_case, answers=answers)

    def start(self, level: int = 3) -> Process:
        self.assess(level)
        return lifecycle.start_process(acting_user=self.owner, use_case=self.use_case)

    def register(self, number: str = "1.0", replaces: Any = None, by: Any = None) -> Any:
        file = self.folder / f"model-{number}.onnx"
        file.write_bytes(number.encode())
        model = self.use_case.models.first() or inventory.register_model(
            acting_user=self.developer, use_case=self.use_case, name="Scorecard", kind="statistical"
        )
        version = inventory.register_version(
            acting_user=by or self.developer,
            model=model,
            number=number,
            summary="A scorecard.",
            files=[ArtifactFile(file, "model.onnx", "application/octet-stream")],
            schema={"columns": [{"name": "pirat", "role": "feature", "kind": "numeric"}]},
            decision_rule={"score": "denial", "approve_below": 0.3, "decline_from": 0.5},
            code_reference="git 4f7c9f",
            environment={"python": "3.11"},
            replaces=replaces,
        )
        lifecycle.take_up(acting_user="system:test", version=version)
        return registered.version_by_id(version.pk)

    def task(self, element: str) -> Task:
        return Task.objects.get(element_id=element, completed_at=None)

    def open(self) -> set[str]:
        return set(queries.open_tasks(self.use_case).values_list("element_id", flat=True))

    def complete(self, element: str, who: Any, outcome: str, **other: Any) -> Task:
        reason = other.pop("reason", "It holds.")
        return lifecycle.complete_task(
            acting_user=who, task=self.task(element), outcome=outcome, reason=reason, **other
        )

    def serve(self, element: str, **result: Any) -> Task:
        return lifecycle.complete_service(
            acting_user="system:test", task_id=self.task(element).pk, result=result
        )

    def to_reviews(self) -> Any:
        """Bring version 1.0 to its reviews and return it."""
        self.start()
        self.complete("confirm_tier", self.governance, "confirm")
        version = self.register()
        self.complete("submit", self.developer, "submit")
        self.serve("checks", passed=True, says="20 of 20 controls passed")
        return registered.version_by_id(version.pk)

    def to_signing(self) -> Any:
        version = self.to_reviews()
        self.complete("validate", self.validator, "approve")
        self.complete("fair", self.lending, "approve")
        self.complete("accept", self.owner, "approve")
        self.serve("gate", passed=True)
        return version
