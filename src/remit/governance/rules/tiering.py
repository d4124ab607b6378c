"""The tiering scheme: answers in, tier and reasons out.

Axis score = sum(weight x score) / sum(weight x 4) over the axis's questions, 0 to 1. Inherent risk =
0.6 x complexity + 0.4 x use. A matrix of materiality by inherent risk gives the tier; uplifts only raise it.
Source: `data/tiering.yaml` (axes after PRA SS1/23, SR 26-2, OSFI E-23, MAS).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from remit.governance.contract import Tiering
from remit.kernel.problems import Invalid
from remit.policy import Environment

HIGHEST = 4
_FILE = Path(__file__).parent.parent / "data" / "tiering.yaml"
_BANDS = ("low", "medium", "high", "very_high")
_ENVIRONMENT = Environment({"answers": "map", "use_case": "map"})


@cache
def scheme() -> dict[str, Any]:
    """Return the tiering scheme as data."""
    loaded: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded


def questions() -> list[dict[str, Any]]:
    """Return the questions in order: id, axis, title, question, weight, levels."""
    return list(scheme()["questions"])


def checked_answers(answers: Mapping[str, int | None]) -> dict[str, int]:
    """Return the answers that were given, from 0 to 4.

    Raises:
        Invalid: an answer is to no question, or is not one of its levels.
    """
    known = {question["id"]: question for question in questions()}
    fields: dict[str, str] = {}
    for name, score in answers.items():
        if name not in known:
            fields[name] = "There is no such question."
        elif score is not None and (isinstance(score, bool) or score not in range(HIGHEST + 1)):
            fields[name] = "Choose a level from 0 to 4."
    if fields:
        raise Invalid("The tiering answers are not valid.", fields=fields)
    return {name: score for name, score in answers.items() if score is not None}


def compute(answers: Mapping[str, int | None], use_case: Mapping[str, Any]) -> Tiering:
    """Compute the tier of a use case; a question without an answer scores 4 and makes it provisional.

    Args:
        answers: score from 0 to 4 by question id.
        use_case: facts that uplifts may read, such as `kind`.

    Raises:
        Invalid: an answer is to no question, or is not one of its levels.
    """
    given = checked_answers(answers)
    scores = {question["id"]: given.get(question["id"], HIGHEST) for question in questions()}
    axes = {axis: _axis(axis, scores) for axis in ("materiality", "complexity", "use")}
    weights = scheme()["inherent"]
    inherent = weights["complexity"] * axes["complexity"] + weights["use"] * axes["use"]
    rows, column = _BANDS[_band(axes["materiality"])], _band(inherent)
    tier = str(scheme()["matrix"][rows][column])
    first = (
        f"Materiality {axes['materiality']:.2f} ({rows.replace('_', ' ')}) and inherent risk {inherent:.2f}"
        f" ({_BANDS[column].replace('_', ' ')}) give {tier}."
    )
    reasons = [first]
    tier = _uplifted(tier, scores, use_case, reasons)
    missing = [question["title"] for question in questions() if question["id"] not in given]
    if missing:
        reasons.append(f"Not answered, so scored highest: {', '.join(missing)}.")
    return Tiering(
        tier=tier,
        axes={**axes, "inherent": inherent},
        reasons=tuple(reasons),
        provisional=bool(missing),
        scheme_version=str(scheme()["version"]),
    )


def _axis(axis: str, scores: Mapping[str, int]) -> float:
    asked = [question for question in questions() if question["axis"] == axis]
    reached = sum(question["weight"] * scores[question["id"]] for question in asked)
    return float(reached / sum(question["weight"] * HIGHEST for question in asked))


def _band(score: float) -> int:
    return sum(score >= cut for cut in scheme()["cuts"])


def _uplifted(tier: str, scores: Mapping[str, int], use_case: Mapping[str, Any], reasons: list[str]) -> str:
    for uplift in scheme()["uplifts"]:
        verdict = _ENVIRONMENT.compile(uplift["when"]).check({"answers": scores, "use_case": use_case})
        # an uplift that cannot be evaluated raises the tier: fail closed
        if verdict.status != "false" and uplift["at_least"] < tier:
            tier = uplift["at_least"]
            why = uplift["because"] if verdict.passed else f"a rule could not be evaluated ({verdict.reason})"
            reasons.append(f"Raised to {tier}: {why}.")
        elif verdict.passed:
            reasons.append(f"Also {uplift['at_least']} because {uplift['because']}.")
    return tier
