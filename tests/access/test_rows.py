"""Whoever holds no role in a unit finds nothing of it: on no page, in no answer of the API, by no command."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client
from tests.access import doors, sample, test_matrix
from tests.access.doors import ELSEWHERE, NO_ROLE

from remit.people import actions, queries
from remit.people.policies import Policy, nouns, policy
from remit.people.rules import permissions

# what would give the use case or its models away
_EXAMPLE = "In a few words: Mortgage approval."
_TELLING = re.compile(r"Mortgage approval|Scorecard|Offered the mortgage|Whether an applicant", re.IGNORECASE)


@pytest.fixture
def everything(db, remit_home, tmp_path, settings):
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return sample.built(tmp_path)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("person", [ELSEWHERE, NO_ROLE])
def test_nothing_of_another_unit_is_told(everything, person):
    browser = Client()
    browser.force_login(
        everything.persons[person], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    told = []
    for door in doors.doors():
        if door.method not in {"get", "call"}:
            continue
        if door.kind == "operation" and doors.operations()[door.name][0] != "get":
            continue
        send = test_matrix.page if door.kind == "page" else test_matrix.operation
        with transaction.atomic():
            answer = send(everything, browser, door)
            transaction.set_rollback(True)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        if found := _TELLING.search(body.decode(errors="replace").replace(_EXAMPLE, "")):
            told.append(f"{door.kind} {door.name}: {found[0]}")
    assert not told, "\n" + "\n".join(told)


@pytest.mark.parametrize("text", ["mortgage", "score", "Owner", "MDL-0001", "TSK"])
def test_the_palette_finds_nothing_of_another_unit(everything, text):
    browser = Client()
    browser.force_login(
        everything.persons[ELSEWHERE], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert not _TELLING.search(browser.get("/find", {"q": text}).text)


def test_a_role_for_one_use_case_shows_that_one(everything):
    guest = everything.persons[NO_ROLE]
    browser = Client()
    browser.force_login(guest, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert browser.get("/models/MDL-0001/").status_code == 404
    actions.assign_role(
        acting_user=everything.admin,
        user=guest,
        role="independent_validator",
        subject=everything.bank.use_case.pk,
    )
    assert browser.get("/models/MDL-0001/").status_code == 200
    assert "Mortgage approval" in browser.get("/models/").text
    assert [row["key"] for row in browser.get("/api/v1/use-cases").json()["items"]] == ["mortgage-approval"]


def test_a_role_in_a_unit_reaches_the_units_under_it(everything):
    bank = everything.bank
    below = actions.create_unit(acting_user=everything.admin, name="Bridge loans", parent=bank.use_case.unit)
    assert policy("use_case").may(everything.persons["model_owner"], "read", bank.use_case)
    guest = everything.persons[NO_ROLE]
    actions.assign_role(acting_user=everything.admin, user=guest, role="model_owner", unit=below)
    assert not policy("use_case").may(guest, "read", bank.use_case)
    assert queries.visible_units(guest) == {below.pk}


def test_what_is_named_nowhere_is_denied(everything):
    admin = everything.admin
    assert not policy("galaxy").may(admin, "read")
    assert not policy("use_case").may(admin, "explode")
    assert policy("galaxy") == Policy("galaxy", (), {})
    assert not policy("model").may("ann@calder.example", "read")
    assert policy("model").may("system:worker", "read")


def test_every_noun_of_the_permissions_has_a_policy():
    assert {permission.partition(".")[0] for permission in permissions()} <= set(nouns())


def test_restricted_fields_are_kept_from_whom_their_permission_does_not_reach(everything):
    vendor = policy("vendor")
    assert "contract" in vendor.hidden(everything.persons["model_developer"])
    assert not vendor.hidden(everything.persons["finance"])
    assert vendor.hidden("ann@calder.example") == frozenset(vendor.restricted)
    assert not vendor.hidden("system:worker")
    version = policy("version")
    assert version.hidden(everything.persons["model_owner"], everything.version) == {"protected_columns"}
    assert not version.hidden(everything.persons["compliance_legal"], everything.version)
