"""What the commands of the inventory and of people do, in whose name, and how they refuse."""

from __future__ import annotations

import csv
import json
import pickle
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from remit.cli import main
from remit.inventory import actions as inventory
from remit.inventory import queries
from remit.kernel.problems import Conflict, Denied, Invalid, Unknown
from remit.people import queries as people

PRIYA, DANIEL, INES = (f"{name}@calder.example" for name in ("priya", "daniel", "ines"))


@pytest.fixture
def bank(world: Any) -> Any:
    """The small bank with a version of its mortgage model."""
    return world.until("registered")


def test_models_are_listed_narrowed_and_as_of_a_day(bank: Any, called: Any) -> None:
    rows = called("models", "list")
    assert [row["name"] for row in rows] == ["Mortgage scorecard"]
    assert called("models", "list", "--where", "stage=retired") == []
    assert called("models", "list", "-q", "mortgage", "--as", PRIYA) == rows
    yesterday = date.today() - timedelta(days=400)  # noqa: DTZ011 - any day before the bank was opened
    assert called("models", "list", "--as-of", yesterday) == []
    for wrong in (("--where", "color=red"), ("--as-of", "March"), ("--view", "nonsense")):
        with pytest.raises(Invalid):
            called("models", "list", *wrong)


def test_a_model_is_shown_whole(bank: Any, called: Any) -> None:
    shown = called("models", "show", bank.model.reference)
    assert shown["model"]["name"] == "Mortgage scorecard"
    assert called("models", "show", bank.use_case.key)["model"] is None
    with pytest.raises(Unknown):
        called("models", "show", "MDL-9999")


def test_a_model_is_registered_in_somebodys_name(bank: Any, called: Any) -> None:
    words = ("models", "register", bank.use_case.key, "Challenger", "--kind", "ml", "--tag", "retail")
    with pytest.raises(Invalid, match="--as"):
        called(*words)
    with pytest.raises(Denied):
        called(*words, "--as", DANIEL)
    made = called(*words, "--as", PRIYA)
    assert queries.model(made["reference"]).tags == ["retail"]


def test_models_are_exported(bank: Any, called: Any, tmp_path: Path) -> None:
    file = tmp_path / "models.csv"
    assert called("models", "export", file, "--as", PRIYA)["models"] == 1
    with file.open(encoding="utf-8-sig") as table:
        assert [row["model"] for row in csv.DictReader(table)] == ["Mortgage scorecard"]
    with pytest.raises(Invalid, match="format"):
        called("models", "export", tmp_path / "models.pdf", "--as", PRIYA)


