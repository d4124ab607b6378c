"""Training: a logistic scorecard and monotonic boosted trees, exported to ONNX, tested as they will be served."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import sklearn
from onnx import TensorProto, helper
from skl2onnx import to_onnx
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from demo.mortgages import BOOLEAN, FEATURES, LABELS, Application, schema
from remit.gateway import explain
from remit.gateway.contract import ScoreOutput
from remit.gateway.runtimes.onnx import OnnxRuntime
from remit.measure.backends import parquet
from remit.measure.contract import Schema
from remit.measure.engine import measure
from remit.serving.rules import inputs_of

# a higher ratio, a worse history, a public record or more unemployment never lowers the score
RISING = {"pirat": 1, "hirat": 1, "lvrat": 1, "chist": 1, "mhist": 1, "phist": 1, "unemp": 1}
TREES = {
    "max_iter": 120,
    "learning_rate": 0.05,
    "max_depth": 3,
    "min_samples_leaf": 25,
    "l2_regularization": 1.0,
}
MOST_DENIED_AMONG_APPROVED = 0.09
CUTS = tuple(round(0.10 + 0.02 * step, 2) for step in range(16))


@dataclass(frozen=True, slots=True)
class Trained:
    """A model as it will be served: the ONNX bytes and what the gateway needs beside them."""

    name: str
    onnx: bytes
    runtime: OnnxRuntime
    typical: dict[str, Any]

    @property
    def environment(self) -> dict[str, Any]:
        """What a version records of its surroundings."""
        return {
            "scikit-learn": sklearn.__version__,
            "numpy": np.__version__,
            "typical": self.typical,
            "labels": LABELS,
        }


def train(name: str, rows: list[Application]) -> Trained:
    """Train `scorecard` or `trees` on the rows and export it."""
    inputs, denied = matrix(rows), np.array([row.denied for row in rows])
    if name == "scorecard":
        model = make_pipeline(StandardScaler(), LogisticRegression(C=1.0, max_iter=500))
    else:
        signs = [RISING.get(feature, 0) for feature in FEATURES]
        model = HistGradientBoostingClassifier(monotonic_cst=signs, random_state=0, **TREES)
    model.fit(inputs, denied)
    content = _exported(model, inputs[:1])
    typical = _typical(rows)
    runtime = OnnxRuntime(content, inputs_of(schema(), typical, LABELS), ScoreOutput())
    return Trained(name, content, runtime, typical)


def _exported(model: Any, one: Any) -> bytes:
    if isinstance(model, HistGradientBoostingClassifier):
        return _trees_in_onnx(model, one.shape[1])
    content: bytes = to_onnx(model, one, options={"zipmap": False}).SerializeToString()
    return content


def _trees_in_onnx(model: HistGradientBoostingClassifier, width: int) -> bytes:
    """Write the trees as ONNX's TreeEnsembleClassifier; skl2onnx 1.20 fails on this estimator's node types."""
    names = ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids", "falsenodeids")
    nodes: dict[str, list[Any]] = {f"nodes_{name}": [] for name in names}
    leaves: dict[str, list[Any]] = {f"class_{name}": [] for name in ("treeids", "nodeids", "ids", "weights")}
    for tree, (predictor,) in enumerate(model._predictors):
        for number, node in enumerate(predictor.nodes):
            leaf = bool(node["is_leaf"])
            row = (
                tree,
                number,
                0 if leaf else int(node["feature_idx"]),
                0.0 if leaf else float(node["num_threshold"]),
                "LEAF" if leaf else "BRANCH_LEQ",
                0 if leaf else int(node["left"]),
                0 if leaf else int(node["right"]),
            )
            for name, value in zip(names, row, strict=True):
                nodes[f"nodes_{name}"].append(value)
            if leaf:
                for name, value in zip(leaves, (tree, number, 0, float(node["value"])), strict=True):
                    leaves[name].append(value)
    classifier = helper.make_node(
        "TreeEnsembleClassifier",
        ["X"],
        ["label", "probabilities"],
        domain="ai.onnx.ml",
        **nodes,
        **leaves,
        base_values=[float(model._baseline_prediction.ravel()[0])],
        classlabels_int64s=[0, 1],
        post_transform="LOGISTIC",
    )
    graph = helper.make_graph(
        [classifier],
        "monotonic_boosted_trees",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, width])],
        [
            helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
            helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]),
        ],
    )
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    content: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=8).SerializeToString()
    return content


def matrix(rows: list[Application]) -> Any:
    """Return the inputs as a float32 matrix, columns in the order of the schema."""
    return np.array([[float(row.features[name]) for name in FEATURES] for row in rows], dtype=np.float32)


def act(score: float, rule: dict[str, Any]) -> str:
    """Return the action a decision rule gives a score."""
    if score < rule["approve_below"]:
        return "approve"
    return "decline" if score >= rule["decline_from"] else "refer"


def decided(model: Trained, rows: list[Application], rule: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows as they would be decided, in the schema that monitors measure."""
    scores = model.runtime.score([row.features for row in rows])
    return [
        {**row.features, "score": score, "prediction": act(score, rule), "label": row.label, "afam": row.afam}
        for row, score in zip(rows, scores, strict=True)
    ]


