"""A recorded decision in plain words. Pure: rows, terms and explanations in, sentences out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from remit.web import words

Row = Mapping[str, Any]
Terms = Mapping[str, Any]
# log-odds; an input that moved the score by less explains nothing
HEAVY = 0.05
OUTCOMES = {"approve": "Approved", "refer": "To a person", "decline": "Declined"}
_MARKS: dict[str, dict[str, str]] = {
    "approve": {"icon": "circle-check"},
    "refer": {"icon": "user"},
    "decline": {"icon": "circle-x"},
    "refused": {"icon": "hand-stop"},
}
_QUESTIONS = {
    "approve": "Why was this applicant approved?",
    "refer": "Why did this go to a person?",
    "decline": "Why was this applicant declined?",
}
_WOULD = {
    "approve": "it would have been approved",
    "refer": "it would have gone to a person",
    "decline": "it would still have been declined",
}
CLAUSES = {
    "artifact": "the model's file",
    "channel": "channel",
    "contract": "contract of the inputs",
    "dates": "dates",
    "environment": "environment",
    "fallback": "fallback",
    "limits": "limits",
    "population": "population",
    "prohibited_inputs": "prohibited inputs",
    "purpose": "purpose",
    "score": "scoring",
    "signature": "signature",
    "state": "state",
}
_SAID_UNDER = {
    "dates": "valid",
    "fallback": "otherwise",
    "limits": "within",
    "prohibited_inputs": "must_not",
}
_TODO = {
    "artifact": "Restore the approved file from a backup, or have the present one approved as a new version.",
    "channel": "Ask by a channel the remit names, or have the owner ask for a remit that names this one.",
    "contract": "Send each declared input once, with its type and within its range.",
    "dates": "Have the remit renewed; until then a person decides.",
    "environment": "Ask the gateway of an environment the remit names.",
    "fallback": "Have a person decide until the version may decide again.",
    "limits": "Wait for the next period, have a person decide, or ask for a wider limit.",
    "population": "Have a person decide, or ask for a remit that covers this case.",
    "prohibited_inputs": "Leave the input out of features and context; nothing of it was kept.",
    "purpose": "Ask for a purpose the remit names, or have the owner ask for a remit that names this one.",
    "score": "Have a person decide, and tell ModelOps that the version fails on its inputs.",
    "signature": "Publish the bundle again; if it stays, have the remit issued anew.",
    "state": "Have a person decide until the remit is in force again.",
}


def outcome(row: Row) -> str:
    """Name what happened: `Declined`, or `Refused`."""
    return "Refused" if row["status"] == "refused" else OUTCOMES.get(row["action"], row["action"])


def icon(row: Row) -> str:
    """Return the icon of what happened."""
    return _MARKS["refused" if row["status"] == "refused" else row["action"]]["icon"]


def question(row: Row) -> str:
    """Return the question that the page of a decision answers."""
    return "Why was this request refused?" if row["status"] == "refused" else _QUESTIONS[row["action"]]


def shortly(row: Row, reason: str = "") -> str:
    """Say in a list why it came out so: a refusal's own words, else which rule chose, or the first reason."""
    if row["status"] == "refused":
        return str(row["detail"])
    kind, detail = _rule(row)
    if kind == "score" and reason:
        return reason
    said = {"score": "By its score", "refer_when": "A person decides: ", "stop condition": "Stop condition: "}
    return said.get(kind, "Fallback: ") + detail


def answer(
    row: Row, terms: Terms, reasons: Iterable[Any], changes: Iterable[tuple[str, float, str]]
) -> dict[str, str]:
    """Answer the question in two parts: what decided it, and what else there is to know.

    Args:
        reasons: `gateway.contract.Reason`, the heaviest first; empty without a score.
        changes: inputs that would have been enough, the score they give, and the action it leads to.
    """
    if row["status"] == "refused":
        return {"bold": refusal(row, terms), "rest": _TODO.get(row["clause"], "")}
    kind, detail = _rule(row)
    rest = "The remit was valid and every check passed."
    if kind == "score":
        rule = terms["decision_rule"]
        first = _put(reasons) if row["action"] != "approve" else "The score is"
        return {"bold": f"{first} {row['score']:.3f}, {_against(row, rule)}.", "rest": rest + _then(changes)}
    score = "" if row["score"] is None else f" The score was {row['score']:.3f}."
    if kind == "refer_when":
        return {
            "bold": f"The remit leaves this case to a person: {detail.rstrip('.')}.",
            "rest": rest + score,
        }
    if kind == "stop condition":
        bold = f"A stop condition sends every case to a person: {detail.rstrip('.')}."
        return {"bold": bold, "rest": f"The version may not decide until it is lifted.{score}"}
    how = "was drawn for" if row["draw"] is not None else "went to"
    arm = f"This case {how} the control arm, where " if row["variant"] == "control" else ""
    bold = f"{arm}the fallback decided without the model: {detail.rstrip('.')}."
    return {"bold": bold[0].upper() + bold[1:], "rest": rest + score}


