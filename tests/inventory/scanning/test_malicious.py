"""Files built to harm whoever loads them. None is ever loaded here; each must be caught."""

import bz2
import copyreg
import functools
import gzip
import io
import lzma
import operator
import os
import pickle
import struct
import subprocess
import tarfile
import zipfile
import zlib

import joblib
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from remit.inventory.scanning import scan

COMMAND = "touch /nowhere/owned"


class Runs:
    """Asks the reader to call something."""

    def __init__(self, called, *arguments):
        self.called, self.arguments = called, arguments

    def __reduce__(self):
        return self.called, self.arguments


def _dumped(thing, protocol=4):
    return pickle.dumps(thing, protocol=protocol)


def _joblib(thing, **options):
    stream = io.BytesIO()
    joblib.dump(thing, stream, **options)
    return stream.getvalue()


def _short(text):
    return b"\x8c" + bytes([len(text)]) + text.encode()


def _zip(entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


def _npy(thing):
    stream = io.BytesIO()
    np.save(stream, thing, allow_pickle=True)
    return stream.getvalue()


def _lz4(content):
    """One frame with one block that is not compressed."""
    return (
        b"\x04\x22\x4d\x18"
        + bytes([0x60, 0x70, 0])
        + struct.pack("<I", len(content) | 1 << 31)
        + content
        + bytes(4)
    )


def _stack_global(module, name, arguments=b"\x8c\x14touch /nowhere/owned"):
    return b"\x80\x04" + _short(module) + _short(name) + b"\x93" + arguments + b"\x85R."


def _old_joblib_array(hidden):
    """An array without alignment: where it is built, joblib skips 64 bytes and pickle runs them."""
    state = (
        b"}(" + _short("shape") + b"K\x40\x85" + _short("dtype")
        + b"cnumpy\ndtype\n" + _short("u1") + b"\x85R" + b"ub"
    )  # fmt: skip
    start = b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" + state
    return start + hidden.ljust(64, b".") + b"."


OS = os.system
EVIL = Runs(OS, COMMAND)
PICKLES = {
    f"protocol {protocol}": _dumped(EVIL, protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
} | {
    "in a list in a model's state": _dumped({"coef_": [1.0, {"deep": (EVIL,)}]}),
    "eval": _dumped(Runs(eval, "1")),
    "exec in Python 2's name": b"c__builtin__\nexec\n(S'1'\ntR.",
    "getattr chain": _dumped(Runs(getattr, Runs(__import__, "os"), "system")),
    "partial": _dumped(functools.partial(OS, COMMAND)),
    "operator.methodcaller": _dumped(Runs(operator.methodcaller, "system", COMMAND)),
    "map": _dumped(Runs(map, OS, [COMMAND])),
    "subprocess": _dumped(Runs(subprocess.Popen, ["true"])),
    "runpy": _dumped(Runs(__import__("runpy").run_path, "/nowhere.py")),
    "pty by name": _stack_global("pty", "spawn"),
    "numpy.load": _dumped(Runs(np.load, "http://nowhere/x.npy")),
    "numpy.f2py": _stack_global("numpy.f2py.diagnose", "run_command"),
    "numpy.testing": _stack_global("numpy.testing._private.utils", "runstring"),
    "its own load": _dumped(Runs(joblib.load, "/nowhere")),
    "sklearn's own loader": _stack_global("sklearn.utils._joblib", "load"),
    "a name with dots": _stack_global("sklearn.tree._tree", "np.load"),
    "pip": _stack_global("pip", "main"),
    "torch.load": _stack_global("torch", "load"),
    "INST": b"(S'touch /nowhere/owned'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nS'touch /nowhere/owned'\no.",
    "BUILD of a class": b"\x80\x02cnumpy\ndtype\n}U\x01xK\x01sb.",
    "import alone": b"\x80\x02cantigravity\nfly\n.",
    "a name from the memo": (
        b"\x80\x04" + _short("os") + b"\x94" + _short("system") + b"\x9400h\x00h\x01\x93)R."
    ),
    "a memo swapped later": (
        b"\x80\x02cnumpy\ndtype\nq\x000cos\nsystem\nq\x000h\x00U\x01x\x85R."
    ),
    "a name that is computed": (
        b"\x80\x04" + _short("os") + b"c_codecs\nencode\n" + _short("flfgrz") + _short("rot13") + b"\x86R\x93"
        + _short("x") + b"\x85R."
    ),
    "what a call gave is called": b"\x80\x02cnumpy\ndtype\nU\x02f8\x85RU\x01x\x85R.",
    "extension 1": b"\x80\x02\x82\x01)R.",
    "extension 2": b"\x80\x02\x83\x01\x02)R.",
    "extension 4": b"\x80\x02\x84\x01\x02\x03\x00)R.",
    "persistent id": b"Pfile:///etc/passwd\n.",
    "binary persistent id": b"\x80\x02U\x08anythingQ.",
    "buffers from outside": b"\x80\x05\x97.",
    "a method replaced": (
        b"\x80\x02csklearn.linear_model._logistic\nLogisticRegression\n)\x81}U\x0c__setstate__"
        b"cxgboost.core\nBooster\nsb}b."
    ),
    "a generator's maker": (
        b"\x80\x02cnumpy.random._pickle\n__generator_ctor\nU\x01xcxgboost.core\nBooster\n\x86R."
    ),
    "a library class called with a path": b"\x80\x02cxgboost.core\nBooster\nNN" + b"U\x08hdfs://x\x87R.",
    "second of several": _dumped({"weights": [1, 2]}) + _dumped(EVIL),
    "after a broken end": _dumped(EVIL)[:-1] + b"\xff\xff",
    "behind padding": _dumped([1]) + b"\0" * 32 + _dumped(EVIL),
    "instructions in an array": _old_joblib_array(_dumped(EVIL, 0)),
    "an array made by a helper": (
        b"\x80\x02cpandas.core.indexes.base\n_new_Index\ncjoblib.numpy_pickle\nNumpyArrayWrapper\n}\x86R."
    ),
    "joblib": _joblib({"model": EVIL, "x": np.arange(9.0)}),
    "joblib, object array": _joblib(np.array([EVIL, None], dtype=object)),
    "joblib, gzip": _joblib([np.arange(9.0), EVIL], compress=("gzip", 3)),
    "joblib, zlib": _joblib([np.arange(9.0), EVIL], compress=("zlib", 3)),
    "joblib, bz2": _joblib([np.arange(9.0), EVIL], compress=("bz2", 3)),
    "joblib, xz": _joblib([np.arange(9.0), EVIL], compress=("xz", 3)),
    "joblib, lzma": _joblib([np.arange(9.0), EVIL], compress=("lzma", 3)),
    "joblib, lz4": _lz4(_joblib([np.arange(9.0), EVIL])),
    "compressed twice": gzip.compress(bz2.compress(_dumped(EVIL))),
    "second member of gzip": gzip.compress(_dumped([1])) + gzip.compress(_dumped(EVIL)),
    "zlib stream behind another": zlib.compress(_dumped([1])) + zlib.compress(_dumped(EVIL)),
    "copyreg": _dumped(Runs(copyreg.add_extension, "os", "system", 7)),
}  # fmt: skip


@pytest.mark.parametrize("name", PICKLES)
def test_a_malicious_pickle_is_caught_under_any_name(tmp_path, name):
    for called in ("model.joblib", "model.pkl", "weights.bin", "notes.txt"):
        file = tmp_path / called
        file.write_bytes(PICKLES[name])
        grave = {row.rule for row in scan({called: file}).rows if row.severity in {"critical", "high"}}
        assert grave, f"{name} passes as {called}"


@pytest.mark.parametrize(
    "name", sorted(n for n in PICKLES if n.startswith(("protocol", "joblib", "compressed")))
)
def test_what_would_run_is_named(tmp_path, name):
    file = tmp_path / "model.joblib"
    file.write_bytes(PICKLES[name])
    rows = scan({"model.joblib": file}).rows
    assert any(row.rule == "pickle.import" and "system" in row.what for row in rows)


ARCHIVES = {
    "torch": (_zip([("m/data.pkl", _dumped(EVIL, 2)), ("m/version", "3")]), "pickle.import"),
    "a pickle among torch's tensors": (
        _zip([("m/data.pkl", _dumped({}, 2)), ("m/data/0", _dumped(EVIL, 2))]),
        "pickle.import",
    ),
    "npz": (_zip([("a.npy", _npy(np.array([EVIL], dtype=object)))]), "pickle.import"),
    "zip in a zip": (_zip([("in.zip", _zip([("model.pkl", _dumped(EVIL))]))]), "pickle.import"),
    "a zip behind a pickle": (_dumped({"w": 1}) + _zip([("m/data.pkl", _dumped(EVIL, 2))]), "pickle.import"),
    "a zip behind text": (b"weights follow\n" + _zip([("m/data.pkl", _dumped(EVIL, 2))]), "pickle.import"),
    "zip slip": (_zip([("../../etc/cron.d/x", "text")]), "archive.escape"),
    "absolute name": (_zip([("/etc/passwd", "text")]), "archive.escape"),
    "Windows name": (_zip([("C:\\autoexec.bat", "text")]), "archive.escape"),
    "a program": (b"\x7fELF" + bytes(60), "code.native"),
    "Keras Lambda": (_zip([("config.json", '{"class_name": "Lambda"}')]), "code.embedded"),
    "a format nobody knows": (bytes(range(256)) * 4, "unknown_format"),
}


@pytest.mark.parametrize("name", ARCHIVES)
def test_what_hides_in_other_files_is_caught(tmp_path, name):
    content, rule = ARCHIVES[name]
    file = tmp_path / "model.bin"
    file.write_bytes(content)
    assert rule in {row.rule for row in scan({"model.bin": file}).rows}


def test_an_object_array_alone_is_walked(tmp_path):
    (tmp_path / "a.npy").write_bytes(_npy(np.array([EVIL], dtype=object)))
    assert "pickle.import" in {row.rule for row in scan({"a.npy": tmp_path / "a.npy"}).rows}


def test_a_link_in_a_tar_leads_out(tmp_path):
    entry = tarfile.TarInfo("weights")
    entry.type, entry.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(tmp_path / "m.tar", "w") as archive:
        archive.addfile(entry)
    assert "archive.escape" in {row.rule for row in scan({"m.tar": tmp_path / "m.tar"}).rows}


def test_bombs_are_not_unpacked(tmp_path):
    bomb = tmp_path / "model.joblib"
    bomb.write_bytes(lzma.compress(bytes(300 << 20), preset=0))
    from remit.inventory.scanning import files
    from remit.inventory.scanning.contract import Findings

    few = Findings(expandable=8 << 20)
    with bomb.open("rb") as stream:
        files._scan(files._File(stream, "model.joblib", 0), few)
    assert {row.rule for row in few.rows} == {"bomb"}
    nested = _dumped([1])
    for _ in range(9):
        nested = gzip.compress(nested)
    (tmp_path / "deep.pkl").write_bytes(nested)
    assert "bomb" in {row.rule for row in scan({"deep.pkl": tmp_path / "deep.pkl"}).rows}


@pytest.mark.parametrize("name", sorted(n for n in PICKLES if "joblib" in n or n.startswith("protocol")))
def test_no_byte_that_is_cut_off_makes_it_pass(tmp_path, name):
    content = PICKLES[name]
    for end in range(1, len(content), 1 + len(content) // 40):
        file = tmp_path / "model.pkl"
        file.write_bytes(content[:end])
        assert scan({"model.pkl": file}).rows, end


def _onnx(external="", domain=""):
    weights = numpy_helper.from_array(np.ones((2, 1), dtype=np.float32), "w")
    if external:
        weights.ClearField("raw_data")
        weights.data_location = TensorProto.EXTERNAL
        weights.external_data.add(key="location", value=external)
    node = helper.make_node("MatMul" if not domain else "Anything", ["X", "w"], ["Y"], domain=domain)
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, 2])],
        [helper.make_tensor_value_info("Y", TensorProto.FLOAT, [None, 1])],
        [weights],
    )
    opsets = [helper.make_opsetid("", 17)] + ([helper.make_opsetid(domain, 1)] if domain else [])
    return helper.make_model(graph, opset_imports=opsets)