def measured(reference: list[dict[str, Any]] | None, current: list[dict[str, Any]], window: str) -> list[Any]:
    """Return every metric of the current rows against the reference, from Remit's own engine."""
    read = Schema.of(schema(decided=True))
    before = parquet.of_rows(reference).frame() if reference is not None else None
    return measure(before, parquet.of_rows(current).frame(), read, window=window)


def reports(
    model: Trained, parts: dict[str, list[Application]], rule: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    """Return the developer's evidence by kind: `values` that controls read, and the metric `rows`."""
    training = decided(model, parts["train"], rule)
    validation = decided(model, parts["validation"], rule)
    rows = measured(training, validation, "validation")
    own = {row.metric: row for row in measured(None, training, "training") if not row.segment}
    found = {(row.metric, row.column, row.segment): row for row in rows}
    auc, ece = found["auc", "", ""], found["ece", "", ""]
    psi = found["psi", "score", ""]
    gap = own["auc"].value - auc.value
    return {
        "data_quality_report": _quality(training),
        "dev_test_report": {
            "values": {
                "auc": auc.value,
                "auc_low": auc.low,
                "auc_text": _interval(auc),
                "brier": found["brier", "", ""].value,
                "calibration_error": ece.value,
                "calibration_error_text": _interval(ece),
            },
            "rows": [
                r.as_dict() for r in rows if r.metric in {"auc", "brier", "ece", "log_loss", "accuracy"}
            ],
        },
        "fairness_report": fairness(rows),
        "explainability_report": _reasons(model, parts["validation"], rule),
        "robustness_report": {
            "values": {
                "score_psi": psi.value,
                "score_psi_text": _interval(psi),
                "auc_gap": gap,
                "auc_gap_text": f"{gap:.3f}",
            },
            "rows": [psi.as_dict()],
        },
    }


def fairness(rows: list[Any]) -> dict[str, Any]:
    """Return a fairness report from metric rows."""
    found = {(row.metric, row.column, row.segment): row for row in rows}
    impact = found["adverse_impact_ratio", "afam", ""]
    opportunity = found["equal_opportunity_difference", "afam", ""]
    kept = (
        "adverse_impact_ratio",
        "demographic_parity_difference",
        "equal_opportunity_difference",
        "selection_rate",
    )
    return {
        "values": {
            "adverse_impact_ratio": impact.value,
            "adverse_impact_ratio_text": _interval(impact),
            "equal_opportunity_difference": opportunity.value,
            "equal_opportunity_text": _interval(opportunity),
        },
        "rows": [row.as_dict() for row in rows if row.metric in kept],
    }


def less_harmful_cuts(model: Trained, rows: list[Application]) -> tuple[dict[str, Any] | None, int]:
    """Search the cut-offs for the one with the best adverse impact ratio of at least four fifths.

    Among those whose share of denied applicants among the approved stays within the bank's 9%, the
    lowest approving cut-off that meets the floor is taken. Returns the rule, or None, and how many were tried.
    """
    tried = 0
    for cut in CUTS:
        tried += 1
        rule = {"score": "probability of denial", "approve_below": cut, "decline_from": round(cut + 0.17, 2)}
        listed = decided(model, rows, rule)
        approved = [row for row in listed if row["prediction"] == "approve"]
        denied = sum(row["label"] == "denied" for row in approved) / max(len(approved), 1)
        impact = next(r for r in measured(None, listed, "search") if r.metric == "adverse_impact_ratio")
        if impact.value is not None and impact.value >= 0.80 and denied <= MOST_DENIED_AMONG_APPROVED:
            return rule, tried
    return None, tried


def code_reference() -> str:
    """Return which code made the models: this file's digest."""
    return f"demo/training.py sha256:{hashlib.sha256(Path(__file__).read_bytes()).hexdigest()}"


def _typical(rows: list[Application]) -> dict[str, Any]:
    return {
        name: sum(row.features[name] for row in rows) * 2 > len(rows)
        if name in BOOLEAN
        else float(median(row.features[name] for row in rows))
        for name in FEATURES
    }


def _quality(rows: list[dict[str, Any]]) -> dict[str, Any]:
    found = [
        r for r in measured(None, rows, "training") if r.metric in {"missing_share", "out_of_range_share"}
    ]
    worst = {m: max(r.value for r in found if r.metric == m) for m in ("missing_share", "out_of_range_share")}
    return {
        "values": {**worst, "columns": len({row.column for row in found})},
        "rows": [row.as_dict() for row in found],
    }


def _reasons(model: Trained, rows: list[Application], rule: dict[str, Any]) -> dict[str, Any]:
    """Test the reasons: for those not approved, putting the first reason at its typical value lowers the score."""
    fields = inputs_of(schema(), model.typical, LABELS)
    listed = [row for row in rows if act(model.runtime.score([row.features])[0], rule) != "approve"]
    good = 0
    for row in listed:
        first = explain.contributions(model.runtime, fields, row.features)[0]
        changed = {**row.features, first.feature: first.typical}
        before, after = model.runtime.score([row.features, changed])
        good += after < before
    share = good / len(listed)
    return {
        "values": {"reason_accuracy": share, "reason_accuracy_text": f"{share:.1%}", "tested": len(listed)},
        "rows": [],
    }


def _interval(row: Any) -> str:
    if row.low is None or row.high is None:
        return f"{row.value:.3f}"
    return f"{row.value:.3f}, interval {row.low:.3f} to {row.high:.3f}"
