"""What people really save passes without a remark that matters."""

import io
import json
import pickle
import zipfile

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import scipy.sparse
from lightgbm import LGBMClassifier, LGBMRegressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.impute import SimpleImputer
from sklearn.linear_model import ElasticNet, LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier, XGBRegressor

from remit.inventory.scanning import scan

RNG = np.random.default_rng(7)
X = pd.DataFrame(np.abs(RNG.normal(size=(80, 3))), columns=["income", "age", "loan"])
X["town"] = RNG.choice(["a", "b"], 80)
Y = (X.income > X.age).astype(int)
NUMBERS = ["income", "age", "loan"]
PREPARED = ColumnTransformer(
    [
        ("numbers", make_pipeline(SimpleImputer(), FunctionTransformer(np.log1p), StandardScaler()), NUMBERS),
        ("town", OneHotEncoder(handle_unknown="ignore"), ["town"]),
    ]
)
ESTIMATORS = [
    make_pipeline(PREPARED, LogisticRegression()),
    make_pipeline(PREPARED, GridSearchCV(ElasticNet(), {"alpha": [0.1, 1.0]}, cv=2)),
    *(
        make_pipeline(StandardScaler(), estimator)
        for estimator in (
            RandomForestClassifier(5),
            GradientBoostingClassifier(n_estimators=5),
            HistGradientBoostingClassifier(max_iter=5),
            IsolationForest(n_estimators=5),
            StackingClassifier([("t", DecisionTreeClassifier()), ("l", LogisticRegression())]),
            CalibratedClassifierCV(DecisionTreeClassifier(), method="isotonic", cv=2),
            SGDClassifier(loss="log_loss"),
            KNeighborsClassifier(algorithm="kd_tree"),
            MLPClassifier(max_iter=5),
            SVC(),
            XGBClassifier(n_estimators=4),
            XGBRegressor(n_estimators=4),
            LGBMClassifier(n_estimators=4, verbose=-1),
            LGBMRegressor(n_estimators=4, verbose=-1),
        )
    ),
]


@pytest.fixture(scope="module")
def fitted():
    return [e.fit(X if e.steps[0][0] == "columntransformer" else X[NUMBERS], Y) for e in ESTIMATORS]


def _rows(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    return [row for row in scan({name: tmp_path / name}).rows if row.severity != "low"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("index", range(len(ESTIMATORS)))
def test_a_fitted_estimator_passes_however_it_is_saved(tmp_path, fitted, index):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert not _rows(tmp_path, "model.pkl", pickle.dumps(fitted[index], protocol=protocol))
    for compress in (0, ("zlib", 3), ("gzip", 3), ("bz2", 3), ("xz", 3), ("lzma", 3)):
        file = io.BytesIO()
        joblib.dump(fitted[index], file, compress=compress)
        assert not _rows(tmp_path, "model.joblib", file.getvalue())
        assert not _rows(tmp_path, "model", file.getvalue())


def test_boosters_in_their_own_formats_pass(tmp_path):
    boosted = XGBClassifier(n_estimators=4).fit(X[NUMBERS], Y)
    for name in ("model.json", "model.ubj"):
        boosted.save_model(tmp_path / name)
        assert not _rows(tmp_path, name, (tmp_path / name).read_bytes())
    LGBMClassifier(n_estimators=4, verbose=-1).fit(X[NUMBERS], Y).booster_.save_model(tmp_path / "model.txt")
    assert not _rows(tmp_path, "model.txt", (tmp_path / "model.txt").read_bytes())
    assert scan({"model.ubj": tmp_path / "model.ubj"}).formats == {"model.ubj": "ubjson"}


def test_data_files_pass(tmp_path):
    X.to_pickle(tmp_path / "frame.pkl")
    np.save(tmp_path / "a.npy", X[NUMBERS].to_numpy())
    np.savez_compressed(tmp_path / "a.npz", x=X[NUMBERS].to_numpy(), town=X.town.to_numpy().astype("U1"))
    scipy.sparse.save_npz(tmp_path / "s.npz", scipy.sparse.csr_matrix(X[NUMBERS].to_numpy()))
    X.to_csv(tmp_path / "data.csv")
    pl.from_pandas(X[NUMBERS]).write_parquet(tmp_path / "data.parquet")
    (tmp_path / "notes.json").write_text(json.dumps({"notes": "Zürich"}))
    joblib.dump({"x": np.zeros(9, dtype=[("a", "i4"), ("b", "f8", 2)])}, tmp_path / "x.joblib")
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        for file in sorted(tmp_path.iterdir()):
            if file.name != "all.zip":
                archive.write(file, file.name)
    for file in tmp_path.iterdir():
        assert not scan({file.name: file}).rows, file.name


def test_torch_files_pass_with_their_tensors_read_as_numbers(tmp_path):
    """The layout that torch.save writes, made by hand: torch itself is not needed to read it."""
    storage = b"\x80\x02(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x02tQ."
    state = storage[2:-1]
    tensor = (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + state
        + b"K\x00K\x02\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"
    )
    with zipfile.ZipFile(tmp_path / "model.pt", "w") as archive:
        archive.writestr("model/data.pkl", b"\x80\x02}U\x06weight" + tensor + b"s.")
        archive.writestr("model/byteorder", "little")
        archive.writestr("model/data/0", np.array([0.5, -0.25], dtype="f4").tobytes())
        archive.writestr("model/version", "3\n")
    assert not scan({"model.pt": tmp_path / "model.pt"}).rows


@pytest.mark.parametrize("block", [b"abcdefgh" * 2000, bytes(range(256)) * 40, b"a" * 70_000])
def test_lz4_is_unpacked_as_its_own_library_packs_it(tmp_path, block):
    """Frames made by a small packer of the published format: literals, then one long overlapping match."""
    from remit.inventory.scanning import compressed
    from remit.inventory.scanning.contract import Findings

    lead = block[:8]
    rest = len(block) - 8
    repeats = block == (lead * (len(block) // 8 + 1))[: len(block)]
    packed = _lz4_match(lead, rest - 5, block[-5:]) if repeats else _lz4_literals(block)
    frame = b"\x04\x22\x4d\x18\x60\x70\x00" + len(packed).to_bytes(4, "little") + packed + bytes(4)
    out = compressed.unpacked(io.BytesIO(frame), "lz4", Findings())
    assert out.read() == block


def _length(value):
    return (bytes([255]) * (value // 255) + bytes([value % 255])) if value >= 0 else b""


def _lz4_literals(block):
    return bytes([0xF0]) + _length(len(block) - 15) + block


def _lz4_match(lead, match, last):
    head = bytes([8 << 4 | 15]) + lead + (8).to_bytes(2, "little") + _length(match - 4 - 15)
    return head + bytes([len(last) << 4]) + last
