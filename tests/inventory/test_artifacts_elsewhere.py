"""Artifacts in S3, Git and an OCI registry, each behind a real server of its kind."""

import hashlib
import http.server
import json
import subprocess
import threading

import pytest

from remit.connectors import outbound
from remit.inventory import artifacts
from remit.inventory.contract import RemoteFile
from remit.kernel.problems import Broken, Denied, Invalid, Unavailable

CONTENT = b"weights" * 400_000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def bucket(monkeypatch):
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    for name, value in (("ACCESS_KEY_ID", "a"), ("SECRET_ACCESS_KEY", "b"), ("DEFAULT_REGION", "us-east-1")):
        monkeypatch.setenv(f"AWS_{name}", value)
    import boto3

    client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
    client.create_bucket(Bucket="models")
    client.put_object(Bucket="models", Key="card/1.0/model.bin", Body=CONTENT)
    yield client
    server.stop()


def test_an_object_is_hashed_where_it_lies_and_hashed_again(bucket, remit_home):
    location = "s3://models/card/1.0/model.bin"
    bound = artifacts.bound(RemoteFile(location, "model.bin"))
    assert (bound.sha256, bound.size, bound.location) == (DIGEST, len(CONTENT), location)
    assert not artifacts.place(DIGEST).exists()
    artifacts.check("model.bin", DIGEST, location)
    assert artifacts.brought("model.bin", DIGEST, location).read_bytes() == CONTENT
    bucket.put_object(Bucket="models", Key="card/1.0/model.bin", Body=b"other")
    with pytest.raises(Broken, match="was changed after registration"):
        artifacts.check("model.bin", DIGEST, location)
    # the copy that decides was verified and stays what it was
    assert artifacts.brought("model.bin", DIGEST, location).read_bytes() == CONTENT
    with pytest.raises(Broken, match="no object"):
        artifacts.check("model.bin", DIGEST, "s3://models/nowhere")


def test_a_changed_object_is_never_brought_into_the_store(bucket, remit_home):
    other = hashlib.sha256(b"approved").hexdigest()
    with pytest.raises(Broken, match="was changed"):
        artifacts.brought("model.bin", other, "s3://models/card/1.0/model.bin")
    assert not [path for path in (remit_home / "artifacts").rglob("*") if path.is_file()]


def test_a_digest_that_was_promised_is_held_to(bucket):
    with pytest.raises(Invalid, match="has the digest"):
        artifacts.bound(RemoteFile("s3://models/card/1.0/model.bin", "model.bin", sha256="0" * 64))


@pytest.mark.parametrize(
    "location",
    [
        "ftp://host/x", "/etc/passwd", "file:///etc/passwd", "s3://UPPER/x", "s3://models",
        "git+https://host/repo@main#a", "git+https://host/repo@" + "a" * 40,
        "git+ssh://h/r@" + "a" * 40 + "#x",
        "git+https://user:pw@host/r@" + "a" * 40 + "#x", "git+https://host/r@" + "a" * 40 + "#../x",
        "git+https://host/r@" + "a" * 40 + "#-x", "oci://host/name:latest", "oci://host/name@sha256:abc",
        "oci://u:p@host/name@sha256:" + "0" * 64,
    ],
)  # fmt: skip
def test_a_location_that_binds_nothing_is_refused(location):
    with pytest.raises(Invalid):
        artifacts.bound(RemoteFile(location, "x"))


@pytest.mark.parametrize(
    "location",
    ["git+https://127.0.0.1/r@" + "a" * 40 + "#x", "oci://169.254.169.254/name@sha256:" + "0" * 64],
)
def test_a_location_inside_the_network_is_refused(location):
    with pytest.raises(Denied):
        artifacts.bound(RemoteFile(location, "x"))


@pytest.fixture
def repository(tmp_path, monkeypatch):
    folder = tmp_path / "models"
    (folder / "card").mkdir(parents=True)

    def git(*arguments):
        names = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *names, *arguments], cwd=folder, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    git("init", "--quiet")
    (folder / "card" / "model.bin").write_bytes(CONTENT)
    (folder / "link").symlink_to("/etc/passwd")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    first = git("rev-parse", "HEAD")
    (folder / "card" / "model.bin").write_bytes(b"later")
    git("commit", "--quiet", "-a", "-m", "second")
    monkeypatch.setenv(outbound.ENVIRONMENT_VARIABLE, f"file://{tmp_path}/")
    return folder, first


