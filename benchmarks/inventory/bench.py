"""How fast does an inventory answer, register and import? Ours beside MLflow's server on one PostgreSQL.

Ours is the real web process (granian) over a generated inventory; MLflow is its own server over a database
of its own in the same PostgreSQL, holding the same models, tags and versions. The two never run at once.
Times are those of the client, over one loopback connection, so they hold more than the server's own.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import peers

HERE = Path(__file__).resolve().parent
DATA = peers.BUILD / "bench-data" / "inventory"
MLFLOW = ("mlflow==3.17.2", "psycopg2-binary")
REMIT = Path(sys.executable).with_name("remit")
LIST_MS, GROWTH, API_MS, RATE, IMPORT_SECONDS, READS = 150.0, 1.5, 12.0, 10.0, 60.0, 12
TOGETHER = 100
sys.path.insert(0, str(HERE))

from generate import PLACES, PRODUCTS, TAGS  # noqa: E402 - as above

from client import Request, a_second, asked, timed  # noqa: E402 - beside this file, no package


def run(quick: bool) -> list[dict[str, Any]]:  # noqa: FBT001 - the dispatcher has one switch
    """Measure, and return the rows; `quick` uses 500 and 2,000 models and judges little."""
    small, middle, large, imported = (500, 2_000, 2_000, 500) if quick else (500, 20_000, 50_000, 10_000)
    seconds, rounds = (2.0, 40) if quick else (15.0, 200)
    rows: list[dict[str, Any]] = []
    pages = {}
    for models in (small, large):
        with home(f"pages-{models}", models) as at, remit(at) as port:
            pages[models] = page_times(port, at, rounds)
    rows += page_rows(pages, small, large)
    with home(f"api-{middle}", middle) as at:
        with remit(at) as port:
            ours = api_times(port, at, rounds)
        with remit(at, workers=os.cpu_count() or 1) as port:
            ours["registered"] = registered(port, at, seconds)
            ours["together"] = TOGETHER * registered(port, at, seconds, together=TOGETHER)
        theirs = mlflow_times(at, rounds, seconds)
    rows += api_rows(ours, theirs, middle, judged=not quick)
    with home(f"import-{small}", small) as at:
        rows += import_rows(at, imported, theirs, judged=not quick)
    return rows


@contextlib.contextmanager
def home(name: str, models: int) -> Iterator[dict[str, Any]]:
    """Make a Remit with a generated inventory, its database up; return what a client needs of it."""
    folder = DATA / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    environment = os.environ | {"REMIT_HOME": str(folder)}
    environment.pop("REMIT_DATABASE_URL", None)
    command = [sys.executable, str(HERE / "generate.py"), "--models", str(models)]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    # one process holds the database up, so that caches stay warm from one part to the next
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        url = holder.stdout.readline().decode().strip()
        told = subprocess.run(
            [sys.executable, str(HERE / "session.py")],
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
        yield json.loads(told.stdout) | {"environment": environment, "url": url, "folder": folder}
    finally:
        holder.communicate()
        shutil.rmtree(folder, ignore_errors=True)


_HOLD = """
import sys
from remit.config import postgres
with postgres.running() as status:
    print(status.url, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def server(command: list[str], health: str, environment: dict[str, str]) -> Iterator[None]:
    """Within the block a server runs and answers.

    Raises:
        RuntimeError: it ended, or did not answer within two minutes.
    """
    log = DATA / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            end = time.monotonic() + 120
            while True:
                with contextlib.suppress(OSError), urllib.request.urlopen(health, timeout=5):
                    break
                if process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{command[0]} does not answer: {log.read_text()[-2000:]}")
                time.sleep(0.3)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def remit(at: dict[str, Any], workers: int = 1) -> Iterator[int]:
    """Within the block our web process answers on a port."""
    port = free_port()
    command = [str(REMIT), "web", "--port", str(port), "--workers", str(workers)]
    with server(command, f"http://127.0.0.1:{port}/health", at["environment"]):
        yield port


def page_times(port: int, at: dict[str, Any], rounds: int) -> dict[str, Any]:
    """Return the 95th percentile of the list, of it under facets, and of a search; and the reads."""
    headers = {"cookie": f"sessionid={at['cookie']}", "accept": "text/html"}
    draw = random.Random(7)
    filters = [
        {"tier": f"T{draw.randint(1, 4)}", "stage": "in_business", "tag": f"line:{draw.choice(TAGS['line'])}"}
        for _ in range(rounds)
    ]
    asked_for = {
        "list": ["/models/"] * rounds,
        "facets": [f"/models/?{urlencode(given)}" for given in filters],
        "search": [
            f"/models/?q={quote(f'{draw.choice(PRODUCTS)} {draw.choice(PLACES)}')}" for _ in range(rounds)
        ],
    }
    found: dict[str, Any] = {"reads": at["reads"]}
    for name, paths in asked_for.items():
        timed(port, [("GET", path, b"") for path in paths[:10]], headers)
        found[name] = p95(timed(port, [("GET", path, b"") for path in paths], headers))
    return found


def page_rows(pages: dict[int, dict[str, Any]], small: int, large: int) -> list[dict[str, Any]]:
    """Write the rows of the pages: how long at the larger size, and how much longer than at the smaller."""
    what = {"list": "the list", "facets": "the list under three facets", "search": "a search for two words"}
    how = "whole page with every facet's counts, p95 of the client's time, one connection; peer: ours at {:,}"
    rows = []
    for name, title in what.items():
        ours, before = pages[large][name], pages[small][name]
        rows.append(
            row(f"Models page, {title}, {large:,} models and {large * 5:,} versions (ms)", ours, None,
                goal=f"under {LIST_MS:g}", met=ours < LIST_MS, how=how.split(";", maxsplit=1)[0])
        )  # fmt: skip
        rows.append(
            row(f"the same beside {small:,} models (ms)", ours, before, ratio=ours / before,
                goal=f"at most {GROWTH:g} times", met=ours / before <= GROWTH, how=how.format(small))
        )  # fmt: skip
    reads = pages[large]["reads"]
    rows.append(row("reads of the database for the Models page", reads, None, goal=f"at most {READS}",
                    met=reads <= READS, how="counted in process on the second request"))  # fmt: skip
    return rows


def api_times(port: int, at: dict[str, Any], rounds: int) -> dict[str, float]:
    """Return the 95th percentile of a list of 100 and of a search for two tags that both hold."""
    headers = {"authorization": f"Bearer {at['token']}"}
    pairs = list(two_tags(rounds))
    searches = [
        f"/api/v1/models?{urlencode({'limit': 100, 'all_tags': [f'region:{r}', f'line:{ln}']}, doseq=True)}"
        for r, ln in pairs
    ]
    list_of_100: list[Request] = [("GET", "/api/v1/models?limit=100", b"")] * rounds
    found = {"items": float(len(asked(port, searches[0], headers)["items"]))}
    timed(port, list_of_100[:10], headers)
    found["list"] = p95(timed(port, list_of_100, headers))
    found["tags"] = p95(timed(port, [("GET", path, b"") for path in searches], headers))
    return found


def registered(port: int, at: dict[str, Any], seconds: float, together: int = 1) -> float:
    """Return how many requests a second register models by the API over four connections, each with tags."""
    headers = {"authorization": f"Bearer {at['token']}", "content-type": "application/json"}
    use_cases = at["use_cases"]

    def model(n: int) -> dict[str, Any]:
        return {
            "use_case": use_cases[n % len(use_cases)],
            "name": f"registered {together} {n}",
            "kind": "ml",
            "description": "Registered by the benchmark.",
            "tags": ["region:emea", "line:retail"],
        }

    def requests() -> Iterator[Request]:
        for start in count(step=together):
            if together == 1:
                yield "POST", "/api/v1/models", json.dumps(model(start)).encode()
            else:
                models = [model(n) for n in range(start, start + together)]
                yield "POST", "/api/v1/models/batch", json.dumps({"models": models}).encode()

    made = requests()
    a_second(port, made, headers, connections=4, seconds=1.0)
    return a_second(port, made, headers, connections=4, seconds=seconds)


def mlflow_times(at: dict[str, Any], rounds: int, seconds: float) -> dict[str, float]:
    """Return the same of MLflow's server; empty when it cannot be installed or started, with why."""
    try:
        python = peers.environment("mlflow-server", *MLFLOW)
        uri = mlflow_database(at, python)
        port = free_port()
        command = [str(python.parent / "mlflow"), "server", "--backend-store-uri", uri, "--host", "127.0.0.1"]
        command += ["--port", str(port), "--default-artifact-root", str(at["folder"] / "artifacts")]
        environment = at["environment"] | {"PATH": f"{python.parent}:{os.environ['PATH']}"}
        with server(command, f"http://127.0.0.1:{port}/health", environment):
            return mlflow_measured(port, rounds, seconds)
    except (subprocess.CalledProcessError, RuntimeError, OSError) as error:
        said = getattr(error, "stderr", b"") or str(error).encode()
        return {"absent": said.decode(errors="replace").strip().splitlines()[-1]}  # type: ignore[dict-item]


def mlflow_database(at: dict[str, Any], python: Path) -> str:
    """Make a database beside ours with the same models, tags and versions; return its URI."""
    made = [sys.executable, "-c", _DATABASE, at["url"]]
    content = subprocess.run(made, env=at["environment"], check=True, stdout=subprocess.PIPE).stdout
    uri = at["url"].replace("postgresql://", "postgresql+psycopg2://").replace("/remit?", "/mlflow?")
    subprocess.run(
        [str(python), str(HERE / "mlflow_content.py"), uri], input=content, check=True, capture_output=True
    )
    return str(uri)


_DATABASE = """
import json, sys
import psycopg
with psycopg.connect(sys.argv[1], autocommit=True) as connection:
    connection.execute("create database mlflow")
    rows = connection.execute(
        "select name, description, tags from inventory_model where external_key like 'bench:%'"
    )
    for name, description, tags in rows:
        said = dict(tag.split(":") for tag in tags)
        print(json.dumps({"name": name, "description": description, "tags": said}))
"""


def mlflow_measured(port: int, rounds: int, seconds: float) -> dict[str, float]:
    """Ask MLflow's REST API what ours was asked."""
    search = "/api/2.0/mlflow/registered-models/search"
    list_of_100: list[Request] = [("GET", f"{search}?max_results=100", b"")] * rounds
    clauses = [f"tags.region = '{r}' and tags.line = '{ln}'" for r, ln in two_tags(rounds)]
    searches = [f"{search}?max_results=100&filter={quote(clause)}" for clause in clauses]
    found = {"items": float(len(asked(port, searches[0], {})["registered_models"]))}
    timed(port, list_of_100[:10], {})
    found["list"] = p95(timed(port, list_of_100, {}))
    found["tags"] = p95(timed(port, [("GET", path, b"") for path in searches[: max(20, rounds // 4)]], {}))

    def requests() -> Iterator[Request]:
        tags = [{"key": "region", "value": "emea"}, {"key": "line", "value": "retail"}]
        for n in count():
            body = {"name": f"registered {n}", "description": "Registered by the benchmark.", "tags": tags}
            yield "POST", "/api/2.0/mlflow/registered-models/create", json.dumps(body).encode()

    made, headers = requests(), {"content-type": "application/json"}
    a_second(port, made, headers, connections=4, seconds=1.0)
    found["registered"] = a_second(port, made, headers, connections=4, seconds=seconds)
    return found


def api_rows(
    ours: dict[str, float], theirs: dict[str, Any], models: int, *, judged: bool
) -> list[dict[str, Any]]:
    """Write the rows of the API beside MLflow's."""
    absent = theirs.get("absent")
    beside = f"; MLflow not run: {absent}" if absent else "; MLflow 3.17.2, 4 workers as it starts by itself"
    rows = []
    for key, title in (("list", "a list of 100"), ("tags", "a search for two tags that both hold, 100")):
        peer = theirs.get(key)
        rows.append(
            row(
                f"API, {title}, {models:,} models (ms)",
                ours[key],
                peer,
                ratio=peer / ours[key] if peer else None,
                goal=f"under {API_MS:g}",
                met=ours[key] < API_MS if judged else None,
                how=f"p95 of the client's time, one connection, ours one process{beside}",
            )
        )
    peer = theirs.get("registered")
    wrote = f"every model with two tags, ledger entries, standing and event; {os.cpu_count()} processes"
    for key, title, how in (
        ("registered", "over 4 connections", "one model a request on both sides"),
        (
            "together",
            f"in batches of {TOGETHER}, 4 connections",
            f"ours {TOGETHER} models a request and transaction; MLflow has no batch, so one a request",
        ),
    ):
        rate = ours[key]
        rows.append(
            row(
                f"models registered a second by the API {title}",
                rate,
                peer,
                ratio=rate / peer if peer else None,
                goal=f"at least {RATE:g} times",
                met=rate / peer >= RATE if peer and judged else None,
                how=f"{how}; {wrote}{beside}",
            )
        )
    return rows


def import_rows(
    at: dict[str, Any], models: int, theirs: dict[str, Any], *, judged: bool
) -> list[dict[str, Any]]:
    """Import models with owners and units by the command line; state that rate beside MLflow's too."""
    file = at["folder"] / "models.csv"
    draw = random.Random(11)
    with file.open("w", newline="", encoding="utf-8") as output:
        writer = csv.writer(output)
        writer.writerow(("external_key", "name", "use_case", "kind", "owner", "unit", "description", "tags"))
        for n in range(models):
            owner, unit = draw.choice(at["owners"]), draw.choice(at["units"])
            names = (f"ext-{n}", f"Imported {n}", f"Imported use case {n}")
            writer.writerow((*names, "ml", owner, unit, "From a spreadsheet.", "region:emea; line:retail"))
    command = [str(REMIT), "import", str(file), "--apply", "--as", "reader@bench.example", "--json"]
    start = time.perf_counter()
    done = subprocess.run(command, env=at["environment"], check=False, capture_output=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()[-600:]
        return [
            row(f"{models:,} models imported (s)", None, None, goal=None, met=None, how=f"failed: {said}")
        ]
    told = json.loads(done.stdout)
    peer = theirs.get("registered")
    rate = models / seconds
    how = f"`remit import --apply` of a CSV file, the whole command; it made {told.get('created')}"
    return [
        row(f"{models:,} models imported with owners (s)", seconds, None, goal=f"under {IMPORT_SECONDS:g}",
            met=seconds < IMPORT_SECONDS if judged else None, how=how),
        row("models imported a second, beside MLflow registering by its API", rate, peer,
            ratio=rate / peer if peer else None, goal=None, met=None,
            how="the same import; MLflow has no bulk registration, so its rate is the one above"),
    ]  # fmt: skip


def two_tags(rounds: int) -> Iterator[tuple[str, str]]:
    """Draw pairs of tags to search for."""
    draw = random.Random(13)
    for _ in range(rounds):
        yield draw.choice(TAGS["region"]), draw.choice(TAGS["line"])


def p95(times: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(times, n=20)[-1]


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def row(
    measure: str,
    ours: float | None,
    peer: float | None,
    *,
    goal: str | None,
    met: bool | None,
    how: str,
    ratio: float | None = None,
) -> dict[str, Any]:
    """A row of the table."""
    return {
        "measure": measure,
        "ours": None if ours is None else round(ours, 1),
        "peer": None if peer is None else round(peer, 1),
        "ratio": None if ratio is None else round(ratio, 2),
        "goal": goal,
        "met": met,
        "how": how,
    }
