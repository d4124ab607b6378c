"""The recorder loses nothing it accepted, repeats nothing, and refuses what it cannot keep."""

import os
from datetime import UTC, datetime

import msgspec
import polars as pl
import pytest

from remit.gateway.contract import DecisionRecord
from remit.gateway.recorder import SCHEMA, Recorder
from remit.kernel.problems import Refused

ROW = DecisionRecord(
    decision_id="d0",
    use_case="mortgage",
    status="decided",
    occurred_at=datetime(2026, 11, 24, 23, 59, 59, 123456, tzinfo=UTC),
    recorded_at=datetime(2026, 11, 25, tzinfo=UTC),
    clock="injected",
    consumer="x",
    purpose="p",
    channel="c",
    subject="s",
    features='{"a":1}',
    context="{}",
    score=0.1,
)


def row(number, **changes):
    return msgspec.structs.replace(ROW, decision_id=f"d{number}", **changes)


def kept(folder):
    files = list(folder.glob("decisions/**/*.parquet"))
    return pl.concat([pl.read_parquet(f) for f in files]).sort("decision_id") if files else pl.DataFrame()


def test_rows_arrive_whole_in_their_partition(tmp_path):
    recorder = Recorder(tmp_path / "decisions", tmp_path / "journal")
    recorder.record([row(0), row(1, use_case="cards", score=None)])
    recorder.close()
    (file,) = (tmp_path / "decisions" / "mortgage" / "day=2026-11-24").glob("*.parquet")
    frame = pl.read_parquet(file)
    assert dict(frame.schema) == SCHEMA
    assert frame.to_dicts() == [msgspec.structs.asdict(row(0))]
    assert kept(tmp_path)["score"].to_list() == [0.1, None]
    assert not list((tmp_path / "journal").iterdir())


@pytest.mark.parametrize("stage", ["open", "sealed", "converted"])
def test_a_crash_at_any_stage_repeats_and_loses_nothing(tmp_path, stage):
    crashed = Recorder(tmp_path / "decisions", tmp_path / "journal")
    crashed.record([row(n) for n in range(5)])
    if stage != "open":
        crashed.seal()
    if stage == "converted":
        (segment,) = (p for p in (tmp_path / "journal").iterdir() if p.stat().st_size)
        content = segment.read_bytes()
        crashed.flush()
        segment.write_bytes(content)
    else:
        with next(p for p in (tmp_path / "journal").iterdir() if p.stat().st_size).open("ab") as torn:
            torn.write(b'{"decision_id": "torn')

    again = Recorder(tmp_path / "decisions", tmp_path / "journal")
    again.flush()
    again.close()

    assert kept(tmp_path)["decision_id"].to_list() == [f"d{n}" for n in range(5)]


def test_a_full_disk_refuses_and_keeps_what_was_answered(tmp_path, monkeypatch):
    recorder = Recorder(tmp_path / "decisions", tmp_path / "journal")
    recorder.record([row(0)])

    def full(descriptor, data):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(Refused, match="No space left") as refusal:
            recorder.record([row(1)])
    assert refusal.value.clause == "record"
    assert "No space left" in recorder.fault

    monkeypatch.setattr(os, "write", lambda d, data, real=os.write: real(d, data[: len(data) // 2]))
    with pytest.raises(Refused, match="in full"):
        recorder.record([row(2)])
    monkeypatch.undo()
    recorder.record([row(3)])
    recorder.close()
    assert kept(tmp_path)["decision_id"].to_list() == ["d0", "d3"]
    assert recorder.fault == ""


def test_decision_files_that_cannot_be_written_wait(tmp_path):
    recorder = Recorder(tmp_path / "decisions", tmp_path / "journal")
    recorder.record([row(0)])
    recorder.seal()
    blocker = tmp_path / "decisions" / "mortgage"
    blocker.write_text("a file where a folder should be")
    recorder.flush()
    assert "cannot be written" in recorder.fault
    assert recorder.pending == 1
    blocker.unlink()
    recorder.flush()
    recorder.close()
    assert kept(tmp_path)["decision_id"].to_list() == ["d0"]


def test_a_damaged_segment_is_set_apart(tmp_path):
    (tmp_path / "journal").mkdir()
    (tmp_path / "journal" / "0.jsonl").write_bytes(b"damaged\n")
    recorder = Recorder(tmp_path / "decisions", tmp_path / "journal")
    recorder.record([row(0)])
    recorder.close()
    assert recorder.unreadable == 1
    assert kept(tmp_path).height == 1