def test_a_file_of_a_commit_is_read_by_that_commit(repository, monkeypatch):
    folder, commit = repository
    location = f"git+file://{folder}@{commit}#card/model.bin"
    assert artifacts.bound(RemoteFile(location, "model.bin")).sha256 == DIGEST
    artifacts.check("model.bin", DIGEST, location)
    for wrong in (f"@{commit}#nothing", f"@{commit}#link", f"@{commit}#card"):
        with pytest.raises(Broken):
            artifacts.check("model.bin", DIGEST, f"git+file://{folder}{wrong}")
    with pytest.raises(Unavailable):
        artifacts.check("model.bin", DIGEST, f"git+file://{folder}@{'0' * 39}1#card/model.bin")
    monkeypatch.delenv(outbound.ENVIRONMENT_VARIABLE)
    with pytest.raises(Denied):
        artifacts.check("model.bin", DIGEST, location)


class _Registry(http.server.BaseHTTPRequestHandler):
    """A registry that gives a token to whoever asks, and answers from `held`."""

    held: dict = {}  # noqa: RUF012 - set by the fixture

    def do_GET(self):
        if self.path.startswith("/token"):
            return self._answer(200, json.dumps({"token": "t"}).encode())
        if self.headers.get("Authorization") != "Bearer t":
            host = self.headers["Host"]
            challenge = f'Bearer realm="http://{host}/token",service="r",scope="repository:m/card:pull"'
            return self._answer(401, b"", {"WWW-Authenticate": challenge})
        kind, digest = self.path.split("/")[-2:]
        found = self.held.get((kind, digest))
        return self._answer(404 if found is None else 200, found or b"")

    def _answer(self, status, body, headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        """Say nothing."""


def _sha(content):
    return "sha256:" + hashlib.sha256(content).hexdigest()


@pytest.fixture
def registry(monkeypatch):
    config = b"{}"
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": {"digest": _sha(config), "size": 2},
            "layers": [{"digest": _sha(CONTENT), "size": len(CONTENT)}],
        }
    ).encode()
    _Registry.held = {
        ("manifests", _sha(manifest)): manifest,
        ("blobs", _sha(config)): config,
        ("blobs", _sha(CONTENT)): CONTENT,
    }
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Registry) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        port = running.server_address[1]
        monkeypatch.setenv(outbound.ENVIRONMENT_VARIABLE, f"http://localhost:{port}")
        yield f"oci://localhost:{port}/m/card@", manifest
        running.shutdown()


def test_an_image_is_bound_by_the_digest_of_its_manifest_and_all_it_names(registry):
    base, manifest = registry
    location = base + _sha(manifest)
    bound = artifacts.bound(RemoteFile(location, "image"))
    assert f"sha256:{bound.sha256}" == _sha(manifest)
    assert artifacts.bound(RemoteFile(base + _sha(CONTENT), "layer")).sha256 == DIGEST
    _Registry.held["blobs", _sha(CONTENT)] = CONTENT[:-1] + b"?"
    with pytest.raises(Broken, match="another blob"):
        artifacts.check("image", bound.sha256, location)
    del _Registry.held["blobs", _sha(CONTENT)]
    with pytest.raises(Broken, match="nothing with the digest"):
        artifacts.check("image", bound.sha256, location)
    _Registry.held["manifests", _sha(manifest)] = manifest + b" "
    with pytest.raises(Broken, match="another manifest"):
        artifacts.check("image", bound.sha256, location)
    with pytest.raises(Broken):
        artifacts.bound(RemoteFile(base + "sha256:" + "0" * 64, "nothing"))


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    import sys
    from importlib import import_module

    registry = import_module("fsspec.registry")
    monkeypatch.setitem(sys.modules, "s3fs", None)
    for name in ("s3", "s3a"):
        monkeypatch.delitem(registry._registry, name, raising=False)
    with pytest.raises(Unavailable) as refused:
        artifacts.bound(RemoteFile("s3://models/card/model.bin", "model.bin"))
    assert "remit[s3]" in refused.value.remedy
