"""A remit's file verifies with nothing but a public key, and says what is wrong when it does not."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from remit.cli.remits import app
from remit.kernel import clock
from remit.kernel.problems import Broken, Conflict, Invalid
from remit.proof import remit_statement as rs
from remit.proof.keys import KeyRing

WITHIN = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def exported(tmp_path: Path) -> tuple[Path, Path]:
    """A signed remit and its public key, as files."""
    person = rs.Person(id="p-1", name="Ana Ruiz")
    terms = rs.RemitTerms(
        remit_id="r-1",
        number="RM-0001",
        kind="pilot",
        use_case=rs.UseCaseRef(id="u-1", key="mortgage", name="Mortgage decisions"),
        version=rs.VersionRef(id="v-1", model="MDL-0001", name="Card", number="1", content_digest="ab" * 32),
        tier="T1",
        may_decide="whether to grant a mortgage",
        purposes=("origination",),
        population=rs.Population(description="adults"),
        channels=(),
        environments=("production",),
        limits=(),
        decision_rule=rs.DecisionRule(score="probability", approve_below=0.2, decline_from=0.6),
        prohibited_inputs=("afam",),
        stop_conditions=(),
        fallback=rs.Fallback(kind="refer"),
        autonomy="recommendation",
        accountable=person,
        validated_by=None,
        issued_by=person,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=datetime(2027, 1, 1, tzinfo=UTC),
    )
    ring = KeyRing(tmp_path / "keys")
    file = tmp_path / "remit.json"
    subject = rs.Subject(name="model.onnx", sha256="cd" * 32)
    file.write_text(json.dumps(rs.sign_remit(terms, (subject,), ring)))
    return file, tmp_path / "keys" / f"{ring.active_id}.public.pem"


def _verify(file: Path, key: Path, at: datetime = WITHIN) -> dict:
    with clock.at(at):
        answer = CliRunner().invoke(
            app, ["verify", str(file), "--public-key", str(key), "--json"], catch_exceptions=False
        )
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.output)


def test_whole_file_verifies(exported: tuple[Path, Path]) -> None:
    found = _verify(*exported)
    assert found["number"] == "RM-0001"
    assert found["artifacts"] == {"model.onnx": "cd" * 32}


def test_one_altered_byte_is_noticed(exported: tuple[Path, Path]) -> None:
    file, key = exported
    envelope = json.loads(file.read_text())
    middle = len(envelope["payload"]) // 2
    swapped = "A" if envelope["payload"][middle] != "A" else "B"
    envelope["payload"] = envelope["payload"][:middle] + swapped + envelope["payload"][middle + 1 :]
    file.write_text(json.dumps(envelope))
    with pytest.raises((Broken, Invalid)):
        _verify(file, key)


def test_key_of_somebody_else_is_no_proof(exported: tuple[Path, Path], tmp_path: Path) -> None:
    other = KeyRing(tmp_path / "other")
    with pytest.raises(Broken):
        _verify(exported[0], tmp_path / "other" / f"{other.active_id}.public.pem")


def test_expired_remit_does_not_verify(exported: tuple[Path, Path]) -> None:
    with pytest.raises(Conflict, match="01 Jan 2027"):
        _verify(*exported, at=datetime(2027, 1, 1, tzinfo=UTC))


def test_file_that_is_not_json(exported: tuple[Path, Path]) -> None:
    exported[0].write_text("{")
    with pytest.raises(Invalid, match="not JSON"):
        _verify(*exported)
