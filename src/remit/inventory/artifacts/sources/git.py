"""Files of a Git repository at one commit, by the `git` executable."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from remit.connectors import outbound
from remit.inventory.artifacts.sources import CHUNK, wrong
from remit.kernel.problems import Broken, Denied, Unavailable

SCHEME = "git+"
FORM = "git+https://host/repository@commit#path"
_LOCATION = re.compile(r"git\+((?:https|file)://[^\s@#]+)@([0-9a-f]{40}|[0-9a-f]{64})#([^\s\0:][^\0:]*)")
_SECONDS = 300


def chunks(location: str) -> Iterator[bytes]:
    """Yield a file's bytes as the commit has it; see `sources.Source`."""
    found = _LOCATION.fullmatch(location)
    if found is None:
        raise wrong(location, f"Write {FORM}, with the commit's full id and no name or password.")
    address, commit, path = found.groups()
    if path.startswith(("-", "/")) or ".." in path.split("/"):
        raise wrong(location, "The path is relative to the repository's root.")
    settings = _settings(address)
    with tempfile.TemporaryDirectory(prefix="remit-git-") as folder:
        form = "sha256" if len(commit) == 64 else "sha1"
        _git(folder, "init", "--quiet", "--bare", f"--object-format={form}", ".")
        # what arrives is checked object by object, so that the id proves the file
        _git(folder, *settings, "-c", "fetch.fsckObjects=true", "fetch", "--quiet", "--depth=1", "--no-tags",
             "--no-recurse-submodules", address, commit)  # fmt: skip
        listed = _git(folder, "ls-tree", commit, "--", path).split()
        if len(listed) < 3 or listed[0] not in {"100644", "100755"}:
            raise Broken(f"The commit {commit[:12]} of {address} has no file {path}.")
        yield from _blob(folder, listed[2])


def _settings(address: str) -> list[str]:
    """Return what binds git to the address that was judged.

    Raises:
        Denied: the address is not allowed.
    """
    if address.startswith("file://"):
        if not outbound.Allowance.of_environment().folder(address):
            raise Denied(
                f"{address} is a folder of this machine.",
                remedy=f"An administrator can add it to {outbound.ENVIRONMENT_VARIABLE}.",
            )
        return ["-c", "safe.directory=*"]
    host, port = outbound.split(urlsplit(address).netloc)
    resolved = outbound.address_of(host, port)
    return ["-c", f"http.curloptResolve={host}:{port}:{resolved}", "-c", "http.followRedirects=false"]


def _environment(folder: str) -> dict[str, str]:
    kept = {
        name: os.environ[name] for name in ("PATH", "SSL_CERT_FILE", "GIT_SSL_CAINFO") if name in os.environ
    }
    return kept | {
        "HOME": folder,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ALLOW_PROTOCOL": "https:file",
        "LC_ALL": "C",
    }


def _git(folder: str, *arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except FileNotFoundError as error:
        raise Unavailable("git is not installed where Remit runs.", remedy="Install git.") from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"The repository did not answer within {_SECONDS} seconds.") from error
    except subprocess.CalledProcessError as error:
        said = (error.stderr or "").strip().splitlines()[-1:] or ["git failed"]
        raise Unavailable(f"The repository cannot be read: {said[0][:200]}.") from error
    return done.stdout


def _blob(folder: str, identifier: str) -> Iterator[bytes]:
    errors = Path(folder) / "errors"
    with (
        errors.open("wb") as told,
        subprocess.Popen(
            ["git", "cat-file", "blob", identifier],
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=told,
        ) as process,
    ):
        if process.stdout is not None:
            while chunk := process.stdout.read(CHUNK):
                yield chunk
    if process.returncode:
        raise Broken(f"The file cannot be read: {errors.read_text(errors='replace')[:200]}")
