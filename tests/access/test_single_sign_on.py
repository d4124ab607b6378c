"""Single sign-on against an identity provider of its own process, over HTTP."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from django.test import Client

from remit.config import single_sign_on
from remit.kernel import paths
from remit.ledger.models import Event
from remit.people import actions, queries
from remit.people.models import User

HOST = "http://testserver"
CALLBACK = f"{HOST}/account/oidc/sso/login/callback/"


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    database = tmp_path_factory.mktemp("idp") / "idp.sqlite3"
    script = Path(__file__).with_name("idp_site.py")
    process = subprocess.Popen(
        [sys.executable, str(script), "0", str(database), CALLBACK], stdout=subprocess.PIPE, text=True
    )
    try:
        client_id, secret, port, _ = process.stdout.readline().split(maxsplit=3)
        yield f"http://127.0.0.1:{port}", client_id, secret
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def configured(provider, settings, monkeypatch, administrator):
    issuer, client_id, secret = provider

    def configure(**other):
        given = {
            "REMIT_OIDC_ISSUER": issuer,
            "REMIT_OIDC_CLIENT_ID": client_id,
            "REMIT_OIDC_CLIENT_SECRET": secret,
            "REMIT_OIDC_NAME": "Calder single sign-on",
        } | other
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        settings.SINGLE_SIGN_ON = single_sign_on.from_environment()
        settings.SOCIALACCOUNT_PROVIDERS = single_sign_on.providers(settings.SINGLE_SIGN_ON)

    configure()
    return configure


def sign_in(issuer, name):
    """Go the way of a browser: Remit, the provider, Remit again."""
    browser = Client()
    page = browser.get("/account/login/").content.decode()
    assert "Continue with Calder single sign-on" in page
    sent = browser.post("/account/oidc/sso/login/")
    assert sent.status_code == 302
    assert sent.headers["Location"].startswith(f"{issuer}/identity/o/authorize?")
    assert "code_challenge=" in sent.headers["Location"]
    with httpx.Client() as at_provider:
        at_provider.get(f"{issuer}/sign-in/{name}")
        back = at_provider.get(sent.headers["Location"])
    assert back.status_code == 302, back.text
    assert back.headers["Location"].startswith(CALLBACK)
    return browser, browser.get(back.headers["Location"].removeprefix(HOST))


def test_somebody_invited_comes_in_by_a_verified_address(provider, configured, administrator):
    browser, answer = sign_in(provider[0], "ann")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert browser.get("/account/").context["user"] == administrator
    signed = Event.objects.get(name="person.signed_in")
    assert (signed.subject_id, signed.data["method"]) == (administrator.pk, "socialaccount")
    # the second time by the provider's own id
    assert sign_in(provider[0], "ann")[1].status_code == 302


def test_an_address_nobody_verified_opens_nothing(provider, configured):
    browser, answer = sign_in(provider[0], "unverified")
    assert answer.status_code == 403
    assert "not verified" in answer.content.decode()
    assert browser.get("/account/").status_code == 302


def test_somebody_new_gets_an_account_and_the_roles_of_their_groups(provider, configured, administrator):
    group = actions.add_directory_group(
        acting_user="system:test", name="Validators", external_id="g-1", members=[]
    )
    by_hand = actions.create_group(acting_user=administrator, name="Other")
    actions.give_group_role(acting_user=administrator, group=group, role="independent_validator")
    assert sign_in(provider[0], "new")[1].status_code == 302
    person = User.objects.get(email="new@bank.example")
    assert (person.name, person.has_usable_password()) == ("Nora New", False)
    assert queries.roles_of(person) == {"independent_validator"}
    assert not queries.members(by_hand).exists()
    # moved: the provider names the group no longer
    assert sign_in(provider[0], "moved")[1].status_code == 302
    assert queries.roles_of(person) == set()


def test_nobody_is_added_where_the_settings_say_so(provider, configured):
    configured(REMIT_OIDC_ADD_PEOPLE="0")
    assert sign_in(provider[0], "new")[1].status_code == 403
    assert not User.objects.filter(email="new@bank.example").exists()


def test_who_left_stays_outside(provider, configured, administrator):
    person = actions.recognise(acting_user="system:test", email="gone@bank.example", name="Gone", add=True)
    assert sign_in(provider[0], "gone")[1].status_code == 302
    actions.leave(acting_user=administrator, user=person, reason="Left")
    browser, answer = sign_in(provider[0], "gone")
    assert answer.status_code == 403
    assert "closed" in answer.content.decode()
    assert browser.get("/account/").status_code == 302


def test_no_other_host_is_asked(provider, configured):
    from remit.web.account.adapter import SingleSignOnAdapter

    with SingleSignOnAdapter().get_requests_session() as session:
        for url in ("http://169.254.169.254/latest/meta-data", "http://127.0.0.1:1/", "file:///etc/passwd"):
            with pytest.raises(Exception, match="REMIT_OIDC_ORIGINS"):
                session.get(url)
    # it describes itself without the slash, so it is another issuer
    configured(REMIT_OIDC_ISSUER=provider[0] + "/")
    answer = Client().post("/account/oidc/sso/login/")
    assert (answer.status_code, "another issuer" in answer.content.decode()) == (503, True)


def test_the_provider_away_is_said_in_words(configured, provider):
    configured(REMIT_OIDC_ISSUER="http://127.0.0.1:9")
    answer = Client().post("/account/oidc/sso/login/")
    assert answer.status_code == 503
    assert "does not answer" in answer.content.decode()


def test_settings_that_cannot_be_right_are_refused(monkeypatch):
    monkeypatch.delenv("REMIT_OIDC_ISSUER", raising=False)
    assert single_sign_on.from_environment() is None
    monkeypatch.setenv("REMIT_OIDC_ISSUER", "http://idp.bank.example")
    with pytest.raises(ValueError, match="https"):
        single_sign_on.from_environment()
    monkeypatch.setenv("REMIT_OIDC_ISSUER", "https://idp.bank.example")
    with pytest.raises(ValueError, match="CLIENT_ID"):
        single_sign_on.from_environment()
    monkeypatch.setenv("REMIT_OIDC_CLIENT_ID", "remit")
    secret = paths.home() / "oidc-secret"
    secret.write_text("s3cret\n")
    monkeypatch.setenv("REMIT_OIDC_CLIENT_SECRET_FILE", str(secret))
    monkeypatch.setenv("REMIT_OIDC_ORIGINS", "https://keys.bank.example/jwks")
    found = single_sign_on.from_environment()
    assert found.secret == "s3cret"
    assert found.knows("https://KEYS.bank.example/other")
    assert not found.knows("https://idp.bank.example.evil.example/")
