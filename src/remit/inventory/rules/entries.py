"""Pure rules of the inventory: what a form must say, what a version's digest covers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from remit.inventory.contract import Intake, StoredArtifact
from remit.inventory.models import KINDS
from remit.kernel.problems import Invalid
from remit.measure.contract import Schema
from remit.proof import canonical

WITHOUT_COLUMNS = ("llm", "agent", "vendor", "composite")
"""Kinds whose versions may have neither columns nor files; their details say what they are."""
_PURPOSE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LEAST = {
    "name": (3, "Name the use case in a few words."),
    "decision": (10, "Say which decision is made or supported, in a sentence."),
    "population": (10, "Say for whom it is made, in a sentence."),
    "value_hypothesis": (10, "Say what it should be worth and how that will be measured."),
    "alternative": (10, "Say how the decision is made without a model."),
}


def slug(name: str) -> str:
    """Return the key the gateway answers under: `Mortgage approval` gives `mortgage-approval`."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60].rstrip("-")


def checked_intake(form: Intake) -> Decimal:
    """Check an intake form and return its planned value a year.

    Raises:
        Invalid: a field is empty or wrong; `fields` names each.
    """
    fields = {
        name: message
        for name, (length, message) in _LEAST.items()
        if len(getattr(form, name).strip()) < length
    }
    if "name" not in fields and not slug(form.name):
        fields["name"] = "Use a letter from a to z or a digit: the gateway answers under this name."
    if not _PURPOSE.fullmatch(form.purpose):
        fields["purpose"] = "A short name in lower case with hyphens, such as home-loan-origination."
    if form.kind not in dict(KINDS):
        fields["kind"] = f"Choose one of: {', '.join(dict(KINDS))}."
    if not re.fullmatch(r"[A-Z]{3}", form.currency):
        fields["currency"] = "A currency code of three capitals, such as USD."
    planned = Decimal(0)
    try:
        planned = amount(form.planned_value_a_year)
    except ValueError as error:
        fields["planned_value_a_year"] = str(error)
    if fields:
        raise Invalid("The intake form is not complete.", fields=fields)
    return planned


def amount(text: str) -> Decimal:
    """Return an amount of money of two decimal places.

    Raises:
        ValueError: it is none, negative or a million million or more; the message says which to give.
    """
    try:
        given = Decimal(text)
    except InvalidOperation:
        raise ValueError("A number without signs or spaces, such as 250000.") from None
    if not given.is_finite() or given < 0 or given >= Decimal(10) ** 12:
        raise ValueError("An amount from 0 to 999,999,999,999.")
    return given.quantize(Decimal("0.01"))


def checked_schema(schema: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Check a version's schema and return it in its one spelling.

    It reads, and has inputs. A model that is no function of columns (a language model, an agent, what a
    vendor keeps to itself, a composite) may have none.

    Raises:
        Invalid: a column is wrong, or there is no input.
    """
    if kind in WITHOUT_COLUMNS and not schema.get("columns"):
        return {"columns": []}
    read = Schema.of(schema)
    if not read.of_role("feature"):
        raise Invalid(
            "The schema names no input.",
            fields={"schema": "Give at least one column the role feature."},
        )
    return read.as_dict()


def content_digest(
    *,
    model: str,
    number: str,
    artifacts: Iterable[StoredArtifact],
    schema: Mapping[str, Any],
    decision_rule: Mapping[str, Any],
    code_reference: str,
    training_data: str,
    environment: Mapping[str, Any],
    details: Mapping[str, Any] | None = None,
    licence: str = "",
    intended_terms: Mapping[str, Any] | None = None,
) -> str:
    """Return the SHA-256 of everything that makes a version what it is; approvals bind to it.

    It is the digest of canonical JSON with one key a part: `artifacts` are their names, digests and media
    types, wherever they lie, and `training_data` is its digest. `details`, `licence` and `intended_terms`
    came later and are keys only where they say something, so that what was digested before them still is
    what it was.
    """
    later = {"details": details, "licence": licence, "intended_terms": intended_terms}
    return canonical.digest(
        {
            "model": model,
            "number": number,
            "artifacts": sorted([a.name, a.sha256, a.media_type] for a in artifacts),
            "schema": schema,
            "decision_rule": decision_rule,
            "code_reference": code_reference,
            "training_data": training_data,
            "environment": environment,
        }
        | {key: value for key, value in later.items() if value}
    )
