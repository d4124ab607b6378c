"""Whatever registers itself has docs and a test: discovery needs no list, and nothing slips through."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from remit.cli import main
from remit.governance.rules import controls
from remit.measure.metrics import registry
from remit.people import rules as people
from remit.web import rooms

ROOT = Path(__file__).resolve().parents[2]
DOMAIN = (
    "data",
    "evidence",
    "governance",
    "inventory",
    "ledger",
    "lifecycle",
    "monitoring",
    "people",
    "serving",
)
ENGINES = ("gateway", "measure", "policy", "proof")


@cache
def _tests(folder: str) -> str:
    return "\n".join(file.read_text() for file in (ROOT / "tests" / folder).rglob("*.py"))


@pytest.mark.parametrize("name", sorted(registry()))
def test_metric_states_what_it_is_and_is_tested(name: str) -> None:
    metric = registry()[name]
    said = (
        metric.title,
        metric.formula,
        metric.source,
        metric.units,
        metric.interval,
        metric.applies,
        metric.blind,
    )
    assert all(said)
    assert name in _tests("measure")


@pytest.mark.parametrize("control", controls.library(), ids=lambda control: control.id)
def test_control_names_who_answers_and_how_to_mend(control: controls.Control) -> None:
    assert control.owner_role in people.roles()
    assert control.gates
    assert control.remedy.endswith(".")
    assert control.severity in {"low", "medium", "high", "critical"}


def test_control_ids_are_unique() -> None:
    ids = [control.id for control in controls.library()]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("room", rooms.names())
def test_page_room_is_tested(room: str) -> None:
    name = room.rpartition(".")[2]
    own = list((ROOT / "tests" / "web" / name).glob("test_*.py"))
    assert own or f"/{name}" in _tests("journeys") + _tests("cli")


@pytest.mark.parametrize("name", sorted(main.commands()))
def test_command_is_tested(name: str) -> None:
    assert f'"{name}"' in _tests("cli")


@pytest.mark.parametrize("part", DOMAIN + ENGINES)
def test_part_has_a_readme_of_ten_lines_and_tests(part: str) -> None:
    readme = ROOT / "src" / "remit" / part / "README.md"
    assert readme.exists()
    assert len(readme.read_text().splitlines()) <= 12
    assert list((ROOT / "tests" / part).rglob("test_*.py"))


@pytest.mark.parametrize("part", DOMAIN + ENGINES)
def test_part_has_a_concept_page(part: str) -> None:
    pages = "\n".join(page.read_text() for page in (ROOT / "docs" / "concepts").glob("*.md"))
    architecture = (ROOT / "ARCHITECTURE.md").read_text()
    assert f"src/remit/{part}/" in pages or f"`{part}`" in architecture
