import json
import os
import pickle

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import yaml
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from logistic import onnx_model
from remit.inventory import inference
from remit.inventory.inference import of_estimator, readers
from remit.kernel.problems import Invalid

FRAME = pd.DataFrame(
    {"income": [1.0, 2.0, 3.0, 4.0], "debt": [1.0, 0.0, 1.0, 2.0], "town": ["a", "b", "a", "b"]}
)
Y = np.array(["no", "yes", "no", "yes"])


def _pipeline():
    prepared = ColumnTransformer(
        [("n", StandardScaler(), ["income", "debt"]), ("t", OneHotEncoder(), ["town"])]
    )
    return make_pipeline(prepared, LogisticRegression()).fit(FRAME, Y)


def _said(draft):
    return [(c.name, c.role, c.kind) for c in draft.schema.columns]


PIPELINE = [
    ("income", "feature", "numeric"),
    ("debt", "feature", "numeric"),
    ("town", "feature", "category"),
    ("score", "score", "numeric"),
    ("prediction", "prediction", "category"),
]


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickled_estimator_says_its_columns_without_being_loaded(tmp_path, protocol):
    file = tmp_path / "model.pkl"
    file.write_bytes(pickle.dumps(_pipeline(), protocol=protocol))
    found = inference.draft([("model.pkl", file)])
    assert _said(found) == PIPELINE
    assert found.schema["town"].categories == ("a", "b")
    assert found.schema["prediction"].categories == ("no", "yes")


@pytest.mark.parametrize("compress", [0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3)])
def test_so_does_one_in_a_joblib_file(tmp_path, compress):
    joblib.dump(_pipeline(), tmp_path / "model.joblib", compress=compress)
    found = inference.draft([("model.joblib", tmp_path / "model.joblib")])
    assert _said(found) == PIPELINE
    assert found.schema["prediction"].categories == ("no", "yes")


def test_an_estimator_fitted_on_an_array_has_columns_without_names(tmp_path):
    fitted = LinearRegression().fit(FRAME[["income", "debt"]].to_numpy(), [1, 2, 3, 4])
    (tmp_path / "m.pkl").write_bytes(pickle.dumps(fitted))
    found = inference.draft([("m.pkl", tmp_path / "m.pkl")])
    assert _said(found)[:2] == [("x0", "feature", "numeric"), ("x1", "feature", "numeric")]
    assert set(found.notes) == {"x0", "x1"}
    assert _said(of_estimator(fitted)) == _said(found)
    with pytest.raises(Invalid):
        of_estimator(LinearRegression())


def test_a_live_estimator_says_the_same():
    assert [c.name for c in of_estimator(_pipeline()).schema.columns] == [row[0] for row in PIPELINE]


class Runs:
    def __reduce__(self):
        return os.system, ("touch /nowhere/owned",)


def test_a_harmful_pickle_is_not_read(tmp_path):
    (tmp_path / "m.pkl").write_bytes(pickle.dumps({"feature_names_in_": Runs()}))
    with pytest.raises(Invalid, match=r"imports posix\.system"):
        inference.draft([("m.pkl", tmp_path / "m.pkl")])


def test_onnx_says_its_inputs_and_score(tmp_path):
    (tmp_path / "m.onnx").write_bytes(onnx_model())
    found = inference.draft([("m.onnx", tmp_path / "m.onnx")])
    assert [c.name for c in found.schema.of_role("feature")] == ["X_0", "X_1", "X_2"]
    assert found.schema["score"].maximum == 1.0
    assert "does not name" in found.notes["X_0"]


def test_onnx_with_named_inputs_keeps_the_names(tmp_path):
    from skl2onnx import to_onnx
    from skl2onnx.common.data_types import FloatTensorType, StringTensorType

    types = [("income", FloatTensorType([None, 1])), ("debt", FloatTensorType([None, 1]))]
    types.append(("town", StringTensorType([None, 1])))
    made = to_onnx(_pipeline(), initial_types=types, options={"zipmap": False})
    (tmp_path / "m.onnx").write_bytes(made.SerializeToString())
    found = inference.draft([("m.onnx", tmp_path / "m.onnx")])
    assert _said(found)[:3] == PIPELINE[:3]
    assert found.schema.only("prediction").categories == ("no", "yes")


