"""Enforcement against a small oracle written apart, on made-up remits and requests."""

import math
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from gateway_world import FIELDS, OWNER, terms_for
from hypothesis import given
from hypothesis import strategies as st

from remit.gateway import enforcement
from remit.gateway.contract import Consumer, DecisionRequest, Field, Variant
from remit.kernel.problems import Refused
from remit.policy import Environment

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAMES = st.sampled_from(["a", "b", "c", "afam"])
SETS = st.sets(NAMES).map(lambda names: tuple(sorted(names)))
CONSUMER = Consumer(id="c", name="x", token_sha256="", use_cases=("mortgage",), channels=("a", "b"))


def variant(**changes):
    made = Variant(
        name="champion",
        weight=1,
        deployment="d",
        version="1",
        version_id="v1",
        remit={},
        remit_state="in_force",
        inputs=FIELDS,
    )
    return msgspec.structs.replace(made, **changes)


def clause_of(check, *arguments):
    try:
        check(*arguments)
    except Refused as refusal:
        return refusal.clause
    return None


@given(
    state=st.sampled_from(["in_force", "suspended", "revoked", "expired"]),
    starts=st.integers(-3, 3),
    lasts=st.integers(1, 3),
    environments=SETS,
    environment=NAMES,
)
def test_a_remit_stands_only_in_force_in_time_and_in_place(state, starts, lasts, environments, environment):
    start = NOW + timedelta(days=starts)
    terms = terms_for(valid_from=start, valid_until=start + timedelta(days=lasts), environments=environments)
    expected = (
        "state"
        if state != "in_force"
        else "dates"
        if not terms.valid_from <= NOW < terms.valid_until
        else "environment"
        if environment not in environments
        else None
    )
    found = clause_of(enforcement.remit_stands, variant(remit_state=state), terms, environment, NOW)
    assert found == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


def keys_within(value):
    if isinstance(value, dict):
        return set(value) | {k for inner in value.values() for k in keys_within(inner)}
    if isinstance(value, list):
        return {k for inner in value for k in keys_within(inner)}
    return set()


REQUESTS = st.builds(
    DecisionRequest,
    features=st.just({}),
    purpose=NAMES,
    channel=NAMES,
    context=st.dictionaries(NAMES, JSON),
)


@given(purposes=SETS, channels=SETS, prohibited=SETS, request=REQUESTS)
def test_a_request_is_covered_only_as_the_remit_says(purposes, channels, prohibited, request):
    terms = terms_for(purposes=purposes, channels=channels, prohibited_inputs=prohibited)
    if request.purpose not in purposes:
        expected = "purpose"
    elif request.channel not in channels or request.channel not in CONSUMER.channels:
        expected = "channel"
    elif keys_within(request.context) & set(prohibited):
        expected = "prohibited_inputs"
    else:
        expected = None
    names = enforcement.prohibited_inputs(terms, variant())
    assert clause_of(enforcement.remit_covers, terms, CONSUMER, request, names) == expected


def test_protected_attributes_and_any_spelling_are_prohibited():
    names = enforcement.prohibited_inputs(terms_for(), variant(protected=("Sex",)))
    for name in ("afam", "AFAM", "sex", "Zip_Code"):
        request = DecisionRequest(features={name: 1}, purpose="credit_decision", channel="branch")
        consumer = msgspec.structs.replace(CONSUMER, channels=("branch",))
        assert (
            clause_of(enforcement.remit_covers, terms_for(), consumer, request, names) == "prohibited_inputs"
        )


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(), st.sampled_from(["x", "y", "1"])
)


def acceptable(field, value):
    if value is None:
        return field.nullable
    if field.kind == "boolean":
        return value is True or value is False
    if isinstance(value, bool):
        return False
    if field.kind == "category":
        return value in list(field.categories)
    if isinstance(value, str) or math.isnan(value) or math.isinf(value):
        return False
    low = -math.inf if field.minimum is None else field.minimum
    high = math.inf if field.maximum is None else field.maximum
    return low <= value <= high


MADE_FIELDS = st.builds(
    Field,
    name=NAMES,
    kind=st.sampled_from(["numeric", "category", "boolean"]),
    minimum=st.none() | st.integers(-3, 0),
    maximum=st.none() | st.integers(0, 3),
    categories=st.sampled_from([(), ("x", "y"), (1, 2)]),
    nullable=st.booleans(),
)


@given(
    fields=st.lists(MADE_FIELDS, unique_by=lambda f: f.name, max_size=4),
    features=st.dictionaries(NAMES, VALUES, max_size=4),
)
def test_the_contract_names_exactly_the_inputs_that_break_it(fields, features):
    declared = {f.name: f for f in fields}
    wrong = {
        name
        for name in declared.keys() | features.keys()
        if name not in declared or not acceptable(declared[name], features.get(name))
    }
    assert set(enforcement.contract_faults(fields, features)) == wrong
    assert clause_of(enforcement.meets_contract, fields, features) == ("contract" if wrong else None)


@pytest.mark.parametrize(
    ("context", "clause"),
    [
        ({"state": "MA"}, None),
        ({"state": "NH"}, "population"),
        ({}, "population"),
        ({"state": 1}, "population"),
    ],
)
def test_a_population_rule_that_cannot_be_evaluated_excludes(context, clause):
    rule = Environment({"features": "map", "context": "map"}).compile('context.state == "MA"')
    request = DecisionRequest(features={}, purpose="p", channel="c", context=context)
    assert clause_of(enforcement.in_population, terms_for(), rule, request) == clause
    assert clause_of(enforcement.in_population, terms_for(), None, request) is None


def test_a_refusal_says_who_answers():
    with pytest.raises(Refused, match=OWNER.name):
        enforcement.remit_stands(variant(remit_state="revoked"), terms_for(), "production", NOW)
