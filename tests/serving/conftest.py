"""Fixtures of serving's tests."""

from pathlib import Path
from typing import Any

import pytest
from serving_world import Bank


@pytest.fixture
def bank(db: None, remit_home: Path, tmp_path: Path, settings: Any) -> Bank:
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return Bank(tmp_path)
