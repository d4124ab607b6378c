"""How fast is a governed decision? Ours beside the same model served bare, by MLflow and by MLServer.

Every server gets one process and, where the system can pin, one core; the load comes from another core.
Ours checks everything a remit demands and records every decision; the peers only score.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from peers import environment

HERE = Path(__file__).resolve().parent
PEERS = {
    "mlflow": ["mlflow", "scikit-learn"],
    "mlserver": ["mlserver", "mlserver-sklearn"],
}
NAMES = [f"x{n}" for n in range(10)]
TOKEN = "bench"
GOALS = {"bare": 0.7, "mlserver": 8.0, "mlflow": 12.0}


def run(quick: bool = False) -> list[dict[str, Any]]:  # noqa: FBT001, FBT002 - the dispatcher calls it so
    """Return one row a measure and peer: ours, theirs, the ratio, the goal and whether it is met.

    A peer that cannot be installed or started gives a row that says so, with `met` None.
    """
    seconds, rounds = (2.0, 1) if quick else (8.0, 3)
    with tempfile.TemporaryDirectory() as folder:
        return _rows(Path(folder), seconds, rounds)


def _rows(folder: Path, seconds: float, rounds: int) -> list[dict[str, Any]]:
    table, model = _model(folder)
    row = table[0][:-1]
    _publish(folder / "home", model)
    servers = {"remit": _remit(folder, row), "bare": _bare(folder, row)}
    absent = {}
    for peer, packages in PEERS.items():
        try:
            python = environment(peer, *packages)
            subprocess.run(
                [python, HERE / "train.py", peer, folder / "data.csv", folder / peer],
                check=True,
                capture_output=True,
                text=True,
            )
            servers[peer] = {"mlflow": _mlflow, "mlserver": _mlserver}[peer](folder, row, python)
        except (subprocess.CalledProcessError, OSError) as error:
            absent[peer] = str(getattr(error, "stderr", "") or error).strip().splitlines()[-1]
    seen = {}
    for name, server in servers.items():
        try:
            seen[name] = _measured(server, seconds, rounds)
        except RuntimeError as error:
            absent[name] = str(error)
    return [_row(peer, seen, absent) for peer in GOALS] + [
        _latency(peer, seen) for peer in GOALS if peer in seen
    ]


def _row(peer: str, seen: dict[str, Any], absent: dict[str, str]) -> dict[str, Any]:
    row = {"measure": f"governed decisions a second, beside {peer}", "goal": GOALS[peer]}
    if peer not in seen:
        return row | {
            "ours": None,
            "peer": None,
            "ratio": None,
            "met": None,
            "how": f"not run: {absent[peer]}",
        }
    ours, theirs = seen["remit"]["a_second"], seen[peer]["a_second"]
    return row | {
        "ours": round(ours),
        "peer": round(theirs),
        "ratio": round(ours / theirs, 2),
        "met": ours / theirs >= GOALS[peer],
        "how": "median of rounds, 16 connections, one row a request; higher is better",
    }


def _latency(peer: str, seen: dict[str, Any]) -> dict[str, Any]:
    ours, theirs = seen["remit"]["p95_ms"], seen[peer]["p95_ms"]
    return {
        "measure": f"95th percentile of answer time in ms, beside {peer}",
        "ours": round(ours, 3),
        "peer": round(theirs, 3),
        "ratio": round(theirs / ours, 2),
        "goal": None,
        "met": None,
        "how": "one connection; lower is better, the ratio is theirs to ours",
    }


def _measured(server: dict[str, Any], seconds: float, rounds: int) -> dict[str, float]:
    with _running(server):
        _load(server, 16, 1.0)
        many = [_load(server, 16, seconds) for _ in range(rounds)]
        alone = [_load(server, 1, seconds / 2) for _ in range(rounds)]
    return {
        "a_second": median(m["a_second"] for m in many),
        "p95_ms": median(a["p95_ms"] for a in alone),
    }


def _load(server: dict[str, Any], connections: int, seconds: float) -> dict[str, Any]:
    order = {
        "host": "127.0.0.1",
        "port": server["port"],
        "path": server["path"],
        "headers": server.get("headers", {}),
        "body": json.dumps(server["body"]),
        "connections": connections,
        "seconds": seconds,
    }
    told = subprocess.run(
        [*_pinned(1), sys.executable, HERE / "load.py"],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        check=True,
    )
    seen: dict[str, Any] = json.loads(told.stdout)
    if seen["faults"]:
        raise RuntimeError(f"{seen['faults']} requests failed: {seen['fault']}")
    return seen


@contextlib.contextmanager
def _running(server: dict[str, Any]) -> Iterator[None]:
    environment = os.environ | {"OMP_NUM_THREADS": "1"} | server.get("environment", {})
    process = subprocess.Popen(
        [*_pinned(0), *map(str, server["command"])],
        cwd=server.get("cwd"),
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _until_it_scores(process, server)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 15)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()


def _until_it_scores(process: subprocess.Popen[bytes], server: dict[str, Any]) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{server['port']}{server['path']}",
        json.dumps(server["body"]).encode(),
        {"content-type": "application/json"} | server.get("headers", {}),
    )
    deadline, last = time.monotonic() + 60, ""
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                score = server["score"](json.load(answer))
        except OSError as error:
            last = str(error)
            time.sleep(0.2)
            continue
        if abs(score - server["expected"]) > 1e-5:
            raise RuntimeError(f"it scores {score}, the model {server['expected']}")
        return
    raise RuntimeError(f"it does not answer: {last}")


def _pinned(core: int) -> list[str]:
    can = shutil.which("taskset") and (os.cpu_count() or 1) > 1
    return ["taskset", "-c", str(core)] if can else []


def _model(folder: Path) -> tuple[Any, bytes]:
    import numpy as np
    from skl2onnx import to_onnx
    from sklearn.linear_model import LogisticRegression

    draw = np.random.default_rng(20261124)
    inputs = draw.normal(size=(2000, len(NAMES)))
    labels = (inputs @ draw.normal(size=len(NAMES)) + draw.normal(size=2000) > 0).astype(float)
    table = np.column_stack([inputs, labels])
    np.savetxt(folder / "data.csv", table, delimiter=",")
    trained = LogisticRegression(max_iter=500).fit(inputs, labels)
    model = to_onnx(trained, inputs[:1].astype(np.float32), options={"zipmap": False}).SerializeToString()
    (folder / "model.onnx").write_bytes(model)
    (folder / "expected").write_text(str(trained.predict_proba(inputs[:1])[0, 1]))
    return table.tolist(), model


def _server(folder: Path, **server: Any) -> dict[str, Any]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(part).replace("PORT", str(port)) for part in server.pop("command")]
    expected = float((folder / "expected").read_text())
    return {"port": port, "command": command, "expected": expected, **server}


def _remit(folder: Path, row: list[float]) -> dict[str, Any]:
    return _server(
        folder,
        command=[sys.executable, "-m", "remit.gateway", "--port", "PORT"],
        environment={"REMIT_HOME": str(folder / "home")},
        path="/v1/decisions/risk",
        headers={"authorization": f"Bearer {TOKEN}"},
        body={
            "features": dict(zip(NAMES, row, strict=True)),
            "purpose": "bench",
            "channel": "api",
            "subject": "S-1",
            "context": {"state": "MA", "amount": 1000},
        },
        score=lambda answer: answer["score"],
    )


def _bare(folder: Path, row: list[float]) -> dict[str, Any]:
    return _server(
        folder,
        command=[sys.executable, HERE / "bare.py", folder / "model.onnx", ",".join(NAMES), "PORT"],
        path="/",
        body={"features": dict(zip(NAMES, row, strict=True))},
        score=lambda answer: answer["score"],
    )


def _mlflow(folder: Path, row: list[float], python: Path) -> dict[str, Any]:
    model = folder / "mlflow" / "model"
    arguments = ["-m", model, "--env-manager", "local", "--workers", "1", "-h", "127.0.0.1", "-p", "PORT"]
    return _server(
        folder,
        command=[python.parent / "mlflow", "models", "serve", *arguments],
        # mlflow starts `uvicorn` by name
        environment={"PATH": f"{python.parent}:{os.environ['PATH']}"},
        path="/invocations",
        body={"inputs": [row]},
        score=lambda answer: answer["predictions"][0][1],
    )


def _mlserver(folder: Path, row: list[float], python: Path) -> dict[str, Any]:
    tensor = {"name": "x", "shape": [1, len(NAMES)], "datatype": "FP64", "data": row}
    server = _server(
        folder,
        command=[python.parent / "mlserver", "start", folder / "mlserver"],
        cwd=folder,
        path="/v2/models/risk/infer",
        body={"inputs": [tensor], "outputs": [{"name": "predict_proba"}]},
        score=lambda answer: answer["outputs"][0]["data"][1],
    )
    others = _server(folder, command=[])["port"], _server(folder, command=[])["port"]
    settings = {
        "host": "127.0.0.1",
        "http_port": server["port"],
        "grpc_port": others[0],
        "metrics_port": others[1],
        "parallel_workers": 0,
    }
    (folder / "mlserver" / "settings.json").write_text(json.dumps(settings))
    return server


def _publish(home: Path, model: bytes) -> None:
    """Make the keys, the artifact, a full remit and a signed bundle, as the control plane would."""
    import msgspec

    from remit.gateway import contract
    from remit.proof import dsse, remit_statement
    from remit.proof.keys import KeyRing

    digest = hashlib.sha256(model).hexdigest()
    file = home / "artifacts" / "sha256" / digest[:2] / digest
    file.parent.mkdir(parents=True)
    file.write_bytes(model)
    ring = KeyRing(home / "keys")
    terms = _terms()
    envelope = remit_statement.sign_remit(
        terms, (remit_statement.Subject(name="model.onnx", sha256=digest),), ring
    )
    variant = contract.Variant(
        name="champion",
        weight=1,
        deployment="d",
        version="1",
        version_id="v",
        remit=envelope,
        remit_state="in_force",
        inputs=tuple(contract.Field(name=n, kind="numeric", minimum=-10, maximum=10) for n in NAMES),
        artifact=contract.Artifact(name="model.onnx", sha256=digest, path=f"sha256/{digest[:2]}/{digest}"),
        protected=("sex",),
    )
    consumer = contract.Consumer(
        id="c",
        name="bench",
        token_sha256=hashlib.sha256(TOKEN.encode()).hexdigest(),
        use_cases=("risk",),
        channels=("api",),
    )
    bundle = contract.Bundle(
        format=contract.BUNDLE_FORMAT,
        sequence=1,
        published_at=datetime.now(UTC),
        environment="production",
        consumers=(consumer,),
        routes=(contract.Route(use_case="risk", name="Risk", salt="s", variants=(variant,)),),
    )
    signed = dsse.sign(msgspec.json.encode(bundle), contract.BUNDLE_PAYLOAD_TYPE, ring)
    (home / "bundle").mkdir()
    (home / "bundle" / "bundle.json").write_text(json.dumps(signed))


def _terms() -> Any:
    from remit.proof import remit_statement as proof

    person = proof.Person(id="p", name="Bench")
    return proof.RemitTerms(
        remit_id="r",
        number="RM-1",
        kind="full",
        use_case=proof.UseCaseRef(id="u", key="risk", name="Risk"),
        version=proof.VersionRef(id="v", model="MDL-1", name="risk", number="1", content_digest="0" * 64),
        tier="T1",
        may_decide="Decide",
        purposes=("bench",),
        population=proof.Population(description="Massachusetts", rule='context.state == "MA"'),
        channels=("api",),
        environments=("production",),
        limits=(
            proof.Limit(name="each", kind="amount", maximum=10_000, field="amount"),
            proof.Limit(name="a day", kind="count", maximum=1e12, period="day"),
        ),
        decision_rule=proof.DecisionRule(
            score="risk", approve_below=0.3, decline_from=0.6, refer_when="score > 0.29 && features.x0 > 5.0"
        ),
        prohibited_inputs=("sex", "age"),
        stop_conditions=(),
        fallback=proof.Fallback(kind="refer"),
        autonomy="automated",
        accountable=person,
        validated_by=person,
        issued_by=person,
        valid_from=datetime.now(UTC) - timedelta(days=1),
        valid_until=datetime.now(UTC) + timedelta(days=30),
    )