def test_a_version_is_registered_compared_and_made_ready(bank: Any, called: Any, tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("income,channel\n1,web\n2,branch\n3,web\n")
    reference = bank.model.reference
    made = called(
        "versions", "register", reference, "2.0", tmp_path / "rows.csv", "--code", "git 1a2b", "--as", PRIYA
    )
    version = queries.version(reference, "2.0")
    assert made["content_digest"] == version.content_digest
    assert {column["name"] for column in version.schema["columns"]} == {"income", "channel"}
    assert {row["number"] for row in called("versions", "list", reference)} == {"1.0", "2.0"}
    assert called("versions", "show", reference, "2.0")["artifacts"][0]["name"] == "rows.csv"
    found = called("versions", "diff", reference, "1.0", "2.0", exits=1)
    assert found["material"]
    assert found["because"]
    same = called("versions", "diff", reference, "1.0", "1.0")
    assert (same["material"], same["differences"]) == (False, [])
    assert called("versions", "ready", reference, "2.0", "--as", PRIYA)["ready_at"]
    with pytest.raises(Conflict):
        called("versions", "ready", reference, "2.0", "--as", PRIYA)


def test_files_are_scanned_without_a_database(called: Any, tmp_path: Path) -> None:
    class Malicious:
        def __reduce__(self) -> Any:
            return eval, ("1",)

    (tmp_path / "good.json").write_text('{"a": 1}')
    (tmp_path / "bad.pkl").write_bytes(pickle.dumps(Malicious()))
    assert called("versions", "scan", tmp_path / "good.json")["weaknesses"] == []
    found = called("versions", "scan", tmp_path / "bad.pkl", exits=1)
    assert {row["severity"] for row in found["weaknesses"]} == {"critical"}
    with pytest.raises(Invalid, match="no file"):
        called("versions", "scan", tmp_path / "gone")


def test_a_file_is_tried_out_then_imported(bank: Any, called: Any, tmp_path: Path) -> None:
    file = tmp_path / "models.csv"
    file.write_text(
        "external_key,model,use_case,kind,owner,unit\n"
        f"x-1,Churn,Card churn,ml,{DANIEL},Home lending\n"
        "x-2,Fraud,Card fraud,wizardry,nobody@calder.example,Home lending\n"
    )
    tried = called("import", file, "--as", DANIEL, exits=1)
    assert (tried["rows"], tried["faulty"], tried["state"]) == (2, 1, "checked")
    assert {fault["row"] for fault in tried["faults"]} == {3}
    assert not queries.models().filter(name="Churn").exists()
    done = called("import", file, "--apply", "--skip", "--as", DANIEL)
    assert (done["created"], done["state"]) == (1, "applied")
    assert queries.models().get(name="Churn").external_key == "x-1"


def test_people_are_invited_given_roles_and_signed_off(
    bank: Any, called: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert called("people", "list", "-q", "priya")[0]["email"] == PRIYA
    assert called("people", "show", PRIYA)["roles"] == ["model_developer"]
    words = ("people", "invite", "eva@calder.example", "Eva Lind", "--unit", "Home lending")
    with pytest.raises(Invalid, match="password"):
        called(*words, "--as", INES)
    monkeypatch.setenv("REMIT_NEW_PASSWORD", "correct horse battery")
    assert called(*words, "--as", INES)["unit"] == "Home lending"
    called("people", "assign", "eva@calder.example", "finance", "--as", INES)
    assert called("people", "show", "eva@calder.example")["roles"] == ["finance"]
    with pytest.raises(Denied):
        called("people", "leave", "eva@calder.example", "--as", PRIYA)
    assert called("people", "leave", "eva@calder.example", "--as", INES)["active"] is False
    with pytest.raises(Denied, match="not work here"):
        called("people", "list", "--as", "eva@calder.example")


def test_tokens_are_made_listed_and_revoked(bank: Any, called: Any) -> None:
    made = called("tokens", "create", "Nightly", "--scope", "model.register", "--days", 9, "--as", PRIYA)
    assert people.bearer(made["secret"]).email == PRIYA
    (listed,) = called("tokens", "list", "--as", PRIYA)
    assert listed.items() <= {**made, "last_used_at": listed["last_used_at"]}.items()
    assert called("tokens", "list", "--as", DANIEL) == []
    called("tokens", "revoke", made["prefix"], "--as", PRIYA)
    assert people.bearer(made["secret"]) is None
    with pytest.raises(Invalid, match="does not hold"):
        called("tokens", "create", "Nightly", "--scope", "people.invite", "--as", PRIYA)


def test_sightings_are_linked_registered_and_dismissed(bank: Any, called: Any) -> None:
    seen = [
        inventory.sight(acting_user="system:test", source="mlflow", external_key=f"m-{n}", name=f"Model {n}")
        for n in range(3)
    ]
    hannah = "hannah@calder.example"
    assert {row["name"] for row in called("discovery", "list")} == {"Model 0", "Model 1", "Model 2"}
    linked = called("discovery", "link", seen[0].pk, bank.model.reference, "--as", hannah)
    assert (linked["state"], linked["model"]) == ("matched", bank.model.reference)
    made = called(
        "discovery", "register", seen[1].pk, "--kind", "ml", "--owner", DANIEL, "--unit", "Home lending",
        "--as", hannah,
    )  # fmt: skip
    assert queries.model(made["model"]).name == "Model 1"
    called("discovery", "dismiss", seen[2].pk, "--reason", "A test endpoint.", "--as", hannah)
    assert called("discovery", "list") == []
    with pytest.raises(Invalid, match="state"):
        called("discovery", "list", "--state", "lost")


def test_lists_are_rebuilt(bank: Any, called: Any) -> None:
    assert called("inventory", "rebuild") == {"use_cases": 1}
    assert [row["name"] for row in called("models", "list")] == ["Mortgage scorecard"]


def test_the_name_may_come_from_the_environment(
    bank: Any, called: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REMIT_AS", PRIYA)
    assert called("tokens", "list") == []
    monkeypatch.setenv("REMIT_AS", "nobody@calder.example")
    with pytest.raises(Unknown):
        called("tokens", "list")


def test_people_read_tables(bank: Any, called: Any) -> None:
    answer = CliRunner().invoke(main.app, ["models", "list"], prog_name="remit", catch_exceptions=False)
    assert "Mortgage" in answer.stdout
    assert "MDL-" in answer.stdout
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.stdout)
