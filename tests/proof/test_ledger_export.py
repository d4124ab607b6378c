import hashlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.kernel.problems import Invalid
from remit.proof import canonical, checkpoint, ledger_export, merkle
from remit.proof.keys import KeyRing


def entry(number):
    payload = json.dumps({"after": {"n": number}, "reason": "é"}, ensure_ascii=False)
    content = {
        "id": number * 2 + 1,
        "occurred_at": "2030-01-01T00:00:00+00:00",
        "recorded_at": "2026-01-01T00:00:00+00:00",
        "actor": "system:test",
        "action": "unit.add",
        "table": "people_unit",
        "operation": "insert",
        "object": "0190a000-0000-7000-8000-000000000001",
        "payload_sha256": hashlib.sha256(payload.encode()).hexdigest(),
    }
    return content, payload


def exported(ring, size=9, signed=(3, 9)):
    leaves = [merkle.leaf_hash(canonical.encode(entry(i)[0])) for i in range(size)]
    lines = [ledger_export.header("log", size, merkle.root(leaves))]
    for i in range(size):
        lines.append(ledger_export.entry_line(i, *entry(i)))
        if i + 1 in signed:
            note = checkpoint.sign("log", i + 1, merkle.root(leaves[: i + 1]), ring)
            lines.append(ledger_export.checkpoint_line(note))
    return lines


@pytest.fixture
def check(ring, tmp_path):
    def verify(lines, keys=None):
        path = tmp_path / "ledger.jsonl"
        path.write_bytes(b"".join(lines))
        return ledger_export.verify(path, ring.public_keys() if keys is None else keys)

    return verify


def test_a_whole_export_is_sound(ring, check):
    report = check(exported(ring))
    assert report.sound
    assert (report.origin, report.size, report.checkpoints, report.erased) == ("log", 9, 2, 0)
    leaves = [merkle.leaf_hash(canonical.encode(entry(i)[0])) for i in range(9)]
    assert report.root == merkle.root(leaves).hex()


def test_checkpoints_of_a_retired_key_hold(ring, check):
    first = exported(ring)
    ring.rotate()
    second = exported(ring)
    assert check([*first[:5], *second[5:]]).sound


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_changed_byte_is_noticed(ring, check, data):
    content = b"".join(exported(ring))
    at = data.draw(st.integers(0, len(content) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda b: b != content[at]))
    changed = content[:at] + bytes([other]) + content[at + 1 :]
    try:
        report = check([changed])
    except Invalid:
        # only a first line that no longer says what the file is
        assert at < changed.index(b"\n") + 1
        return
    assert not report.sound


def test_an_altered_payload_names_the_entry(ring, check):
    lines = exported(ring)
    lines[3] = lines[3].replace(b'\\"n\\": 2', b'\\"n\\": 7')
    (fault,) = check(lines).faults
    assert fault.subject == "Entry 5 (leaf 2, unit.add)"
    assert "payload was altered" in fault.detail


def test_an_altered_column_names_the_checkpoint_and_the_span(ring, check):
    lines = exported(ring)
    lines[7] = lines[7].replace(b"system:test", b"system:evil")
    faults = check(lines).faults
    assert [f.subject for f in faults[:1]] == ["Checkpoint over 9 entries"]
    assert "between 3 and 8" in faults[0].detail
    lines = exported(ring)
    lines[1] = lines[1].replace(b"system:test", b"system:evil")
    faults = check(lines).faults
    assert faults[0].subject == "Checkpoint over 3 entries"


def test_a_removed_a_moved_and_an_added_entry_are_named(ring, check):
    lines = exported(ring)
    faults = check([*lines[:2], *lines[3:]]).faults
    assert faults[0].subject == "Entry 5 (leaf 1, unit.add)"
    swapped = [lines[0], lines[2], lines[1], *lines[3:]]
    assert "Entry 3 (leaf 0" in check(swapped).faults[0].subject
    faults = check([*lines, ledger_export.entry_line(9, *entry(9))]).faults
    assert any(f.subject == "The end of the file" for f in faults)


@pytest.mark.parametrize("keep", range(1, 12))
def test_a_cut_file_is_noticed(ring, check, keep):
    lines = exported(ring)
    assert len(lines) == 12
    assert check(lines[:keep]).sound == (keep == 12)


def test_an_erased_payload_keeps_the_proof(ring, check):
    lines = exported(ring)
    lines[2] = ledger_export.entry_line(1, entry(1)[0], None)
    report = check(lines)
    assert report.sound
    assert report.erased == 1


def test_another_key_and_another_log_are_named(ring, check, tmp_path):
    stranger = KeyRing(tmp_path / "stranger")
    assert "key that was not given" in check(exported(ring), stranger.public_keys()).faults[0].detail
    assert not check(exported(ring), {}).sound
    lines = exported(ring)
    leaves = [merkle.leaf_hash(canonical.encode(entry(i)[0])) for i in range(9)]
    lines[-1] = ledger_export.checkpoint_line(checkpoint.sign("other", 9, merkle.root(leaves), ring))
    assert "the log other" in check(lines).faults[0].detail


def test_what_is_no_export_is_refused(check, tmp_path):
    for content in (b"", b"{}\n", b"\x00\xff", b"[]\n", b'{"format":"remit-ledger/2"}\n'):
        with pytest.raises(Invalid, match="not an exported ledger"):
            check([content])
    with pytest.raises(Invalid, match="cannot be read"):
        ledger_export.verify(tmp_path / "absent", {})
    with pytest.raises(Invalid, match="cannot be read"):
        ledger_export.verify(tmp_path, {})


def test_faults_are_bounded(ring, check):
    lines = exported(ring)
    assert len(check([lines[0], *[b"nonsense\n"] * 1000]).faults) == ledger_export.MOST_FAULTS
