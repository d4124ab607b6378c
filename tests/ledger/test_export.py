import pytest

from remit.kernel.problems import Conflict, Unavailable
from remit.ledger import actions
from remit.ledger.export import export
from remit.ledger.models import Entry
from remit.proof import keys, ledger_export

pytestmark = pytest.mark.django_db


def test_the_export_verifies_with_nothing_but_the_files(write, ring, tmp_path):
    write("One")
    actions.sequence()
    actions.sign_checkpoint(ring)
    ring.rotate()
    for number in range(9):
        write(f"Ünit {number}", reason='\U0001d54f \\ " \u2028')
    done = export(tmp_path / "ledger.jsonl", ring)
    assert len(done.public_keys) == 2
    report = ledger_export.verify(done.path, keys.read_public_keys(done.public_keys))
    assert report.faults == ()
    assert (report.size, report.root, report.checkpoints) == (done.size, done.root, 2)
    assert report.size == Entry.objects.count() == 10
    assert not list(tmp_path.glob(".*"))


def test_the_export_of_a_tampered_ledger_does_not_verify(write, ring, forge, tmp_path):
    for number in range(3):
        write(f"Unit {number}")
    actions.sequence()
    actions.sign_checkpoint(ring)
    forge("update ledger_entry set actor = 'system:evil' where id = %s", Entry.objects.order_by("pk")[1].pk)
    done = export(tmp_path / "ledger.jsonl", ring)
    report = ledger_export.verify(done.path, ring.public_keys())
    assert [f.subject for f in report.faults][:1] == ["Checkpoint over 3 entries"]


def test_an_empty_ledger_and_a_folder_that_is_not_there(write, ring, tmp_path):
    with pytest.raises(Conflict, match="empty"):
        export(tmp_path / "ledger.jsonl", ring)
    write("One")
    with pytest.raises(Unavailable, match="cannot be written"):
        export(tmp_path / "absent" / "ledger.jsonl", ring)
