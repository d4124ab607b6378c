"""Nothing in the ledger reads as the bare name of a table or an action."""

import re
from pathlib import Path

import remit
from remit.ledger.triggers import governed
from remit.web.audit import telling, vocabulary
from remit.web.audit.vocabulary import ACTIONS, NOUNS, SENTENCES, THINGS, VERBS

SOURCES = Path(remit.__file__).parent
_NAMED = re.compile(r"(?:@action\(\s*|acting\([^,()]+,\s*)\"([a-z_]+\.[a-z_]+)\"")


def actions() -> set[str]:
    found = {name for file in SOURCES.rglob("*.py") for name in _NAMED.findall(file.read_text("utf-8"))}
    # in the docstring that explains it
    return found - {"noun.verb"}


def test_every_governed_table_has_words():
    assert {m._meta.db_table for m in governed()} == set(THINGS)


def test_every_action_has_words():
    assert len(actions()) > 80
    wordless = {
        name
        for name in actions() - set(ACTIONS)
        if name.partition(".")[0] not in NOUNS or name.partition(".")[2] not in VERBS
    }
    assert not wordless, f"say in web/audit/vocabulary.py what these did: {sorted(wordless)}"


def test_no_word_is_left_over():
    assert set(ACTIONS) <= actions()
    assert set(SENTENCES) <= actions()
    assert set(NOUNS.values()) <= set(THINGS)
    assert not {clause for clause in map(vocabulary.said, actions()) if "_" in clause or "." in clause}


def test_an_action_is_said_as_a_clause():
    cost = {"amount": "3264.00", "currency": "USD", "category": "people"}
    assert telling.sentence("cost.record", cost, {}) == "recorded a cost of 3,264 USD for people"
    assert telling.sentence("attestation.open", {"owner_id": "x"}, {"x": "Ana"}) == "asked Ana to attest"
    assert not telling.sentence("remit.issue", {}, {})
    assert vocabulary.said("remit.suspend") == "suspended the remit"
    assert vocabulary.said("people.assign_role") == "gave a role"
