"""A served installation and a developer's token for it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from serving_world import Bank

import remit
from remit.kernel import clock
from remit.people import actions as people


@pytest.fixture
def served(
    live_server: Any, remit_home: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> SimpleNamespace:
    """A bank behind real HTTP; `token(person, *scopes)` makes a token."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    bank = Bank(tmp_path)
    until = clock.recorded_now() + timedelta(days=30)

    def token(person: Any, *scopes: str) -> str:
        _, secret = people.create_token(acting_user=person, name="Notebook", scopes=scopes, expires_at=until)
        return secret

    monkeypatch.setenv("REMIT_URL", live_server.url)
    monkeypatch.setenv(
        "REMIT_TOKEN",
        token(bank.people.developer, "read", "model.register", "model.edit", "version.register"),
    )
    return SimpleNamespace(bank=bank, url=live_server.url, token=token, client=remit.Client)
