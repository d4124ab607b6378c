"""The command line stays fast to start, lists every command, and says problems in one line."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from remit.cli import main, output
from remit.kernel.problems import Conflict, Invalid, Problem

COMMANDS = sorted(main.commands())


def remit(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    line = [sys.executable, "-m", "remit.cli.main", *arguments]
    return subprocess.run(
        line, check=False, capture_output=True, text=True, env={**os.environ, **environment}
    )


def test_help_imports_neither_django_nor_engines() -> None:
    program = (
        "import sys\nfrom remit.cli import main\n"
        "try:\n    main.run(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'django', 'polars', 'onnxruntime', 'SpiffWorkflow', 'scipy', 'numpy', 'psycopg'}\n"
        "print('loaded', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "loaded []"
    assert all(name in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_of_one_line_and_its_own(name: str) -> None:
    module, summary = main.commands()[name]
    assert summary.endswith(".")
    assert len(summary) < 110
    answer = CliRunner().invoke(main.app, [name, "--help"], prog_name="remit")
    assert answer.exit_code == 0, answer.output
    assert "install-completion" not in answer.output
    assert __import__(module, fromlist=["app"]).app


def test_unknown_command_is_a_wrong_call() -> None:
    assert remit("nonsense").returncode == 2


def test_version_as_json() -> None:
    done = remit("version", "--json")
    assert json.loads(done.stdout)["remit"]
    assert done.stderr == ""


def test_problem_is_one_line_and_exit_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = remit("migrate", REMIT_HOME=str(tmp_path / "file"), REMIT_DATABASE_URL="")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("remit: ")
    assert "Traceback" not in done.stderr
    as_json = remit("migrate", "--json", REMIT_HOME=str(tmp_path / "file"), REMIT_DATABASE_URL="")
    assert json.loads(as_json.stderr)["type"] == "urn:remit:problem:unavailable"


def test_port_in_use_names_the_port_and_the_remedy(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = remit("up", "--port", str(port), REMIT_HOME=str(tmp_path))
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert "REMIT_WEB_PORT" in done.stderr
    assert not (tmp_path / "postgres").exists()
    assert remit("up", REMIT_WEB_PORT="eighty", REMIT_HOME=str(tmp_path)).stderr.startswith(
        "remit: REMIT_WEB_PORT"
    )


def test_unexpected_error_is_one_sentence_and_a_log(
    remit_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        output.fail(ZeroDivisionError("secret detail"))
    assert caught.value.code == 1
    said = capsys.readouterr().err
    assert "Traceback" not in said
    assert "secret detail" not in said
    log = remit_home / "logs" / "cli.log"
    assert str(log) in said
    assert "secret detail" in log.read_text()


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = typer.Typer()
    broken.command()(lambda: 1 / 0)
    monkeypatch.setattr(main, "app", broken)
    monkeypatch.setenv("REMIT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        main.run([])


def test_errors_stand_for_problems() -> None:
    from django.db import OperationalError

    assert output.problem_of(OSError(errno.ENOSPC, "No space")).detail == "The disk is full."
    assert output.problem_of(OperationalError("gone")).remedy == "Start it with `remit up`, then try again."
    assert "schema.yaml" in output.problem_of(FileNotFoundError(2, "No such file", "schema.yaml")).detail
    given = Conflict("Taken.")
    assert output.problem_of(given) is given


def test_reader_that_leaves_early_is_no_error() -> None:
    line = f"{sys.executable} -m remit.cli.main version --json | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], check=True, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["{", "0"]
    assert done.stderr == ""


def test_tables_show_what_is_given(capsys: pytest.CaptureFixture[str]) -> None:
    output.show(
        [{"name": "auc", "value": 0.8, "fine": True}, {"name": "[bold]", "value": None}], as_json=False
    )
    said = capsys.readouterr().out
    assert "0.8000" in said
    assert "yes" in said
    assert "[bold]" in said
    output.show([], as_json=False)
    assert capsys.readouterr().out == "Nothing to show.\n"


def test_json_refuses_what_json_cannot_say() -> None:
    with pytest.raises(ValueError, match="JSON"):
        output.show({"value": float("nan")}, as_json=True)


def test_invalid_fields_reach_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    problem: Problem = Invalid("Two fields are wrong.", fields={"email": "Not an address."})
    with pytest.raises(SystemExit):
        output.fail(problem, as_json=True)
    assert json.loads(capsys.readouterr().err)["fields"] == {"email": "Not an address."}
