"""A small bank with its people, and a browser's client for each of them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import mortgage_world
import pytest
from django.test import Client

from remit.inventory import actions as inventory
from remit.inventory.contract import Intake
from remit.kernel import clock
from remit.ledger.capture import action
from remit.lifecycle import actions as lifecycle
from remit.people import actions as people

PASSWORD = "correct horse battery"


def intake(name: str, **other: object) -> Intake:
    given = {
        "name": name,
        "decision": "Whether an applicant is offered the loan.",
        "purpose": "home-loan-origination",
        "population": "Applicants for a first mortgage.",
        "value_hypothesis": "Fewer losses at the same approval rate.",
        "planned_value_a_year": "250000",
        "alternative": "A rule on payment to income.",
    }
    return Intake(**(given | other))


@pytest.fixture
def bank(db: None, settings: Any) -> SimpleNamespace:
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with clock.at(clock.recorded_now() - timedelta(days=90)):
        return _opened()


def _opened() -> SimpleNamespace:
    ines = people.open_installation(
        organisation="Calder Bank",
        email="ines@calder.example",
        name="Ines Carvalho",
        password=PASSWORD,
        acting_user="system:test",
    )
    home = people.create_unit(acting_user=ines, name="Home lending")

    def invite(name: str, *roles: str) -> object:
        email = f"{name.split(maxsplit=1)[0].lower()}@calder.example"
        return people.invite(acting_user=ines, email=email, name=name, password=PASSWORD, roles=roles)

    found = SimpleNamespace(
        ines=ines,
        home=home,
        daniel=invite("Daniel Okafor", "model_owner"),
        priya=invite("Priya Raman", "model_developer"),
        hannah=invite("Hannah Lindqvist", "model_risk_governance"),
        auditor=invite("Olga Audit", "internal_audit"),
    )
    lifecycle.publish_definitions(acting_user="system:test")
    return found


@pytest.fixture
def sign_in():
    def client_of(person: object) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of


@pytest.fixture
def file_many(bank):
    """File `n` use cases at once, half of them with a model."""

    @action("test.fill")
    def fill(n: int, *, acting_user: object, start: int = 0) -> None:
        for i in range(start, start + n):
            filed = inventory.file_use_case(
                acting_user=acting_user, form=intake(f"Use case {i:04d}"), unit=bank.home
            )
            if i % 2:
                inventory.register_model(
                    acting_user=bank.priya,
                    use_case=filed,
                    name=f"Model {i:04d}",
                    kind="ml",
                    built_in="MLflow",
                )

    return lambda n, start=0: fill(n, acting_user=bank.daniel, start=start)


@pytest.fixture
def make_intake():
    return intake


@pytest.fixture
def mortgage(bank: SimpleNamespace, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> mortgage_world.World:
    """The bank with everybody in it, in a home of its own; `until(step)` takes a model along."""
    monkeypatch.setenv("REMIT_HOME", str(tmp_path))
    return mortgage_world.opened()


@pytest.fixture
def nora(mortgage: mortgage_world.World) -> Any:
    """Somebody else of the bank who may own a use case."""
    return people.invite(
        acting_user=mortgage.people.ines,
        email="nora@calder.example",
        name="Nora Lind",
        password=PASSWORD,
        roles=("model_owner",),
    )
