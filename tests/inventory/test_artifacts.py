import hashlib

import pytest

from remit.inventory import artifacts
from remit.inventory.contract import ArtifactFile
from remit.kernel import paths
from remit.kernel.problems import Broken, Invalid


def test_a_file_is_kept_once_under_its_digest(remit_home, tmp_path):
    content = b"weights" * 300_000
    kept = []
    for name in ("first.onnx", "second.onnx"):
        file = tmp_path / name
        file.write_bytes(content)
        kept.append(artifacts.store(ArtifactFile(file, name)))
        file.unlink()
    assert {item.sha256 for item in kept} == {hashlib.sha256(content).hexdigest()}
    assert {item.size for item in kept} == {len(content)}
    assert artifacts.verified("first.onnx", kept[0].sha256).read_bytes() == content
    files = [place for place in paths.artifacts().rglob("*") if place.is_file()]
    assert files == [artifacts.place(kept[0].sha256)]


def test_a_file_that_was_never_kept_is_missing(remit_home):
    with pytest.raises(Broken, match="is missing"):
        artifacts.verified("model.onnx", "0" * 64)


@pytest.mark.parametrize("content", [None, b""])
def test_a_file_that_cannot_be_kept_is_refused(remit_home, tmp_path, content):
    file = tmp_path / "model.onnx"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Invalid):
        artifacts.store(ArtifactFile(file, "model.onnx"))
    assert not list((paths.artifacts()).rglob("*.new"))
