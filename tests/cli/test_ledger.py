"""`remit ledger` verifies here and offline, names what was altered, and exits with 1 when it must."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest
from django.db import connection
from typer.testing import CliRunner

from remit.cli.ledger import app
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.capture import acting
from remit.ledger.models import Entry, Verification
from remit.people.models import Unit
from remit.proof.keys import KeyRing

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(remit_home: Path, monkeypatch: pytest.MonkeyPatch):
    """Call the command on the test's database: starting a server is `installation`'s, tested elsewhere."""
    del remit_home
    monkeypatch.setattr("remit.cli.installation.ready", nullcontext)

    def call(*arguments: object):
        return CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)

    return call


@pytest.fixture
def exported(run, tmp_path: Path) -> tuple[Path, Path]:
    """Three entries, exported: the file and its public key."""
    for number in range(3):
        with acting("system:test", "unit.add", reason="because"):
            Unit.objects.create(name=f"Unit {number}")
    done = json.loads(run("export", tmp_path / "ledger.jsonl", "--json").stdout)
    assert done["size"] == 3
    return Path(done["file"]), Path(done["public_keys"][0])


def test_a_whole_ledger_verifies_here_and_the_outcome_is_kept(run, exported) -> None:
    answer = run("verify", "--json")
    assert answer.exit_code == 0
    found = json.loads(answer.stdout)
    assert (found["verified"], found["size"], found["waiting"], found["faults"]) == (True, 3, 0, [])
    assert Verification.objects.get().size == 3


def test_an_entry_altered_in_the_database_is_named(run, exported) -> None:
    entry = Entry.objects.order_by("pk")[1]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table ledger_payload disable trigger all")
        cursor.execute(
            "update ledger_payload set body = replace(body, 'Unit 1', 'Unit 7') where entry_id = %s",
            [entry.pk],
        )
        assert cursor.rowcount == 1
    answer = run("verify")
    assert answer.exit_code == 1
    assert f"Entry {entry.pk} (leaf 1, unit.add): its payload was altered." in answer.stdout


def test_the_file_verifies_in_a_process_that_has_neither_database_nor_home(exported, tmp_path) -> None:
    file, key = exported
    program = (
        "import sys\nfrom remit.cli import main\n"
        "try:\n    main.run(sys.argv[1:])\nfinally:\n    print('django' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "ledger", "verify", "--export", file, "--public-key", key, "--json"],
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": "", "REMIT_HOME": str(tmp_path / "nowhere")},
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verified"]
    assert done.stderr.splitlines()[-1] == "False"
    assert not (tmp_path / "nowhere").exists()


def test_an_entry_altered_in_the_file_is_named(run, exported) -> None:
    file, key = exported
    file.write_bytes(file.read_bytes().replace(b"Unit 1", b"Unit 7"))
    answer = run("verify", "--export", file, "--public-key", key, "--json")
    assert answer.exit_code == 1
    found = json.loads(answer.stdout)
    entry = Entry.objects.order_by("pk")[1]
    assert not found["verified"]
    assert found["faults"] == [f"Entry {entry.pk} (leaf 1, unit.add): its payload was altered."]


def test_a_strangers_key_does_not_verify(run, exported, tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "stranger")
    key = tmp_path / "stranger" / f"{ring.active_id}.public.pem"
    answer = run("verify", "--export", exported[0], "--public-key", key)
    assert answer.exit_code == 1
    assert "key that was not given" in " ".join(answer.stdout.split())


def test_this_homes_keys_are_used_unless_others_are_given(run, exported, monkeypatch, tmp_path) -> None:
    assert run("verify", "--export", exported[0]).exit_code == 0
    monkeypatch.setenv("REMIT_HOME", str(tmp_path / "other"))
    with pytest.raises(Invalid, match="no public key"):
        run("verify", "--export", exported[0])


def test_a_key_without_a_file_and_an_empty_ledger_are_refused(run, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="for an exported file"):
        run("verify", "--public-key", tmp_path / "any.pem")
    with pytest.raises(Conflict, match="empty"):
        run("export", tmp_path / "ledger.jsonl")
