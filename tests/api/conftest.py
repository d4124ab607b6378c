"""The small bank of serving's tests, seen through the API by people who are signed in."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client
from serving_world import FEATURES, Bank, Gateway

from remit.kernel.problems import Refused
from remit.ledger import actions as ledger
from remit.serving import actions as serving

DECLINED = FEATURES | {"payments": 0.9, "public_record": True}


@pytest.fixture
def bank(db: None, remit_home: Path, tmp_path: Path, settings: Any) -> Bank:
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Bank(tmp_path)


@pytest.fixture
def world(bank: Bank) -> SimpleNamespace:
    """A licensed version at work, one decision, one refusal, and a ledger under a checkpoint."""
    version = bank.licensed("1.0")
    serving.deploy(acting_user=bank.people.operations, version=version)
    _, token = serving.register_consumer(
        acting_user=bank.people.operations,
        name="Loan origination",
        use_cases=["mortgage-approval"],
        channels=["branch"],
    )
    serving.publish_bundle(acting_user="system:worker", cause="test")
    gateway = Gateway(token)
    declined = gateway.decide("APP-1", features=DECLINED)
    with pytest.raises(Refused) as refused:
        gateway.decide("APP-2", purpose="marketing")
    serving.seal_decision_files(acting_user="system:worker")
    ledger.sequence()
    ledger.sign_checkpoint()
    return SimpleNamespace(
        bank=bank,
        people=bank.people,
        version=version,
        gateway=gateway,
        declined=declined.decision_id,
        refused=refused.value.members["decision_id"],
    )


@pytest.fixture
def client_of():
    def signed_in(person: object, *, csrf: bool = False) -> Client:
        client = Client(enforce_csrf_checks=csrf)
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return signed_in


@pytest.fixture
def auditor(world: SimpleNamespace, client_of: Any) -> Client:
    return client_of(world.people.auditor)
