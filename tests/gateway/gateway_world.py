"""A small world for the gateway: keys, a logistic model in ONNX, remits and bundles made to order."""

import hashlib
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec

from logistic import onnx_model
from remit.gateway.contract import (
    BUNDLE_PAYLOAD_TYPE,
    Artifact,
    Bundle,
    Consumer,
    Field,
    Route,
    Variant,
)
from remit.proof import dsse, remit_statement
from remit.proof.keys import KeyRing
from remit.proof.remit_statement import (
    DecisionRule,
    Fallback,
    Limit,
    Person,
    Population,
    RemitTerms,
    Subject,
    UseCaseRef,
    VersionRef,
)

TOKEN = "token-of-loan-origination"
FIELDS = (
    Field(name="payments", kind="numeric", minimum=0, maximum=3, typical=0.33, label="Payments to income"),
    Field(name="loan_to_value", kind="numeric", minimum=0, maximum=2, typical=0.74),
    Field(name="public_record", kind="boolean", typical=False, reason="Public record of bankruptcy"),
)
FEATURES = {"payments": 0.3, "loan_to_value": 0.7, "public_record": False}
OWNER = Person(id="u1", name="Daniel Okafor", title="Head of home lending")


def terms_for(version: str = "1", **changes) -> RemitTerms:
    """A full remit for one version, valid for 90 days around now."""
    today = datetime.now(UTC)
    terms = RemitTerms(
        remit_id=f"remit-{version}",
        number=f"RM-2026-000{version}",
        kind="full",
        use_case=UseCaseRef(id="uc1", key="mortgage", name="Mortgage approval"),
        version=VersionRef(
            id=f"v{version}", model="MDL-0001", name="scorecard", number=version, content_digest="0" * 64
        ),
        tier="T1",
        may_decide="Approve or decline a mortgage",
        purposes=("credit_decision",),
        population=Population(description="Loans in Massachusetts", rule='context.state == "MA"'),
        channels=("branch", "online"),
        environments=("production",),
        limits=(
            Limit(name="loan amount", kind="amount", maximum=750_000, field="amount"),
            Limit(name="decisions a day", kind="count", maximum=1000, period="day"),
        ),
        decision_rule=DecisionRule(score="probability of denial", approve_below=0.28, decline_from=0.45),
        prohibited_inputs=("afam", "zip_code"),
        stop_conditions=(),
        fallback=Fallback(
            kind="rule",
            name="incumbent rule",
            rule='features.loan_to_value < 0.8 ? "approve" : "refer"',
        ),
        autonomy="automated_with_appeal",
        accountable=OWNER,
        validated_by=None,
        issued_by=OWNER,
        valid_from=today - timedelta(days=1),
        valid_until=today + timedelta(days=89),
    )
    return msgspec.structs.replace(terms, **changes)


@dataclass
class World:
    """Everything a control plane would have made, on disk."""

    home: Path
    sequence: int = 0
    models: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ring = KeyRing(self.home / "keys")

    @property
    def bundle_file(self) -> Path:
        return self.home / "bundle" / "bundle.json"

    def artifact(self, content: bytes) -> Artifact:
        digest = hashlib.sha256(content).hexdigest()
        path = self.home / "artifacts" / "sha256" / digest[:2] / digest
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return Artifact(name="model.onnx", sha256=digest, path=f"sha256/{digest[:2]}/{digest}")

    def variant(self, name="champion", weight=1.0, version="1", terms=None, shift=0.0, **changes) -> Variant:
        terms = terms or terms_for(version)
        artifact = self.artifact(onnx_model(shift))
        envelope = remit_statement.sign_remit(
            terms, (Subject(name=artifact.name, sha256=artifact.sha256),), self.ring
        )
        variant = Variant(
            name=name,
            weight=weight,
            deployment=f"d{version}",
            version=version,
            version_id=f"v{version}",
            remit=envelope,
            remit_state="in_force",
            inputs=FIELDS,
            artifact=artifact,
        )
        return msgspec.structs.replace(variant, **changes)

    def bundle(self, *variants: Variant, sequence=None, consumers=None, environment="production") -> Bundle:
        self.sequence = sequence if sequence is not None else self.sequence + 1
        origination = Consumer(
            id="c1",
            name="loan origination",
            token_sha256=hashlib.sha256(TOKEN.encode()).hexdigest(),
            use_cases=("mortgage", "unrouted"),
            channels=("branch",),
        )
        return Bundle(
            format=1,
            sequence=self.sequence,
            published_at=datetime.now(UTC),
            environment=environment,
            consumers=consumers if consumers is not None else (origination,),
            routes=(Route(use_case="mortgage", name="Mortgage", salt="s1", variants=variants),),
        )

    def signed(self, bundle: Bundle, ring: KeyRing | None = None) -> bytes:
        payload = msgspec.json.encode(bundle)
        return json.dumps(dsse.sign(payload, BUNDLE_PAYLOAD_TYPE, ring or self.ring)).encode()

    def publish(self, *variants: Variant, **changes) -> Bundle:
        bundle = self.bundle(*variants, **changes)
        self.write(self.signed(bundle))
        return bundle

    def write(self, content: bytes) -> None:
        self.bundle_file.parent.mkdir(exist_ok=True)
        temporary = self.bundle_file.with_suffix(".new")
        temporary.write_bytes(content)
        temporary.replace(self.bundle_file)


@dataclass
class Running:
    """A gateway process and a client for it."""

    process: subprocess.Popen
    client: httpx.Client

    def decide(self, token=TOKEN, use_case="mortgage", **changes) -> httpx.Response:
        body = {
            "features": FEATURES,
            "purpose": "credit_decision",
            "channel": "branch",
            "subject": "APP-1",
            "context": {"state": "MA", "amount": 300_000},
        } | changes
        headers = {"authorization": f"Bearer {token}"} if token else {}
        return self.client.post(f"/v1/decisions/{use_case}", json=body, headers=headers)

    def health(self) -> dict:
        return self.client.get("/v1/health").json()

    def wait_for(self, condition, seconds=10.0):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = condition(self)
            if found:
                return found
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s; health is {self.health()}")

    def terminate(self) -> int:
        self.process.terminate()
        return self.process.wait(20)


def start_gateway(home: Path, **environment: str) -> Running:
    process = subprocess.Popen(
        [sys.executable, "-m", "remit.gateway", "--port", "0"],
        env=os.environ | {"REMIT_HOME": str(home)} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    seen = []
    for line in process.stderr:
        seen.append(line)
        if "listening on " in line:
            address = line.rpartition("listening on ")[2].strip()
            # keep draining, or a full pipe would stop the process
            _drain(process)
            running = Running(process, httpx.Client(base_url=address, timeout=10))
            running.wait_for(_answers)
            return running
    raise AssertionError("the gateway did not start: " + "".join(seen))


def _answers(running: Running) -> bool:
    try:
        return running.client.get("/v2/health/live").status_code == 200
    except httpx.TransportError:
        return False


def _drain(process: subprocess.Popen) -> None:
    threading.Thread(target=process.stderr.read, daemon=True).start()
