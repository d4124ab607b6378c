"""A logistic model in ONNX, the way scikit-learn exports it, and its score in closed form."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

WEIGHTS = {"payments": 6.0, "loan_to_value": 2.0, "public_record": 1.5}
INTERCEPT = -4.5


def score_of(features: dict, shift: float = 0.0) -> float:
    """The model's score, computed apart from ONNX."""
    z = INTERCEPT + shift + sum(WEIGHTS[name] * float(features[name]) for name in WEIGHTS)
    return float(1 / (1 + np.exp(-z)))


def onnx_model(shift: float = 0.0) -> bytes:
    """Logistic regression with two probability columns, the way scikit-learn exports it."""
    w = np.array([[v] for v in WEIGHTS.values()], dtype=np.float32)
    constants = [
        numpy_helper.from_array(w, "w"),
        numpy_helper.from_array(np.array([INTERCEPT + shift], dtype=np.float32), "b"),
        numpy_helper.from_array(np.array([1.0], dtype=np.float32), "one"),
    ]
    nodes = [
        helper.make_node("MatMul", ["X", "w"], ["xw"]),
        helper.make_node("Add", ["xw", "b"], ["z"]),
        helper.make_node("Sigmoid", ["z"], ["p1"]),
        helper.make_node("Sub", ["one", "p1"], ["p0"]),
        helper.make_node("Concat", ["p0", "p1"], ["probabilities"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "logistic",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 3])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2])],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    return model.SerializeToString()
