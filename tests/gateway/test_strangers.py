"""What nobody has registered is kept within bounds, and reaches the folder of the control plane."""

import hashlib

import pytest

from remit.gateway import strangers
from remit.gateway.strangers import Strangers


@pytest.fixture
def kept(tmp_path):
    return Strangers(tmp_path / "strangers")


def read(tmp_path):
    return [one for _, seen in strangers.read(tmp_path / "strangers") for one in seen]


def test_a_name_counts_however_often_it_is_asked_about(kept, tmp_path):
    for _ in range(1_000):
        kept.asked_about("card-limit", "Branch system")
    kept.flush()
    (one,) = read(tmp_path)
    assert (one.what, one.name, one.beside, one.times) == ("use_case", "card-limit", "Branch system", 1_000)
    assert one.first <= one.last


def test_of_a_token_only_a_fingerprint_is_kept(kept, tmp_path):
    kept.asked_by("a secret of somebody", "mortgage")
    kept.flush()
    (file,) = (tmp_path / "strangers").iterdir()
    assert b"secret" not in file.read_bytes()
    (one,) = read(tmp_path)
    assert one.name == hashlib.sha256(b"a secret of somebody").hexdigest()[:12]


def test_a_flood_fills_neither_memory_nor_disk(kept, tmp_path):
    for minute in range(strangers.MOST_FILES + 5):
        for i in range(strangers.MOST_NAMES + 50):
            kept.asked_by(f"guess {minute} {i}", "mortgage")
        kept.flush()
    files = list((tmp_path / "strangers").glob("*"))
    assert len(files) == strangers.MOST_FILES
    assert len(read(tmp_path)) == strangers.MOST_FILES * strangers.MOST_NAMES


@pytest.mark.parametrize("name", ["", "../../etc", "a" * 61, "<script>", "a b", "é"])
def test_what_can_be_no_name_is_not_kept(kept, tmp_path, name):
    kept.asked_about(name, "Branch system")
    kept.flush()
    assert read(tmp_path) == []


def test_a_damaged_file_is_empty_and_a_closed_folder_is_survived(tmp_path):
    folder = tmp_path / "strangers"
    folder.mkdir()
    (folder / "1.jsonl").write_text("{")
    assert [seen for _, seen in strangers.read(folder)] == [[]]
    blocked = Strangers(tmp_path / "file")
    (tmp_path / "file").write_text("")
    blocked.asked_by("x", "mortgage")
    blocked.flush()


def test_a_running_gateway_leaves_what_nobody_registered(world, gateway):
    world.publish(world.variant())
    running = gateway()
    running.decide(use_case="never-filed")
    running.decide(token="somebody else's")
    running.decide(token="somebody else's", use_case="never-filed")
    assert running.terminate() == 0
    found = {
        (one.what, one.name, one.times)
        for _, seen in strangers.read(world.home / "strangers")
        for one in seen
    }
    fingerprint = hashlib.sha256(b"somebody else's").hexdigest()[:12]
    assert found == {("use_case", "never-filed", 1), ("caller", fingerprint, 1)}
