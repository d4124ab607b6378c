"""What each of the eight kinds says of a model and of a version; what it does not know is refused by name."""

import pytest
from jsonschema import Draft202012Validator

from remit.inventory.models import KINDS
from remit.inventory.rules import kinds
from remit.kernel.problems import Invalid

SHA = "0" * 64
BASE = {"name": "Lumen 3", "provider": "Northfield", "version": "2026-03-01"}
LLM = {
    "prompts": [{"name": "system", "role": "system", "sha256": SHA, "text": "Answer from the sources."}],
    "base_model": BASE,
    "tools": [{"name": "rates", "effect": "read"}],
    "retrieval": [{"name": "Policies", "refreshed": "daily"}],
    "parameters": {"temperature": 0.2, "max_tokens": 500},
}
SAID = {
    "ml": {"algorithm": "boosted trees", "hyperparameters": {"depth": 3, "loss": None}, "seed": 7},
    "statistical": {"method": "logistic regression", "link": "logit", "parameters": 10},
    "rules": {"engine": "CEL", "rules": 12, "source": {"sha256": SHA}},
    "spreadsheet": {
        "file": {"name": "pricing.xlsx", "sha256": SHA},
        "key_cells": [{"sheet": "Rates", "cell": "$B$12", "meaning": "Margin", "formula": "=B10*B11"}],
        "macros": {"present": False},
    },
    "vendor": {"release": "4.2", "released_at": "2026-05-01"},
    "llm": LLM,
    "agent": LLM
    | {
        "permissions": [{"resource": "Case file", "verbs": ["read", "update"], "limit": "its own cases"}],
        "autonomy": "acts_with_approval",
        "stop": {"who": "Duty officer", "how": "The switch on the desk"},
    },
    "composite": {"parts": [{"model": "MDL-0001", "version": "1.0"}]},
}
WRONG = {
    "ml": ({"seed": "seven"}, "details.seed"),
    "statistical": ({"parameters": -1}, "details.parameters"),
    "rules": ({"source": {}}, "details.source.sha256"),
    "spreadsheet": ({"key_cells": [{"cell": "12B", "meaning": "x"}]}, "details.key_cells.0.cell"),
    "vendor": ({"released_at": "May"}, "details.released_at"),
    "llm": ({"prompts": [{"name": "system", "sha256": "abc"}]}, "details.prompts.0.sha256"),
    "agent": ({"autonomy": "free"}, "details.autonomy"),
    "composite": ({"parts": [{"model": "MDL-0001"}]}, "details.parts.0.version"),
}


def test_every_kind_has_a_valid_schema_and_none_beside():
    assert set(kinds.names()) == set(dict(KINDS)) == set(SAID)
    for kind in kinds.names():
        Draft202012Validator.check_schema(kinds.schema(kind))
    with pytest.raises(Invalid, match="oracle"):
        kinds.schema("oracle")


@pytest.mark.parametrize("kind", sorted(SAID))
def test_a_version_says_what_its_kind_asks_or_nothing(kind):
    kinds.check(kind, SAID[kind])
    kinds.check(kind, {})
    kinds.check(kind, {}, of="model")


@pytest.mark.parametrize("kind", sorted(SAID))
def test_a_fault_and_an_unknown_name_are_told_by_path(kind):
    wrong, path = WRONG[kind]
    with pytest.raises(Invalid) as refused:
        kinds.check(kind, wrong | {"colour": "red"})
    assert set(refused.value.fields) == {path, "details.colour"}
    assert "Remit does not know this here" in refused.value.fields["details.colour"]
    assert all(message.endswith(".") for message in refused.value.fields.values())
