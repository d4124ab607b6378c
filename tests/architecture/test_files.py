"""What every file of the repository keeps to, whoever wrote it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "core", "shared", "lib"}
# a path of somebody's own machine means that the file works only there
PRIVATE = re.compile(r"(?<![\w.~/-])/(?:home|Users|work|root)/\w")


def _committed() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git clone")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _python() -> list[Path]:
    return [file for file in _committed() if file.suffix == ".py" and "migrations" not in file.parts]


def test_no_drawers() -> None:
    named = [
        str(file.relative_to(ROOT))
        for file in _python()
        if DRAWERS & {file.stem, *(part for part in file.relative_to(ROOT).parts[:-1])}
    ]
    assert named == []


def test_no_file_over_budget() -> None:
    long = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in _python()}
    assert {name: lines for name, lines in long.items() if lines > 800} == {}


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {file.parent for file in _python() if (ROOT / "src" / "remit") in file.parents}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_no_path_of_a_private_machine() -> None:
    found = []
    for file in _committed():
        if file.suffix in {
            ".py",
            ".md",
            ".toml",
            ".yaml",
            ".html",
            ".js",
            ".css",
            ".json",
            ".bpmn",
            ".sql",
            "",
        }:
            text = file.read_text(encoding="utf-8", errors="ignore")
            found += [f"{file.relative_to(ROOT)}: {match[0]}" for match in PRIVATE.finditer(text)]
    assert found == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    files = [file for file in _python() if file != Path(__file__)]
    found = [str(file.relative_to(ROOT)) for file in files if later.search(file.read_text())]
    assert found == []


def test_third_party_code_is_not_committed() -> None:
    vendored = {"node_modules", "vendor"}
    folders = [file for file in _committed() if vendored & set(file.relative_to(ROOT).parts[:-1])]
    assert folders == []
