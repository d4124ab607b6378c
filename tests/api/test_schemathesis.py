"""Schemathesis asks each operation what its description allows and forbids, and finds nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import load_all_checks

from remit.kernel import clock
from remit.people import actions as people

DOCUMENT = "/api/v1/openapi.json"
EXAMPLES = int(os.environ.get("REMIT_API_EXAMPLES", "4"))
CALLERS = ("admin", "owner", "developer", "auditor", "operations")
# what the world has under each name that an address takes
THERE = {
    "reference": "MDL-0001",
    "number": "1.0",
    "key": "mortgage-approval",
    "gate": "G5",
    "person": "owner@calder.example",
    "unit": "Home lending",
    "entry": 1,
}
load_all_checks()
# a schema cannot say that a name is taken or a cursor foreign (422), nor that a tag is outdated (412)
CHECKS = {
    "positive_data_acceptance": {
        "expected-statuses": ["2xx", "3xx", "401", "403", "404", "409", "412", "422"]
    },
    "negative_data_rejection": {
        "expected-statuses": ["400", "401", "403", "404", "405", "409", "412", "415", "422"]
    },
}
SCHEMA = schemathesis.openapi.from_wsgi(
    DOCUMENT, get_wsgi_application(), config=schemathesis.Config.from_dict({"checks": CHECKS})
)
OPERATIONS = [result.ok() for result in SCHEMA.get_all_operations()]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The requests share the test's transaction, as with Django's own test client."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def calling(world: Any) -> dict[str, dict[str, str]]:
    """The headers with which each caller calls: a token with everything they may do."""
    from remit.people import queries

    admin = queries.user_by_email("ines@calder.example")
    everybody = {"admin": admin, **{name: getattr(world.people, name) for name in CALLERS[1:]}}
    until = clock.recorded_now() + timedelta(days=30)
    headers = {}
    for name, person in everybody.items():
        scopes = queries.scopes_of(person)
        _, secret = people.create_token(acting_user=person, name="Test", scopes=scopes, expires_at=until)
        headers[name] = {"Authorization": f"Bearer {secret}"}
    return headers


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda each: each.value)
def test_it_is_as_described(calling: Any, mode: GenerationMode) -> None:
    """One world for all operations: each example is rolled back."""
    found = {}
    for operation in OPERATIONS:
        try:
            _ask(operation, mode, calling)
        except (Exception, BaseExceptionGroup) as fault:  # noqa: BLE001 - all are told together
            found[operation.label] = fault
    told = "\n\n".join(f"{label}: {_said(fault)}" for label, fault in found.items())
    assert not found, told


def _ask(operation: Any, mode: GenerationMode, calling: Any) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        caller=st.sampled_from(CALLERS),
        there=st.booleans(),
    )
    def ask(case: Case, caller: str, there: bool) -> None:
        if there:
            known = {name: THERE[name] for name in case.path_parameters if name in THERE}
            case.path_parameters = {**case.path_parameters, **known}
        with transaction.atomic():
            try:
                case.call_and_validate(headers=calling[caller])
            finally:
                transaction.set_rollback(True)

    ask()


def _said(fault: BaseException) -> str:
    inner = getattr(fault, "exceptions", ())
    return "\n".join(_said(each) for each in inner) if inner else f"{type(fault).__name__}: {fault}"