def test_an_mlflow_signature_is_read(tmp_path):
    inputs = [
        {"name": "income", "type": "double", "required": True},
        {"name": "town", "type": "string"},
        {"name": "member", "type": "boolean"},
        {"name": "asked_at", "type": "datetime"},
    ]
    outputs = [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1]}}]
    signature = {"inputs": json.dumps(inputs), "outputs": json.dumps(outputs)}
    (tmp_path / "MLmodel").write_text(yaml.safe_dump({"flavors": {}, "signature": signature}))
    found = inference.draft([("model/MLmodel", tmp_path / "MLmodel")])
    assert _said(found) == [
        ("income", "feature", "numeric"),
        ("town", "feature", "category"),
        ("member", "feature", "boolean"),
        ("asked_at", "feature", "timestamp"),
        ("prediction", "score", "numeric"),
    ]


PMML = """<PMML xmlns="http://www.dmg.org/PMML-4_4" version="4.4">{dtd}
<DataDictionary>
<DataField name="income" optype="continuous" dataType="double">
<Interval closure="closedClosed" leftMargin="0" rightMargin="9"/></DataField>
<DataField name="sex" optype="categorical" dataType="string"><Value value="f"/><Value value="m"/></DataField>
<DataField name="paid" optype="categorical" dataType="string"><Value value="yes"/></DataField>
</DataDictionary>
<RegressionModel functionName="classification"><MiningSchema>
<MiningField name="income"/><MiningField name="sex"/><MiningField name="paid" usageType="target"/>
</MiningSchema><Output><OutputField name="p_yes" feature="probability" value="yes"/></Output>
</RegressionModel></PMML>"""


def test_pmml_is_read_with_its_ranges(tmp_path):
    (tmp_path / "m.pmml").write_text(PMML.replace("{dtd}", ""))
    found = inference.draft([("m.pmml", tmp_path / "m.pmml")])
    assert _said(found) == [
        ("income", "feature", "numeric"),
        ("sex", "feature", "category"),
        ("paid", "label", "category"),
        ("p_yes", "score", "numeric"),
    ]
    assert (found.schema["income"].minimum, found.schema["income"].maximum) == (0.0, 9.0)
    assert found.schema["paid"].positive == "yes"
    # the model takes it, so it stays an input; that it is protected is said beside it
    assert "protected" in found.notes["sex"]


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_pmml_with_entities_is_refused(tmp_path, attack):
    (tmp_path / "m.pmml").write_text(attack + PMML.replace("{dtd}", "").replace("income", "&e;", 1))
    with pytest.raises(Invalid):
        inference.draft([("m.pmml", tmp_path / "m.pmml")])


@pytest.mark.parametrize("name", ["sample.csv", "sample.parquet"])
def test_a_sample_suggests_roles_and_ranges(tmp_path, name):
    count = 40
    frame = pl.DataFrame(
        {
            "customer_id": [f"c{i}" for i in range(count)],
            "income": [float(i) for i in range(count)],
            "gender": ["f", "m"] * (count // 2),
            "member": [0, 1] * (count // 2),
            "defaulted": [0, 1] * (count // 2),
            "name_of_town": [f"town {i}" for i in range(count)],
        }
    )
    file = tmp_path / name
    frame.write_csv(file) if name.endswith("csv") else frame.write_parquet(file)
    found = inference.draft([(name, file)])
    assert _said(found) == [
        ("customer_id", "identifier", "category"),
        ("income", "feature", "numeric"),
        ("gender", "protected", "category"),
        ("member", "feature", "boolean"),
        ("defaulted", "label", "boolean"),
        ("name_of_town", "identifier", "category"),
    ]
    assert (found.schema["income"].minimum, found.schema["income"].maximum) == (0.0, 39.0)
    assert found.schema["gender"].categories == ("f", "m")
    assert set(found.notes) == {"customer_id", "income", "gender", "defaulted", "name_of_town"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.onnx", b"not onnx"),
        ("MLmodel", b"flavors: {}"),
        ("m.pmml", b"<PMML/>"),
        ("m.pkl", b"no pickle"),
        ("m.pkl", pickle.dumps([1, 2])),
        ("s.parquet", b"PAR1"),
        ("s.csv", b""),
        ("readme.md", b"# words"),
    ],
)
def test_what_says_nothing_of_columns_is_refused_with_the_reason(tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(Invalid) as refused:
        inference.draft([(name, file)])
    assert refused.value.fields == {"schema": "Write the columns by hand."}


def test_formats_are_found_by_being_there():
    assert [reader.FORMAT for reader in readers()] == [
        "a CSV or Parquet sample",
        "MLflow",
        "ONNX",
        "PMML",
        "scikit-learn in a pickle or joblib file",
    ]
