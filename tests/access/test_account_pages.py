"""The pages of an account: tokens, sessions, service accounts, the rules of signing in."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from remit.kernel import clock
from remit.people import actions, queries
from remit.people.models import ApiToken, User

PASSWORD = "correct horse battery"


@pytest.fixture
def signed_in(administrator):
    """A browser in which the administrator has just signed in, and given the password once more."""
    cache.clear()
    browser = Client()
    answer = browser.post("/account/login/", {"login": administrator.email, "password": PASSWORD})
    assert answer.status_code == 302
    again = browser.post("/account/reauthenticate/", {"password": PASSWORD})
    assert again.status_code == 302
    return browser


def given(person, **other):
    return {
        "name": "Nightly",
        "holder": str(person.pk),
        "scopes": ["read"],
        "expires": f"{clock.recorded_now() + timedelta(days=30):%Y-%m-%d}",
    } | other


def test_a_token_is_shown_once_and_revoked(signed_in, administrator):
    page = signed_in.get("/account/tokens/").text
    assert "No tokens yet" in page
    ends = clock.recorded_now() + timedelta(days=90)
    assert f'value="{ends:%Y-%m-%d}"' in page
    # what `read` covers need not be named
    assert 'value="read"' in page
    assert 'value="model.read"' not in page
    made = signed_in.post("/account/tokens/", given(administrator))
    secret = re.search(r"rmt_[\w-]{43}", made.text)[0]
    assert "no-store" in made.headers["Cache-Control"]
    assert queries.bearer(secret) == administrator
    again = signed_in.get("/account/tokens/")
    assert secret not in again.text
    assert secret[:12] in again.text
    done = signed_in.post(f"/account/tokens/{secret[:12]}/revoke", follow=True)
    assert "opens nothing any more" in done.text
    assert queries.bearer(secret) is None


def test_wrong_input_comes_back_on_its_field(signed_in, administrator):
    answer = signed_in.post("/account/tokens/", given(administrator, scopes=[], expires="2999-01-01"))
    assert answer.status_code == 422
    late = signed_in.post("/account/tokens/", given(administrator, expires="2999-01-01"))
    assert (late.status_code, "within a year" in late.text) == (422, True)
    assert not ApiToken.objects.exists()


def test_tokens_take_the_password_again_after_a_while(sign_in, administrator):
    # force_login is no sign-in of a moment ago
    answer = sign_in(administrator).get("/account/tokens/")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/account/reauthenticate/")


def test_a_service_account_gets_its_token_from_who_answers_for_it(signed_in, administrator):
    page = "/settings/service-accounts/"
    assert "No service accounts yet" in signed_in.get(page).text
    answer = signed_in.post(
        page, {"name": "Retraining", "answered_by": administrator.pk, "roles": ["model_developer"]}
    )
    assert answer.status_code == 302
    account = User.objects.get(kind="service")
    made = signed_in.post("/account/tokens/", given(account, scopes=["model.register"]))
    secret = re.search(r"rmt_[\w-]{43}", made.text)[0]
    assert queries.bearer(secret) == account
    handed = signed_in.post(f"{page}{account.pk}/hand-over", {"to": "no@bank.example"}, follow=True)
    assert "Nobody here has the e-mail address no@bank.example" in handed.text
    cy = actions.invite(acting_user=administrator, email="cy@bank.example", name="Cy", password=PASSWORD)
    assert (
        "Cy answers for Retraining now"
        in signed_in.post(f"{page}{account.pk}/hand-over", {"to": cy.email}, follow=True).text
    )
    signed_in.post(f"{page}{account.pk}/close")
    assert queries.bearer(secret) is None


def test_other_sessions_are_ended(signed_in, administrator):
    elsewhere = Client(headers={"user-agent": "Lynx"})
    elsewhere.post("/account/login/", {"login": administrator.email, "password": PASSWORD})
    page = signed_in.get("/account/sessions/").text
    assert "Lynx" in page
    assert page.count("This one") == 1
    signed_in.post("/account/sessions/")
    assert elsewhere.get("/account/").status_code == 302
    assert signed_in.get("/account/").status_code == 200


def test_a_role_takes_a_second_factor(signed_in, administrator, sign_in):
    bo = actions.invite(
        acting_user=administrator, email="bo@bank.example", name="Bo", password=PASSWORD, roles=("approver",)
    )
    browser = sign_in(bo)
    assert browser.get("/account/").status_code == 200
    signed_in.post("/settings/sign-in/", {"mfa_roles": ["approver"]})
    sent = browser.get("/portfolio/")
    assert (sent.status_code, sent.headers["Location"]) == (302, "/account/2fa/")
    assert (
        browser.get("/portfolio/", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/2fa/"
    )
    api = browser.get("/api/v1/use-cases")
    assert (api.status_code, api.headers["Content-Type"]) == (403, "application/problem+json")
    assert "second factor" in browser.get("/account/2fa/").text
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=bo, type="totp", data={"secret": "x"})
    assert browser.get("/portfolio/").status_code == 200
    # others are not asked
    assert signed_in.get("/portfolio/").status_code == 200


def test_failed_sign_ins_close_an_address_for_a_while(administrator):
    cache.clear()
    browser = Client()
    wrong = {"login": administrator.email, "password": "not this one"}
    answers = [browser.post("/account/login/", wrong) for _ in range(6)]
    assert "Too many failed" in answers[-1].text
    right = browser.post("/account/login/", {"login": administrator.email, "password": PASSWORD})
    assert right.status_code == 200
    cache.clear()


def test_nobody_changes_their_own_address(signed_in):
    assert signed_in.get("/account/email/").status_code == 404
    assert signed_in.post("/account/email/", {"email": "x@y.example", "action_add": ""}).status_code == 404


def test_cookies_and_sessions(settings, signed_in):
    assert settings.SESSION_COOKIE_HTTPONLY
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
