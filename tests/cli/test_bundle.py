"""A model's history leaves by one command, verifies with nothing but a key, and arrives by another."""

from __future__ import annotations

import json
from contextlib import nullcontext

import pytest
from typer.testing import CliRunner

from remit.cli.bundle import app
from remit.kernel.problems import Broken, Conflict, Denied, Invalid


@pytest.fixture
def run(remit_home, monkeypatch):
    """Call the command on the test's database: starting a server is `installation`'s, tested elsewhere."""
    monkeypatch.setattr("remit.cli.installation.ready", nullcontext)

    def call(*arguments):
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return call


@pytest.fixture
def exported(world, run, tmp_path):
    world.until("registered")
    file = tmp_path / "model.bundle"
    told = json.loads(run("export", world.model.reference, file, "--json").stdout)
    assert told["rows"] > 5
    return file, told["public_keys"][0]


def test_the_name_of_the_command_is_bundle():
    from remit.cli import main

    assert "bundle" in main.commands()


def test_a_bundle_verifies_and_a_changed_one_names_its_fault(run, exported, tmp_path):
    file, key = exported
    sound = run("verify", file, "--public-key", key, "--json")
    assert sound.exit_code == 0
    assert json.loads(sound.stdout)["organisation"] == "Calder Bank"
    changed = tmp_path / "changed.bundle"
    body = file.read_bytes()
    changed.write_bytes(body.replace(b"record.json", b"racord.json"))
    broken = run("verify", changed, "--public-key", key)
    assert broken.exit_code == 1
    assert "record.json: it is missing." in broken.stdout


def test_a_strangers_key_and_no_bundle_are_refused(run, exported, tmp_path, monkeypatch):
    file, _ = exported
    monkeypatch.setenv("REMIT_HOME", str(tmp_path / "other"))
    with pytest.raises(Invalid, match="no public key"):
        run("verify", file)
    (tmp_path / "nothing").write_text("nothing")
    key = exported[1]
    with pytest.raises(Invalid, match="cannot be read as a bundle"):
        run("verify", tmp_path / "nothing", "--public-key", key)
    from remit.proof.keys import KeyRing

    stranger = tmp_path / "stranger.pem"
    stranger.write_text(next(iter(KeyRing(tmp_path / "stranger").public_keys().values())))
    with pytest.raises(Broken):
        run("verify", file, "--public-key", stranger)


def test_it_is_taken_in_in_somebodys_name(run, exported):
    file, key = exported
    with pytest.raises(Invalid, match="somebody's name"):
        run("import", file, "--public-key", key)
    with pytest.raises(Denied):
        run("import", file, "--public-key", key, "--as", "priya@calder.example")
    with pytest.raises(Conflict, match="is here already"):
        run("import", file, "--public-key", key, "--as", "hannah@calder.example")
