"""A remit's terms, metrics and people in plain words. Pure: terms in, sentences out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from remit.measure import metrics

Terms = Mapping[str, Any]
LABELS = {
    "may_decide": "May decide",
    "population": "For whom",
    "within": "Within",
    "person": "A person decides",
    "must_not": "Must not use",
    "stops": "Stops when",
    "otherwise": "Otherwise",
    "conditions": "On condition",
    "valid": "Valid",
}
KINDS = {
    "ml": "Machine learning",
    "statistical": "Statistical",
    "rules": "Rules",
    "spreadsheet": "Spreadsheet",
    "vendor": "Bought from a vendor",
    "llm": "Language model",
    "agent": "Agent",
    "composite": "Several together",
}
_ACTIONS = {
    "refer": "then a person decides",
    "fallback": "then the fallback decides",
    "suspend": "then it is suspended",
}
OUTCOMES = {
    "approve": "approved",
    "approve_with_conditions": "approved with conditions",
    "return": "returned",
    "reject": "rejected",
    "confirm": "confirmed",
    "submit": "submitted",
    "issue": "issued",
    "request": "asked for",
    "withdraw": "withdrawn",
}
_APPROVALS = {
    "validation": "Validated",
    "review": "Reviewed",
    "acceptance": "Accepted",
    "signature": "Signed",
    "self_test": "Attested",
}
# the first mark that fits names it: each browser also says the names of those after it
_BROWSERS = {"Edg/": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "Chrome/": "Chrome", "Safari/": "Safari"}
_SYSTEMS = {
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


def clauses(terms: Terms) -> dict[str, str]:
    """Return what a remit says, by the keys of `LABELS`; what it does not say is absent.

    Args:
        terms: signed terms, or what a version asks for with its decision rule beside.
    """
    said = {
        "may_decide": str(terms.get("may_decide", "")).rstrip("."),
        "population": _population(terms),
        "within": "; ".join(_limit(limit) for limit in terms.get("limits", ())),
        "person": _person(terms.get("decision_rule") or {}),
        "must_not": ", ".join(terms.get("prohibited_inputs", ())),
        "stops": "; ".join(_stop(stop) for stop in terms.get("stop_conditions", ())),
        "otherwise": _fallback(terms.get("fallback") or {}),
        "conditions": " ".join(terms.get("conditions", ())),
        "valid": _validity(terms),
    }
    return {key: text for key, text in said.items() if text}


def labelled(terms: Terms) -> list[tuple[str, str]]:
    """Return the clauses with their labels, in the order of the document."""
    return [(LABELS[key], text) for key, text in clauses(terms).items()]


def changes(before: Terms | None, after: Terms) -> list[tuple[str, str, str]]:
    """Return label, present and proposed text of each clause that either has."""
    was, now = clauses(before or {}), clauses(after)
    # conditions are set by those who approve, after the proposal
    keys = [key for key in LABELS if key in now or (key in was and key != "conditions")]
    return [(LABELS[key], was.get(key, "Nothing said"), now.get(key, "Nothing said")) for key in keys]


@cache
def metric(name: str) -> str:
    """Return a metric's title, or its name in words when it is none of ours."""
    known = metrics.registry().get(name)
    return known.title if known else name.replace("_", " ").capitalize()


def measured(row: Mapping[str, Any]) -> str:
    """Name what a metric row measures: the metric, its column and its segment."""
    about = (row.get("column"), row.get("segment"))
    return ", ".join(str(part) for part in (metric(str(row["metric"])), *about) if part)


def browser(agent: str) -> str:
    """Name a browser and its system from what it says of itself: `Firefox on Windows`."""
    named = next((name for mark, name in _BROWSERS.items() if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS.items() if mark in agent), "")
    return f"{named} on {system}" if named and system else agent[:60] or "Unknown"


def kind(name: str) -> str:
    """Write a kind of model for people."""
    return KINDS.get(name, name.capitalize())


def evidence(kind: str) -> str:
    """Write a kind of evidence for people: `dev_test_report` is `Dev test report`."""
    return kind.replace("_", " ").capitalize()


def approval(kind: str) -> str:
    """Return the verb of an approval's kind."""
    return _APPROVALS.get(kind, kind.replace("_", " ").capitalize())


def listed(names: Iterable[str]) -> str:
    """Join names as a sentence does: `A, B and C`."""
    given = list(dict.fromkeys(names))
    return " and ".join(filter(None, (", ".join(given[:-1]), given[-1]))) if given else ""


def number(value: float) -> str:
    """Write a number as people read it: 750,000; 0.28; 1.5."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"


def _population(terms: Terms) -> str:
    who = str((terms.get("population") or {}).get("description", "")).rstrip(".")
    channels = terms.get("channels", ())
    return f"{who}, by {' or '.join(channels)}" if who and channels else who


def _limit(limit: Mapping[str, Any]) -> str:
    most = number(limit["maximum"])
    period = limit.get("period", "")
    how_long = {"": "", "total": " in total"}.get(period, f" a {period}")
    if limit["kind"] == "count":
        return f"{most} decisions{how_long}"
    amount = str(limit.get("field") or limit["name"]).replace("_", " ")
    return f"{amount} up to {most}" + (f" summed{how_long}" if period else "")


def _person(rule: Mapping[str, Any]) -> str:
    if not rule:
        return ""
    low, high = rule["approve_below"], rule["decline_from"]
    band = ""
    if high > 1:
        band = f"Every score from {number(low)} up; nothing is declined by the model alone"
    elif high > low:
        band = f"Every score from {number(low)} to {number(high)}"
    refer = rule.get("refer_when", "")
    return "; ".join(part for part in (band, f"wherever {refer}" if refer else "") if part)


def _stop(stop: Mapping[str, Any]) -> str:
    verb = "passes" if stop["direction"] == "above" else "falls below"
    column = stop.get("column", "")
    name = metric(stop["metric"]) + (f" of {column}" if column else "")
    return f"{name} {verb} {number(stop['limit'])}, {_ACTIONS.get(stop['action'], stop['action'])}"


def _fallback(fallback: Mapping[str, Any]) -> str:
    kind = fallback.get("kind", "none")
    if kind == "rule":
        return f"The rule {fallback.get('name') or fallback.get('rule', '')} decides"
    return "A person decides" if kind == "refer" else ""


def _validity(terms: Terms) -> str:
    if "valid_until" in terms:
        start, end = _instant(terms["valid_from"]), _instant(terms["valid_until"])
        return f"{start:%-d %B %Y} to {end:%-d %B %Y, %H:%M} UTC"
    days = terms.get("valid_days", 0)
    return f"{days} days from the day it is issued" if days else ""


def _instant(value: datetime | str) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)
