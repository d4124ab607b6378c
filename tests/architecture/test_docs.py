"""The docs say what the code does: references are current, links lead somewhere, commands exist."""

from __future__ import annotations

import importlib
import re
import runpy
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from remit.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "src").rglob("README.md")])
GENERATE = runpy.run_path(str(ROOT / "docs" / "generate.py"))


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("name", sorted(GENERATE["PAGES"]))
def test_reference_is_what_the_code_says(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == GENERATE["PAGES"][name](), "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://)([^)#\s]+)", text)
    assert [target for target in targets if not (page.parent / target).exists()] == []


def _commands(page: Path) -> Iterator[str]:
    for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        yield from (line for line in block.splitlines() if line.strip() and not line.startswith("#"))


DOCUMENTED = [(page, line) for page in PAGES for line in _commands(page)]


@pytest.mark.parametrize(
    ("page", "line"), DOCUMENTED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_documented_command_exists(page: Path, line: str) -> None:
    words = [word for word in shlex.split(line) if not re.match(r"[A-Z_]+=", word)]
    if words[0] == "make":
        assert re.search(rf"^{words[1]}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return
    if words[0].startswith("python3"):
        assert (ROOT / words[1]).exists()
        return
    assert words[0] == ".venv/bin/remit", line
    module = main.commands()[words[1]][0]
    command = typer.main.get_command(importlib.import_module(module).app)
    rest = words[2:]
    while nested := getattr(command, "commands", None):
        command = nested[rest.pop(0)]
    known = {option for parameter in command.params for option in parameter.opts}
    assert [word for word in rest if word.startswith("--") and word not in known] == []


def test_every_page_is_reachable_from_the_readme() -> None:
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md":
            continue
        seen.add(page)
        for target in re.findall(r"\]\((?!https?://)([^)#\s]+)", page.read_text(encoding="utf-8")):
            found = (page.parent / target).resolve()
            waiting += sorted(found.glob("*.md")) if found.is_dir() else [found]
    lost = {_name(page) for page in (ROOT / "docs").rglob("*.md")} - {_name(page) for page in seen}
    assert lost == set()