@pytest.mark.parametrize(
    ("made", "rule"),
    [
        ({"external": "/etc/passwd"}, "onnx.escape"),
        ({"external": "../../secret.bin"}, "onnx.escape"),
        ({"external": "weights.bin"}, "onnx.missing_data"),
        ({"domain": "com.evil"}, "onnx.custom_operator"),
    ],
)
def test_an_onnx_model_that_reaches_out_is_caught(tmp_path, made, rule):
    file = tmp_path / "m.onnx"
    file.write_bytes(_onnx(**made).SerializeToString())
    assert [row.rule for row in scan({"m.onnx": file}).rows] == [rule]


def test_a_payload_in_onnx_properties_and_a_broken_model_are_caught(tmp_path):
    model = _onnx()
    model.metadata_props.add(key="notes", value="A" * 100_000)
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    assert [row.rule for row in scan({"m.onnx": tmp_path / "m.onnx"}).rows] == ["onnx.hidden_payload"]
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString()[:-50_000])
    assert [row.rule for row in scan({"m.onnx": tmp_path / "m.onnx"}).rows] == ["onnx.unreadable"]


def test_external_data_beside_the_model_passes(tmp_path):
    (tmp_path / "m.onnx").write_bytes(_onnx(external="weights.safetensors").SerializeToString())
    data = struct.pack("<Q", 2) + b"{}"
    (tmp_path / "w").write_bytes(data)
    assert not scan({"m.onnx": tmp_path / "m.onnx", "weights.safetensors": tmp_path / "w"}).rows


