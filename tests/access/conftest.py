"""A small bank: its administrator, and a browser's client for each person."""

from __future__ import annotations

import pytest
from django.test import Client

from remit.people import actions

PASSWORD = "correct horse battery"


@pytest.fixture
def sign_in():
    def client_of(person: object) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of


@pytest.fixture
def administrator(db, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return actions.open_installation(
        organisation="Bank",
        email="ann@bank.example",
        name="Ann",
        password=PASSWORD,
        acting_user="system:test",
    )
