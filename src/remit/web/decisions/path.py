"""The way of a request through the gateway, as far as it went, with the times that were recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remit.web import words
from remit.web.decisions import words as said

Step = dict[str, Any]
# the checks in the order in which the gateway makes them: the clauses of each, and where it stands
_CHECKS = (
    ("remit", ("signature", "state", "dates", "environment", "artifact")),
    ("cover", ("purpose", "channel", "prohibited_inputs")),
    ("contract", ("contract",)),
    ("population", ("population",)),
    ("limits", ("limits",)),
)


def steps(row: Mapping[str, Any], terms: Mapping[str, Any], inputs: int) -> list[Step]:
    """Return the steps as the timeline draws them.

    Args:
        row: the recorded decision or refusal.
        terms: the terms of the remit it was asked under; empty where it came to none.
        inputs: how many inputs the version declares.
    """
    refused = row["status"] == "refused"
    found = [_asked(row), *_drawn(row)]
    for check, clauses in _CHECKS:
        if refused and row["clause"] in clauses:
            return [*found, _refused(row, terms)]
        if terms:
            found.append(_passed(check, row, terms, inputs))
    found[-1]["time"] = _ms(row["checked_us"])
    if refused:
        return [*found, _refused(row, terms)]
    if row["score"] is not None:
        by = f"by {row['variant']} {row['version']}"
        shadows = "; ".join(f"shadow {v}: {s:.3f}" for v, s in row["shadow"].items())
        scored = {"who": f"Scored {row['score']:.3f}", "text": by, "note": shadows, "icon": "math-function"}
        found.append(scored | {"time": _ms(row["scored_us"])})
    decided = {"who": said.outcome(row), "note": said.shortly(row), "icon": said.icon(row)}
    return [*found, decided | {"time": _ms(row["total_us"]), "now": True}]


def _asked(row: Mapping[str, Any]) -> Step:
    note = f"Through {row['channel'] or 'no channel'}, for {row['purpose'] or 'no purpose'}"
    by = f"by {row['consumer']}"
    return {"who": "Asked", "text": by, "note": note, "icon": "arrow-down-right", "time": "0 ms"}


def _drawn(row: Mapping[str, Any]) -> list[Step]:
    if not row["assigned"]:
        return []
    if row["draw"] is None:
        note = "The consumer asked for this version, so nothing was drawn"
    else:
        note = f"Random draw {row['draw']:.4f}; {row['propensity']:.0%} of draws lead here"
    if row["variant"] and row["variant"] != row["assigned"]:
        note += f"; it could not decide, so the {row['variant']} did"
    step = {"who": "Assigned", "text": f"to the {row['assigned']}", "note": note, "icon": "arrows-split-2"}
    return [step | {"time": ""}]


def _passed(check: str, row: Mapping[str, Any], terms: Mapping[str, Any], inputs: int) -> Step:
    clauses = words.clauses(terms)
    days = said.days_left(terms, row["occurred_at"])
    channels = words.listed(terms["channels"])
    steps_: dict[str, Step] = {
        "remit": {
            "who": "Remit stands",
            "note": f"Signature, state and environment; {days} day{'' if days == 1 else 's'} left",
            "icon": "certificate",
        },
        "cover": {
            "who": "Purpose and channel inside it",
            "note": f"{row['purpose']}; {channels}; none of the prohibited inputs",
            "icon": "checks",
        },
        "contract": {
            "who": "Inputs keep the contract",
            "note": f"{inputs} of {inputs} in type and range",
            "icon": "database",
        },
        "population": {
            "who": "In the population",
            "note": terms["population"]["description"],
            "icon": "users",
        },
        "limits": {
            "who": "Limits free",
            "note": clauses.get("within", "The remit sets none"),
            "icon": "gauge",
        },
    }
    return steps_[check] | {"time": ""}


def _refused(row: Mapping[str, Any], terms: Mapping[str, Any]) -> Step:
    text = f"by the {said.CLAUSES.get(row['clause'], row['clause'])}"
    step = {
        "who": "Refused",
        "text": text,
        "note": said.refusal(row, terms),
        "icon": "hand-stop",
        "now": True,
    }
    return step | {"time": _ms(row["total_us"])}


def _ms(microseconds: int) -> str:
    return f"{microseconds / 1000:.2f} ms"
