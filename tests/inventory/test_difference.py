from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.inventory.rules import difference
from remit.inventory.rules.difference import Content, File, TrainingData, differences, material
from remit.measure.contract import Column

NAMES = st.sampled_from(["a", "b", "c", "auc", "ece", "limits", "prompts", "numpy"])
LEAVES = st.one_of(st.integers(0, 3), st.sampled_from(["1.2.3", "1.4.0", "2.0.0", "words"]), st.none())
TREES = st.dictionaries(NAMES, st.one_of(LEAVES, st.dictionaries(NAMES, LEAVES), st.lists(LEAVES)))
COLUMNS = st.lists(
    st.builds(
        Column,
        name=NAMES,
        role=st.sampled_from(["feature", "score", "weight", "identifier"]),
        minimum=st.sampled_from([None, 0.0, 1.0]),
        maximum=st.sampled_from([None, 2.0, 3.0]),
    ),
    unique_by=lambda column: column.name,
    max_size=4,
).map(tuple)
CONTENTS = st.builds(
    Content,
    columns=COLUMNS,
    measures=st.dictionaries(NAMES, st.floats(0, 1)),
    data=st.none() | st.builds(TrainingData, NAMES, st.sampled_from("xyz"), st.integers(0, 100)),
    files=st.lists(st.builds(File, NAMES, NAMES, NAMES), unique_by=lambda f: f.name, max_size=3).map(tuple),
    environment=TREES,
    decision_rule=TREES,
    details=TREES,
    terms=TREES,
    code=NAMES,
    licence=st.sampled_from(["", "MIT"]),
)


@given(CONTENTS)
def test_a_version_does_not_differ_from_itself(content):
    assert differences(content, content) == []
    assert not material([])


@given(CONTENTS, CONTENTS)
def test_the_same_things_differ_whichever_comes_first(one, other):
    there, back = differences(one, other), differences(other, one)
    assert sorted((row.what, str(row.was), str(row.now)) for row in there) == sorted(
        (row.what, str(row.now), str(row.was)) for row in back
    )


@given(CONTENTS, CONTENTS)
def test_one_more_material_difference_makes_and_keeps_a_change_material(was, now):
    before = material(differences(was, now))
    changed = replace(now, decision_rule={**now.decision_rule, "cut": "elsewhere"})
    assert material(differences(was, changed))
    rows = differences(was, now)
    assert before == any(row.material for row in rows)
    assert [row.material for row in rows] == sorted((row.material for row in rows), reverse=True)


@given(CONTENTS, CONTENTS)
def test_every_difference_has_a_rule_with_a_reason(was, now):
    for row in differences(was, now):
        assert row.label
        assert row.because.endswith(".")


def _column(**changes):
    return Content(columns=(Column("income", minimum=0, maximum=9, **changes),))


CASES = [
    (_column(), Content(columns=(*_column().columns, Column("age"))), "schema.input_added", True),
    (Content(columns=(Column("age"),)), Content(), "schema.input_removed", True),
    (Content(), Content(columns=(Column("id", role="identifier"),)), "schema.column_added", False),
    (_column(), Content(columns=(Column("income", minimum=0, maximum=5),)), "schema.narrower", False),
    (_column(), Content(columns=(Column("income", minimum=0),)), "schema.wider", True),
    (_column(), Content(columns=(Column("income", minimum=1, maximum=12),)), "schema.wider", True),
    (_column(), _column(role="weight"), "schema.role", True),
    (
        Content(columns=(Column("t", kind="category", categories=("a", "b")),)),
        Content(columns=(Column("t", kind="category", categories=("a",)),)),
        "schema.narrower",
        False,
    ),
    (Content(measures={"auc": 0.800}), Content(measures={"auc": 0.809}), "metric.within", False),
    (Content(measures={"auc": 0.80}), Content(measures={"auc": 0.83}), "metric.beyond", True),
    (Content(measures={"auc": 0.83}), Content(measures={"auc": 0.80}), "metric.beyond", True),
    (Content(measures={"rmse": 100.0}), Content(measures={"rmse": 104.0}), "metric.within", False),
    (
        Content(data=TrainingData("HMDA", "1", 100)),
        Content(data=TrainingData("HMDA", "2", 110)),
        "data.refreshed",
        False,
    ),
    (
        Content(data=TrainingData("HMDA", "1", 100)),
        Content(data=TrainingData("HMDA", "2", 200)),
        "data.resized",
        True,
    ),
    (
        Content(data=TrainingData("HMDA", "1", 100)),
        Content(data=TrainingData("Bureau", "2", 100)),
        "data.other",
        True,
    ),
    (
        Content(files=(File("m", "a/b", "1"),)),
        Content(files=(File("m", "a/b", "2"),)),
        "artifact.changed",
        False,
    ),
    (
        Content(files=(File("m", "a/b", "1"),)),
        Content(files=(File("m", "a/c", "1"),)),
        "artifact.format",
        True,
    ),
    (
        Content(environment={"numpy": "1.26.4"}),
        Content(environment={"numpy": "1.26.5"}),
        "environment.version",
        False,
    ),
    (
        Content(environment={"packages": {"numpy": "1.26.4"}}),
        Content(environment={"packages": {"numpy": "2.0.0"}}),
        "environment.major",
        True,
    ),
    (Content(environment={"seed": 1}), Content(environment={"seed": 2}), "environment.other", False),
    (Content(decision_rule={"cut": 0.2}), Content(decision_rule={"cut": 0.3}), "decision_rule", True),
    (
        Content(details={"prompts": [{"name": "a"}]}),
        Content(details={"prompts": []}),
        "details.steering",
        True,
    ),
    (Content(details={"notes": "a"}), Content(details={"notes": "b"}), "details.other", False),
    (
        Content(terms={"population": {"rule": "a"}}),
        Content(terms={"population": {"rule": "b"}}),
        "terms.scope",
        True,
    ),
    (Content(terms={"valid_days": 90}), Content(terms={"valid_days": 60}), "terms.other", False),
    (Content(code="git 1"), Content(code="git 2"), "code", False),
    (Content(licence="MIT"), Content(licence="proprietary"), "licence", True),
]


@pytest.mark.parametrize(("was", "now", "rule", "grave"), CASES, ids=lambda value: str(value)[:24])
def test_each_rule_is_applied_where_it_should(was, now, rule, grave):
    (row,) = differences(was, now)
    assert (row.rule, row.material, material([row])) == (rule, grave, grave)


def test_what_was_measured_on_neither_says_nothing():
    assert differences(Content(measures={"auc": 0.8}), Content()) == []
    (row,) = differences(Content(measures={"auc": 0.8, "ks": 0.4}), Content(measures={"auc": 0.8}))
    assert row.rule == "metric.unknown"


def test_every_rule_of_the_file_can_apply():
    used = {case[2] for case in CASES} | {"schema.column_removed", "schema.kind", "schema.meaning"}
    used |= {
        "metric.unknown",
        "artifact.added",
        "artifact.removed",
        "environment.added",
        "environment.removed",
    }
    assert used == set(difference._rules()["rules"])