SECRETS = {
    "secret.private_key": "-----BEGIN OPENSSH PRIVATE" + " KEY-----\nabc",
    "secret.token": "key = AKIA" + "Q3EGRZ7NVFJ2K5TW",
    "secret.connection": "url: postgresql://app:" + "tr0ub4dor" + "@db.internal/x",
    "secret.assigned": "password = '" + "xK9mQ2vL7pRt4w" + "'",
}


@pytest.mark.parametrize("rule", SECRETS)
def test_secrets_in_texts_are_found_and_never_repeated(tmp_path, rule):
    (tmp_path / "run.yaml").write_text(f"a: 1\n{SECRETS[rule]}\n")
    (row,) = scan({"run.yaml": tmp_path / "run.yaml"}).rows
    assert (row.rule, row.where) == (rule, "run.yaml, line 2")
    assert SECRETS[rule][-8:] not in row.what


@pytest.mark.parametrize(
    "text",
    [
        "password = 'changeme-please'",
        "postgresql://user:password@host/db",
        "postgresql://user:${DB_PASSWORD}@host/db",
        "AKIA" + "IOSFODNN7EXAMPLE",
        "sha256: 2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "token: str = field(default='')",
        "customer_id\nos\nsystem\n(1tR.",
    ],
)
def test_what_only_looks_like_a_secret_is_left_alone(tmp_path, text):
    (tmp_path / "run.yaml").write_text(text)
    assert not scan({"run.yaml": tmp_path / "run.yaml"}).rows


def test_a_thousand_findings_of_one_rule_are_told_a_hundred_times(tmp_path):
    file = tmp_path / "many.zip"
    file.write_bytes(_zip([(f"../{index}", "text") for index in range(1000)]))
    assert len(scan({"many.zip": file}).rows) == 100
