"""A browser's client for a person, without the password."""

from __future__ import annotations

import pytest
from django.test import Client


@pytest.fixture
def sign_in():
    def client_of(person: object) -> Client:
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of
