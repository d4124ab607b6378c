"""The small bank of serving's tests behind the decision pages, with a gateway in this process."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serving_world import Bank, Gateway

from remit.serving import actions as serving


@pytest.fixture
def bank(db: None, remit_home: Path, tmp_path: Path, settings: Any) -> Bank:
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Bank(tmp_path)


@pytest.fixture
def working(bank: Bank) -> SimpleNamespace:
    """A licensed version at work and a consumer that may ask."""
    version = bank.licensed("1.0")
    serving.deploy(acting_user=bank.people.operations, version=version)
    _, token = serving.register_consumer(
        acting_user=bank.people.operations,
        name="Loan origination",
        use_cases=["mortgage-approval"],
        channels=["branch"],
    )
    serving.publish_bundle(acting_user="system:worker", cause="test")
    return SimpleNamespace(bank=bank, people=bank.people, version=version, gateway=Gateway(token))
