"""Tokens: what they open, what they do not, and that nobody gets more by one than they have."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid, Unknown
from remit.ledger.models import Entry, Payload
from remit.people import actions, queries
from remit.people.models import ApiToken

PASSWORD = "correct horse battery"
WEEK = timedelta(days=7)


@pytest.fixture
def bo(administrator):
    return actions.invite(
        acting_user=administrator,
        email="bo@bank.example",
        name="Bo",
        password=PASSWORD,
        roles=("ml_operations",),
    )


def make(person, *scopes, **other):
    given = {"name": "Nightly", "scopes": scopes, "expires_at": clock.recorded_now() + WEEK} | other
    return actions.create_token(acting_user=person, **given)


def call(secret, path="/api/v1/use-cases", method="get", **body):
    return getattr(Client(), method)(path, headers={"Authorization": f"Bearer {secret}"}, **body)


def test_a_token_opens_the_api_and_is_kept_nowhere(bo, django_assert_num_queries):
    token, secret = make(bo, "read")
    assert secret.startswith("rmt_")
    assert len(secret) == 47
    assert call(secret).status_code == 200
    kept = [*ApiToken.objects.values_list("secret_sha256", "prefix"), *Payload.objects.values_list("body")]
    assert Entry.objects.filter(object_id=token.pk).exists()
    assert not any(secret[12:] in str(row) or queries.token_digest(secret) in str(row[-1]) for row in kept)
    with django_assert_num_queries(1):
        assert queries.bearer(secret) == bo


def test_its_use_is_noted_once_a_minute(bo):
    token, secret = make(bo, "read")
    queries.bearer(secret)
    token.refresh_from_db()
    first = token.last_used_at
    assert first is not None
    queries.bearer(secret)
    token.refresh_from_db()
    assert token.last_used_at == first
    ApiToken.objects.update(last_used_at=first - timedelta(minutes=2))
    queries.bearer(secret)
    token.refresh_from_db()
    assert token.last_used_at > first - timedelta(minutes=2)


@pytest.mark.parametrize("secret", ["", "rmt_", "rmt_" + "a" * 43, "rmt_" + "\u0660" * 43, "x" * 5000])
def test_a_wrong_token_is_told_so_even_beside_a_session(bo, sign_in, secret):
    answer = sign_in(bo).get("/api/v1/use-cases", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="remit", error="invalid_token"'
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_no_credentials_are_asked_for_a_token(bo):
    answer = Client().get("/api/v1/use-cases")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Bearer realm="remit"')


def test_over_revoked_and_left_open_nothing(bo, administrator):
    token, secret = make(bo, "read")
    assert call(secret[:-1] + ("a" if secret[-1] != "a" else "b")).status_code == 401
    actions.revoke_token(acting_user=bo, token=token)
    assert call(secret).status_code == 401
    with pytest.raises(Conflict):
        actions.revoke_token(acting_user=bo, token=token)
    _, second = make(bo, "read")
    with actions_by_hand():
        ApiToken.objects.filter(prefix=second[:12]).update(
            created_at=clock.recorded_now() - WEEK, expires_at=clock.recorded_now()
        )
    assert call(second).status_code == 401
    _, third = make(bo, "read")
    with actions_by_hand():
        type(bo).objects.filter(pk=bo.pk).update(is_active=False)
    assert call(third).status_code == 401


def actions_by_hand():
    from remit.ledger.capture import acting

    return acting("system:test", "test.by_hand")


def test_scopes_limit_what_the_person_may(bo):
    holder = queries.bearer(make(bo, "read", "consumer.register")[1])
    assert queries.may(bo, "deployment.change")
    assert not queries.may(holder, "deployment.change")
    assert queries.may(holder, "consumer.register")
    assert queries.may(holder, "use_case.read")


def test_reading_does_not_cover_restricted_fields(administrator):
    officer = actions.invite(
        acting_user=administrator,
        email="o@bank.example",
        name="Olga",
        password=PASSWORD,
        roles=("compliance_legal",),
    )
    assert queries.may(officer, "protected.read")
    assert not queries.may(queries.bearer(make(officer, "read")[1]), "protected.read")
    assert queries.may(queries.bearer(make(officer, "protected.read")[1]), "protected.read")


def test_a_token_for_reading_writes_nothing(bo):
    _, secret = make(bo, "read", "decision.read")
    answer = call(secret, "/api/v1/use-cases/x/outcomes", "post", data="[]", content_type="application/json")
    assert answer.status_code == 403
    assert "reading" in answer.json()["detail"]


def test_a_role_that_ends_takes_its_part_of_the_token_along(bo, administrator):
    _, secret = make(bo, "consumer.register")
    actions.end_role(acting_user=administrator, assignment=bo.assignments.get(), reason="Moved")
    assert not queries.may(queries.bearer(secret), "consumer.register")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": " "}),
        ("scopes", {"scopes": ()}),
        ("scopes", {"scopes": ("remit.issue",)}),
        ("scopes", {"scopes": ("world.rule",)}),
        ("expires_at", {"expires_at": clock.recorded_now() - WEEK}),
        ("expires_at", {"expires_at": clock.recorded_now() + timedelta(days=400)}),
    ],
)
def test_what_cannot_be_made_says_which_field(bo, field, given):
    with pytest.raises(Invalid) as wrong:
        make(bo, "read", **given)
    assert list(wrong.value.fields) == [field]


def test_a_token_makes_no_tokens(bo):
    with pytest.raises(Denied, match="makes no tokens"):
        make(queries.bearer(make(bo, "read", "token.create")[1]), "read")


def test_others_tokens_are_not_there(bo, administrator):
    token, _ = make(administrator, "read")
    with pytest.raises(Unknown):
        queries.token(bo, token.prefix)
    with pytest.raises(Denied):
        actions.revoke_token(acting_user=bo, token=token)
    mine, _ = make(bo, "read")
    assert queries.token(administrator, mine.prefix) == mine
    actions.revoke_token(acting_user=administrator, token=mine, reason="Leaked")


def test_a_service_account_has_no_password_and_somebody_who_answers(bo, administrator):
    account = actions.create_service_account(
        acting_user=administrator, name="Nightly retraining", answered_by=bo, roles=("model_developer",)
    )
    assert not account.has_usable_password()
    token, secret = make(bo, "model.register", user=account)
    holder = queries.bearer(secret)
    assert holder == account
    assert queries.may(holder, "model.register")
    assert list(queries.tokens(bo)) == [token]
    with pytest.raises(Denied):
        make(
            actions.invite(
                acting_user=administrator,
                email="c@bank.example",
                name="Cy",
                password=PASSWORD,
                roles=("model_developer",),
            ),
            "read",
            user=account,
        )
    actions.close_service_account(acting_user=administrator, account=account, reason="Replaced")
    assert queries.bearer(secret) is None


def test_service_accounts_are_the_administrators(bo, administrator):
    with pytest.raises(Denied):
        actions.create_service_account(acting_user=bo, name="Mine", answered_by=bo)
    account = actions.create_service_account(acting_user=administrator, name="Scim", answered_by=bo)
    with pytest.raises(Invalid, match="already"):
        actions.create_service_account(acting_user=administrator, name="scim", answered_by=bo)
    assert (
        actions.hand_over_service_account(
            acting_user=administrator, account=account, to=administrator, reason="Bo left"
        ).answered_by
        == administrator
    )
    with pytest.raises(Invalid):
        actions.hand_over_service_account(acting_user=administrator, account=bo, to=administrator)
