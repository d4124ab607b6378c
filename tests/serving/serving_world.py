"""A bank with one mortgage model whose remits are signed, and a gateway in this process."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec

from logistic import onnx_model
from remit.gateway.bundle import BundleFile, Loader
from remit.gateway.contract import DecisionRequest
from remit.gateway.decide import Decider
from remit.gateway.limits import LimitBook
from remit.gateway.recorder import Recorder
from remit.gateway.server import public_keys
from remit.governance.models import GateEvaluation, Remit
from remit.inventory import actions as inventory
from remit.inventory.contract import ArtifactFile, Intake
from remit.inventory.models import Version
from remit.kernel import clock, paths
from remit.ledger.capture import acting
from remit.people import actions as people
from remit.proof import remit_statement as proof
from remit.proof.keys import KeyRing

FEATURES = {"payments": 0.3, "loan_to_value": 0.7, "public_record": False}
SCHEMA = {
    "columns": [
        {"name": "payments", "role": "feature", "kind": "numeric", "minimum": 0, "maximum": 3},
        {"name": "loan_to_value", "role": "feature", "kind": "numeric", "minimum": 0, "maximum": 2},
        {"name": "public_record", "role": "feature", "kind": "boolean"},
        {"name": "score", "role": "score", "kind": "numeric"},
        {"name": "afam", "role": "protected", "kind": "category", "categories": ["yes", "no"]},
    ]
}
RULE = {"score": "probability of denial", "approve_below": 0.28, "decline_from": 0.45}
TYPICAL = {"payments": 0.33, "loan_to_value": 0.74, "public_record": False}


class Bank:
    """People, a use case, versions and their remits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        admin = people.open_installation(
            organisation="Calder Bank",
            email="ines@calder.example",
            name="Ines Carvalho",
            password="correct horse battery",
            acting_user="system:test",
        )
        unit = people.create_unit(acting_user=admin, name="Home lending")
        roles = {
            "owner": "model_owner",
            "developer": "model_developer",
            "operations": "ml_operations",
            "approver": "approver",
            "auditor": "internal_audit",
            "finance": "finance",
        }
        self.people = SimpleNamespace(
            **{
                name: people.invite(
                    acting_user=admin,
                    email=f"{name}@calder.example",
                    name=name.capitalize(),
                    password="correct horse battery",
                    roles=(role,),
                )
                for name, role in roles.items()
            }
        )
        form = Intake(
            name="Mortgage approval",
            decision="Whether an applicant is offered the mortgage.",
            purpose="home-loan-origination",
            population="Applicants for a first mortgage.",
            value_hypothesis="Fewer losses at the same approval rate.",
            planned_value_a_year="250000",
            alternative="A rule on payment to income.",
        )
        self.use_case = inventory.file_use_case(acting_user=self.people.owner, form=form, unit=unit)
        self.model = inventory.register_model(
            acting_user=self.people.developer, use_case=self.use_case, name="Scorecard", kind="statistical"
        )

    def register(self, number: str, shift: float = 0.0) -> Version:
        file = self.folder / f"{number}.onnx"
        file.write_bytes(onnx_model(shift))
        return inventory.register_version(
            acting_user=self.people.developer,
            model=self.model,
            number=number,
            summary="Logistic scorecard.",
            files=[ArtifactFile(file, "model.onnx", "application/onnx")],
            schema=SCHEMA,
            decision_rule=RULE,
            code_reference="git 4f7c9f",
            environment={"typical": TYPICAL, "labels": {"payments": {"label": "Payments to income"}}},
            intended_terms={},
        )

    def licensed(self, number: str, shift: float = 0.0) -> Version:
        """A version with a signed remit in force; the path to it is governance's to test."""
        version = self.register(number, shift)
        terms = self._terms(version)
        subjects = tuple(proof.Subject(name=a.name, sha256=a.sha256) for a in version.artifacts.all())
        signed = proof.sign_remit(terms, subjects, KeyRing(paths.keys()))
        now = clock.now()
        with acting("system:test", "remit.issue"):
            gate = GateEvaluation.objects.create(
                version=version,
                gate="G5",
                passed=True,
                results=[],
                facts={},
                facts_sha256="0" * 64,
                library_sha256="0" * 64,
                content_digest=version.content_digest,
                evaluated_at=now,
            )
            Remit.objects.create(
                reference=terms.number,
                use_case=self.use_case,
                version=version,
                kind="full",
                state="in_force",
                terms=msgspec.to_builtins(terms),
                envelope=signed,
                sha256=hashlib.sha256(base64.b64decode(signed["payload"])).hexdigest(),
                key_id=signed["signatures"][0]["keyid"],
                accountable=self.people.owner,
                issued_by=self.people.approver,
                gate_evaluation=gate,
                issued_at=now,
                valid_from=terms.valid_from,
                valid_until=terms.valid_until,
                state_changed_at=now,
            )
        return version

    def _terms(self, version: Version) -> proof.RemitTerms:
        owner = proof.Person(id=str(self.people.owner.pk), name=self.people.owner.name)
        return proof.RemitTerms(
            remit_id=f"remit-{version.number}",
            number=f"RM-{version.number}",
            kind="full",
            use_case=proof.UseCaseRef(
                id=str(self.use_case.pk), key=self.use_case.key, name=self.use_case.name
            ),
            version=proof.VersionRef(
                id=str(version.pk),
                model=self.model.reference,
                name=self.model.name,
                number=version.number,
                content_digest=version.content_digest,
            ),
            tier="T1",
            may_decide="Approve, refer or decline a mortgage.",
            purposes=("home-loan-origination",),
            population=proof.Population(description="Everybody"),
            channels=("branch",),
            environments=("production",),
            limits=(),
            decision_rule=proof.DecisionRule(**RULE),
            prohibited_inputs=("zip",),
            stop_conditions=(),
            fallback=proof.Fallback(kind="rule", name="incumbent", rule="'refer'"),
            autonomy="automated",
            accountable=owner,
            validated_by=None,
            issued_by=owner,
            valid_from=clock.now() - timedelta(days=1),
            valid_until=clock.now() + timedelta(days=90),
        )


class Gateway:
    """The gateway's own parts over this home, without HTTP."""

    def __init__(self, token: str, use_case: str = "mortgage-approval") -> None:
        self.token = token
        self.use_case = use_case
        state = paths.home() / "gateway"
        loader = Loader(lambda: public_keys(paths.keys()), paths.artifacts())
        self.bundle = BundleFile(paths.bundle_file(), loader, "production", state)
        self.recorder = Recorder(paths.decisions(), state / "journal")
        self.decider = Decider(LimitBook(state / "limits.jsonl"), self.recorder, "production")

    def decide(self, subject: str = "APP-1", version: str = "", **changes: Any) -> Any:
        """Decide under the newest bundle, and have the record in Parquet before returning."""
        self.bundle.reload()
        assert self.bundle.fault == ""
        asked = {
            "features": FEATURES,
            "purpose": "home-loan-origination",
            "channel": "branch",
            "subject": subject,
        } | changes
        consumer = self.decider.consumer(self.bundle.loaded, self.token, self.use_case)
        try:
            (answer,) = self.decider.decide(
                self.bundle.loaded, consumer, self.use_case, [DecisionRequest(**asked)], version
            )
        finally:
            self.recorder.seal()
            self.recorder.flush()
        return answer
