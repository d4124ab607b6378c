"""The example keeps to its own home, and an interrupted run is mended by the next."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from remit.cli import demo, main, ports
from remit.kernel import paths
from remit.kernel.problems import Conflict


def test_home_of_an_installation_is_refused(remit_home: Path) -> None:
    data = remit_home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("18")
    with pytest.raises(Conflict, match="not the example"):
        CliRunner().invoke(main.app, ["demo", "--fresh"], catch_exceptions=False)
    assert (data / "PG_VERSION").exists()


def test_interrupted_run_begins_anew_and_leaves_other_files(remit_home: Path) -> None:
    paths.story_clock().parent.mkdir()
    (remit_home / "decisions" / "mortgage").mkdir(parents=True)
    (remit_home / "my-notes").mkdir()
    demo._prepare(fresh=False)
    assert not (remit_home / "decisions").exists()
    assert (remit_home / "my-notes").exists()
    assert paths.story_clock().parent.is_dir()


def test_finished_run_is_kept_unless_fresh_is_asked(remit_home: Path) -> None:
    paths.story_clock().parent.mkdir()
    result = paths.story_clock().parent / "result.json"
    result.write_text("{}")
    demo._prepare(fresh=False)
    assert result.exists()
    demo._prepare(fresh=True)
    assert not result.exists()


def test_port_is_checked_before_anything_starts(remit_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ports.GATEWAY[0], "many")
    answer = CliRunner().invoke(main.app, ["demo", "--once", "--port", "0"])
    assert "REMIT_GATEWAY_PORT" in str(answer.exception)
    assert not (remit_home / "postgres").exists()
