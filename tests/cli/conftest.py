"""Commands on the test's database."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from typer.testing import CliRunner

from remit.cli import main

Called = Callable[..., Any]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch) -> Called:
    """Call `remit` with some words and return its JSON; starting a server is `installation`'s to test."""
    monkeypatch.setattr("remit.cli.installation.ready", lambda **_: nullcontext())
    monkeypatch.delenv("REMIT_AS", raising=False)

    def call(*words: object, exits: int = 0) -> Any:
        line = [str(word) for word in (*words, "--json")]
        answer = CliRunner().invoke(main.app, line, prog_name="remit", catch_exceptions=False)
        assert answer.exit_code == exits, answer.output
        return json.loads(answer.stdout)

    return call
