"""The embedded server starts, survives what happens to it, and says plainly why it cannot."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from remit.config import postgres
from remit.kernel.problems import Broken, Invalid, Unavailable

FAST = {"fsync": "off"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster made once and copied by each test that spoils its own."""
    home = tmp_path_factory.mktemp("cluster")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("REMIT_DATABASE_URL", raising=False)
        patch.setenv("REMIT_HOME", str(home))
        postgres.start(FAST)
        with psycopg.connect(postgres.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        postgres.stop()
        assert not postgres.socket_folder().exists()
    return home


@pytest.fixture
def home(cluster: Path, remit_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.delenv("REMIT_DATABASE_URL", raising=False)
    _copy(cluster / "postgres", remit_home / "postgres")
    yield remit_home
    try:
        postgres.stop()
    finally:
        shutil.rmtree(postgres.socket_folder(), ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", str(source), str(target)], check=True)


def _answer() -> int:
    with psycopg.connect(postgres.url()) as connection:
        return connection.execute("SELECT answer FROM kept").fetchone()[0]


def test_starts_twice_as_once_and_stops(home: Path) -> None:
    first = postgres.start()
    assert first.running
    assert first.embedded
    assert postgres.start().pid == first.pid
    assert _answer() == 42
    postgres.stop()
    assert not postgres.status().running
    postgres.stop()


def test_last_user_to_leave_stops_it(home: Path) -> None:
    with postgres.running():
        other = [sys.executable, "-c", "from remit.config import postgres as p\nwith p.running(): pass"]
        subprocess.run(other, check=True, timeout=60)
        assert postgres.status().running
    assert not postgres.status().running


def test_only_its_owner_may_enter(home: Path) -> None:
    postgres.start()
    assert postgres.socket_folder().stat().st_mode & 0o077 == 0
    assert (home / "postgres").stat().st_mode & 0o077 == 0
    with psycopg.connect(postgres.url()) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone()[0] == ""


def test_socket_path_stays_short_below_a_deep_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("REMIT_HOME", str(tmp_path.joinpath(*["deep"] * 60)))
    deep = postgres.socket_folder()
    assert len(f"{deep}/.s.PGSQL.5432") < 100
    monkeypatch.setenv("REMIT_HOME", str(tmp_path / "other"))
    assert postgres.socket_folder() != deep


def test_killed_server_starts_again_with_its_data(home: Path) -> None:
    pid = postgres.start().pid
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while postgres.status().running and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not postgres.status().running
    postgres.start()
    assert _answer() == 42


def test_lock_of_a_dead_server_is_mended_though_its_pid_lives_again(home: Path) -> None:
    lines = [str(os.getpid()), str(home / "postgres" / "data"), "1700000000", "5432", "", "", "0 0", "ready"]
    lock = home / "postgres" / "data" / "postmaster.pid"
    lock.write_text("\n".join(lines))
    assert not postgres.status().running
    postgres.start()
    assert _answer() == 42


def test_unreadable_lock_is_mended(home: Path) -> None:
    (home / "postgres" / "data" / "postmaster.pid").write_bytes(b"\x00garbage")
    postgres.start()
    assert _answer() == 42


def test_data_of_another_version_is_left_alone(home: Path) -> None:
    (home / "postgres" / "data" / "PG_VERSION").write_text("13\n")
    with pytest.raises(Broken, match=r"made by PostgreSQL 13; this Remit brings 18") as caught:
        postgres.start()
    assert "pg_dump" in caught.value.remedy
    (home / "postgres" / "data" / "PG_VERSION").write_text("18\n")
    postgres.start()
    assert _answer() == 42


def test_damaged_data_is_named(home: Path) -> None:
    control = home / "postgres" / "data" / "global" / "pg_control"
    control.write_bytes(b"\x00" * control.stat().st_size)
    with pytest.raises(Broken, match="damaged"):
        postgres.start()
    assert not postgres.status().running


def test_folder_of_other_files_is_not_overwritten(remit_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMIT_DATABASE_URL", raising=False)
    data = remit_home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "thesis.txt").write_text("precious")
    with pytest.raises(Broken, match="not a database"):
        postgres.start(FAST)
    assert (data / "thesis.txt").read_text() == "precious"


def test_unreadable_folder(home: Path) -> None:
    data = home / "postgres" / "data"
    owner, mode = data.stat().st_uid, data.stat().st_mode
    if os.geteuid() == 0:
        os.chown(data, 0, 0)
    else:
        data.chmod(0)
    try:
        with pytest.raises(Unavailable, match=r"may not (read|use)") as caught:
            postgres.start()
    finally:
        os.chown(data, owner, -1)
        data.chmod(mode)
    assert caught.value.remedy
    postgres.start()
    assert _answer() == 42


def test_home_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMIT_DATABASE_URL", raising=False)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("REMIT_HOME", str(tmp_path / "file"))
    with pytest.raises(Unavailable, match="file") as caught:
        postgres.start()
    assert "REMIT_HOME" in caught.value.remedy


def test_full_disk_leaves_nothing_half_made(remit_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMIT_DATABASE_URL", raising=False)
    mounted = os.geteuid() == 0 and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(remit_home)], check=False, capture_output=True
    ).returncode == 0  # fmt: skip
    if not mounted:
        pytest.skip("a small file system can only be mounted by root")
    try:
        with pytest.raises(Unavailable, match="The disk is full"):
            postgres.start(FAST)
        left = sorted(path.name for path in (remit_home / "postgres").iterdir())
        assert "data" not in left
        assert not [name for name in left if name.startswith("making")]
        subprocess.run(["mount", "-o", "remount,size=200m", str(remit_home)], check=True)
        assert postgres.start(FAST).running
    finally:
        postgres.stop()
        shutil.rmtree(postgres.socket_folder(), ignore_errors=True)
        subprocess.run(["umount", "-l", str(remit_home)], check=True)


def test_interrupted_making_is_swept_away(remit_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMIT_DATABASE_URL", raising=False)
    (remit_home / "postgres" / "making-1" / "base").mkdir(parents=True)
    try:
        assert postgres.start(FAST).running
        assert not (remit_home / "postgres" / "making-1").exists()
    finally:
        postgres.stop()
        shutil.rmtree(postgres.socket_folder(), ignore_errors=True)


def test_external_server_is_used_and_never_stopped(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pid = postgres.start().pid
    with monkeypatch.context() as patch:
        patch.setenv("REMIT_DATABASE_URL", postgres.url())
        assert not postgres.start().embedded
        postgres.stop()
    assert postgres.status().pid == pid


def test_external_server_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMIT_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(Unavailable, match="REMIT_DATABASE_URL does not answer"):
        postgres.start()
    monkeypatch.setenv("REMIT_DATABASE_URL", "postgresql://[nonsense")
    with pytest.raises(Invalid, match="cannot be read"):
        postgres.start()
