"""A small bank with one use case, and its people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import lifecycle_world
from remit.kernel import clock


@pytest.fixture
def bank(db: None, remit_home: Path, tmp_path: Path, settings: Any) -> Any:
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with clock.at(lifecycle_world.MONDAY):
        yield lifecycle_world.Bank(tmp_path)
