"""Make this clone ready: `python3 bootstrap.py [demo] [dev] [browser]`, from Python 3.11 and git alone.

It fetches uv from PyPI (its wheels are pinned by sha256 in .ci/uv-requirements.txt), has uv install
exactly what uv.lock names into .venv, and brings the pages' assets into the package. `demo` and `dev` are
the dependency groups of pyproject.toml; `browser` also finds or fetches the Chromium that page tests
drive, and reports it when there is none. A second run sees that nothing changed and takes no time.
Standard library only. Everything it says goes to standard error.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
BUILD = ROOT / ".build"
VENV = ROOT / ".venv"
PINS = ROOT / ".ci" / "uv-requirements.txt"
GROUPS = ("demo", "dev")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main(wanted: list[str]) -> None:
    """Do what is missing of `wanted`, one bootstrap of this clone at a time."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this runs on whatever python3 the machine has
        stop(f"Remit needs Python 3.11 or newer; this is {platform.python_version()}.")
    unknown = set(wanted) - {*GROUPS, "browser"}
    if unknown:
        stop(f"bootstrap.py knows demo, dev and browser, not {', '.join(sorted(unknown))}.")
    try:
        BUILD.mkdir(exist_ok=True)
        with (BUILD / "bootstrap.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not os.access(cache_parent(), os.W_OK):
                os.environ |= {
                    "UV_CACHE_DIR": str(BUILD / "uv-cache"),
                    "npm_config_cache": str(BUILD / "npm-cache"),
                }
            install({group for group in wanted if group in GROUPS})
            run(
                [str(VENV / "bin" / "python"), str(ROOT / "assets" / "vendor.py")],
                "bring in the pages' assets",
            )
            if "browser" in wanted:
                browser()
    except OSError as error:
        stop(f"{error.filename or ROOT}: {error.strerror}. Free or open it, then run this again.")


def install(groups: set[str]) -> None:
    """Make .venv hold what uv.lock names, with these groups and those already there."""
    stamp = VENV / ".remit-stamp"
    inputs = hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in ("pyproject.toml", "uv.lock")))
    now = {"inputs": inputs.hexdigest(), "root": str(ROOT), "python": sys.executable}
    try:
        before = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = {}
    groups = groups | set(before.get("groups", ()))
    now["groups"] = sorted(groups)  # type: ignore[assignment]
    if before == now and (VENV / "bin" / "remit").exists():
        return
    stamp.unlink(missing_ok=True)
    tell("Installing what Remit needs into .venv")
    environment = {
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_PROJECT_ENVIRONMENT": str(VENV),
        "REMIT_SKIP_ASSETS": "1",
    }
    chosen = [part for group in sorted(groups) for part in ("--group", group)]
    line = [str(uv()), "sync", "--locked", "--quiet", "--python", sys.executable, *chosen]
    run(line, "install the locked dependencies", **environment)
    stamp.write_text(json.dumps(now), encoding="utf-8")


def cache_parent() -> Path:
    """Return the nearest existing folder above uv's usual cache."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or f"{os.environ.get('HOME', '/')}/.cache")
    while not folder.exists():
        folder = folder.parent
    return folder


def uv() -> Path:
    """Return the pinned uv, fetched by pip where this Python has it, else straight from PyPI."""
    place = BUILD / "uv"
    program = place / "bin" / "uv"
    pins = PINS.read_text(encoding="ascii")
    pinned = re.findall(r"==([\d.]+)", pins)[0]
    if program.exists() and (place / "version").exists() and (place / "version").read_text() == pinned:
        return program
    shutil.rmtree(place, ignore_errors=True)
    if quiet([sys.executable, "-m", "pip", "--version"]):
        pip = [sys.executable, "-m", "pip"]
        target = ["--target", str(place), "--no-deps", "--disable-pip-version-check"]
        run([*pip, "install", "--quiet", *target, "--require-hashes", "-r", str(PINS)], "fetch uv from PyPI")
    elif quiet([sys.executable, "-m", "venv", str(place)]):
        pip = [str(place / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
        run([*pip, "install", "--quiet", "--require-hashes", "-r", str(PINS)], "fetch uv from PyPI")
    else:
        unpack_uv(place, pinned, set(re.findall(r"sha256:([0-9a-f]{64})", pins)))
    (place / "version").write_text(pinned)
    return program


def unpack_uv(place: Path, pinned: str, digests: set[str]) -> None:
    """Take the uv binary from its wheel, for a Python that came without pip and venv."""
    accept = {"Accept": "application/vnd.pypi.simple.v1+json"}
    request = urllib.request.Request("https://pypi.org/simple/uv/", headers=accept)
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    system = "macosx" if sys.platform == "darwin" else libc
    name = re.compile(
        rf"uv-{re.escape(pinned)}-py3-none-{system}\w*{machine.replace('aarch64', '(aarch64|arm64)')}"
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - https above
            files = json.load(answer)["files"]
        url = next(f["url"] for f in files if name.match(f["filename"]))
        with urllib.request.urlopen(url, timeout=300) as answer:  # noqa: S310 - its digest is checked
            wheel = answer.read()
    except (OSError, StopIteration) as error:
        stop(
            f"uv could not be fetched from PyPI ({error or 'no wheel for this machine'}); "
            "install pip, then run this again."
        )
    if hashlib.sha256(wheel).hexdigest() not in digests:
        stop("The uv that PyPI sent is not the one that .ci/uv-requirements.txt pins; nothing was installed.")
    program = place / "bin" / "uv"
    program.parent.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        inside = next(n for n in archive.namelist() if n.endswith("/scripts/uv"))
        program.write_bytes(archive.read(inside))
    program.chmod(0o755)


def browser() -> None:
    """Find Chromium, or fetch it: from Debian as root, else by playwright. Its absence is no failure."""
    if any(shutil.which(name) for name in BROWSERS):
        return
    fetched = BUILD / "playwright"
    if list(fetched.glob("chromium*")):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        tell("Installing Chromium from this system's packages, for the page tests")
        quiet(["apt-get", "update"])
        if quiet(["apt-get", "install", "--yes", "--no-install-recommends", "chromium"]):
            return
    tell("Fetching Chromium by playwright, for the page tests")
    line = [str(VENV / "bin" / "playwright"), "install", "chromium"]
    if not quiet(line, PLAYWRIGHT_BROWSERS_PATH=str(fetched)):
        tell(
            "There is no Chromium here and none could be fetched: the page tests will be reported as not run."
        )


def run(line: list[str], purpose: str, **environment: str) -> None:
    """Run a command, its output on standard error; end the bootstrap if it fails."""
    try:
        code = subprocess.run(
            line, check=False, cwd=ROOT, stdout=2, env={**os.environ, **environment}
        ).returncode
    except OSError as error:
        stop(f"Could not {purpose}: {error}.")
    if code:
        stop(
            f"Could not {purpose}; see the message above. What was there before is untouched; run this again."
        )


def quiet(line: list[str], **environment: str) -> bool:
    """Run a command without its output and tell whether it succeeded."""
    try:
        done = subprocess.run(
            line, check=False, cwd=ROOT, capture_output=True, env={**os.environ, **environment}
        )
    except OSError:
        return False
    return done.returncode == 0


def tell(text: str) -> None:
    """Say what is being done."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def stop(text: str) -> None:
    """Say what is wrong and end with 1."""
    tell(f"bootstrap: {text}")
    raise SystemExit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
