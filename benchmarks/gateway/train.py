"""Run inside a peer's own environment: trains the same model from the same numbers and saves it for the peer.

python train.py mlflow|mlserver DATA.csv FOLDER
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression


def main(peer: str, data: str, folder: Path) -> None:
    table = np.loadtxt(data, delimiter=",")
    model = LogisticRegression(max_iter=500).fit(table[:, :-1], table[:, -1])
    folder.mkdir(parents=True, exist_ok=True)
    if peer == "mlflow":
        import mlflow.sklearn

        mlflow.sklearn.save_model(
            model, str(folder / "model"), pyfunc_predict_fn="predict_proba", serialization_format="pickle"
        )
        return
    import joblib

    joblib.dump(model, folder / "model.joblib")
    settings = {
        "name": "risk",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": "./model.joblib"},
    }
    (folder / "model-settings.json").write_text(json.dumps(settings))


main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