def refusal(row: Row, terms: Terms) -> str:
    """Return a refusal's own words; of the population without its rule, which the page shows as the term."""
    if row["clause"] != "population" or not terms:
        return str(row["detail"])
    return (
        f"Outside the population of remit {row['remit']}: {terms['population']['description'].rstrip('.')}."
    )


def term(clause: str, terms: Terms) -> tuple[str, str]:
    """Return the label and the words of the term that a clause enforces; empty where there is none."""
    if clause in {"purpose", "channel", "environment"}:
        return clause.capitalize() + "s", words.listed(terms.get(f"{clause}s", ()))
    if clause == "population":
        population = terms.get("population") or {}
        rule = f" ({population['rule']})" if population.get("rule") else ""
        return words.LABELS["population"], f"{population.get('description', '')}{rule}"
    said = words.clauses(terms)
    key = {
        "limits": "within",
        "prohibited_inputs": "must_not",
        "dates": "valid",
        "fallback": "otherwise",
    }.get(clause, "")
    return words.LABELS.get(key, ""), said.get(key, "")


def change(changes: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Write a change of inputs: `payments to income at 0.36 and no public record`."""
    return words.listed(_at(labels.get(name, name), value) for name, value in changes.items())


def value(given: Any) -> str:
    """Write an input's value."""
    if given is None or given == "":
        return "\N{EN DASH}"
    if isinstance(given, bool):
        return "yes" if given else "no"
    return words.number(given) if isinstance(given, int | float) else str(given)


def days_left(terms: Terms, at: datetime) -> int:
    """Return how many whole days the remit still had when it was asked."""
    return (datetime.fromisoformat(str(terms["valid_until"])) - at).days


def _rule(row: Row) -> tuple[str, str]:
    kind, _, detail = str(row["decided_by"]).partition(": ")
    return kind, detail


def _then(changes: Iterable[tuple[str, float, str]]) -> str:
    """Say of the first two changes where they would have led, once where both led to the same."""
    by_action: dict[str, list[str]] = {}
    for what, _, action in list(changes)[:2]:
        by_action.setdefault(action, []).append(f"with {what}")
    said = "; ".join(f"{', or '.join(whats)}, {_WOULD[action]}" for action, whats in by_action.items())
    return f" {said[0].upper()}{said[1:]}." if said else ""


def _put(reasons: Iterable[Any]) -> str:
    heaviest = [_of(reason) for reason in reasons if reason.contribution > HEAVY][:2]
    if not heaviest:
        return "The score is"
    sentence = words.listed(heaviest)
    return f"{sentence[0].upper()}{sentence[1:]} put the score at"


def _of(reason: Any) -> str:
    label = _lower(reason.label)
    if reason.value is True:
        return label
    if reason.value is False or reason.value is None:
        return f"no {label}"
    return f"{label} of {value(reason.value)}"


def _at(label: str, given: Any) -> str:
    label = _lower(label)
    if isinstance(given, bool):
        return label if given else f"no {label}"
    return f"{label} at {value(given)}"


def _lower(label: str) -> str:
    """Lower the first letter, unless the label starts with an abbreviation."""
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _against(row: Row, rule: Mapping[str, Any]) -> str:
    low, high = words.number(rule["approve_below"]), words.number(rule["decline_from"])
    if row["action"] == "approve":
        return f"below the approval limit of {low}"
    if row["action"] == "decline":
        where = "above" if row["score"] > rule["decline_from"] else "at"
        return f"{where} the decline limit of {high}"
    if rule["decline_from"] > 1:
        return f"from {low} up, where a person decides"
    return f"between {low} and {high}, where a person decides"
