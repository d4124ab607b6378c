"""The gateway's HTTP face: a raw RSGI application, one process, one event loop.

    POST /v1/decisions/{use_case}                          a decision, or a problem naming the clause
    GET  /v1/health                                        bundle, variants, recorder, clock
    GET  /v2, /v2/health/live, /v2/health/ready            Open Inference Protocol v2
    GET  /v2/models/{use_case}[/versions/{v}][/ready]      metadata, readiness
    POST /v2/models/{use_case}[/versions/{v}]/infer        decisions as tensors

Problems are RFC 9457 `application/problem+json` with `clause` and `remedy`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote

import msgspec
from granian.rsgi import Scope

import remit
from remit.gateway import inference_protocol
from remit.gateway.bundle import BundleFile, LoadedBundle, Served
from remit.gateway.contract import CLAUSE_STATUS, Consumer, DecisionRequest
from remit.gateway.decide import Decider
from remit.gateway.recorder import Recorder
from remit.gateway.strangers import Strangers
from remit.kernel import clock
from remit.kernel.problems import Problem, Refused, Unknown

POLL_SECONDS = 0.1
_MOST_BYTES = 8 << 20
_JSON = [("content-type", "application/json")]
_PROBLEM = [("content-type", "application/problem+json")]
_encode = msgspec.json.Encoder().encode
_decode_decision = msgspec.json.Decoder(DecisionRequest).decode
_decode_infer = msgspec.json.Decoder(inference_protocol.InferRequest).decode
_FAILED = Problem("The gateway failed on this request; nothing was decided.", remedy="See its log.")
T = TypeVar("T")
log = logging.getLogger("remit.gateway")


class HTTPProtocol(Protocol):
    """The part of RSGI's protocol object that is used here."""

    def __call__(self) -> Awaitable[bytes]:
        """The whole body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Chunks of the request's body."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Answer."""


class Gateway:
    """The application. `run` keeps bundle and recorder up to date until `stopping` is set."""

    def __init__(
        self,
        bundle: BundleFile,
        decider: Decider,
        recorder: Recorder,
        strangers: Strangers,
        environment: str,
    ) -> None:
        self._bundle = bundle
        self._decider = decider
        self._recorder = recorder
        self._strangers = strangers
        self._environment = environment
        self._answered: Counter[str] = Counter()
        self.stopping = asyncio.Event()

    async def run(self) -> None:
        """Take up new bundles and write decision files, each as soon as it is due."""
        await asyncio.gather(self._watch(), self._write())

    async def __rsgi__(self, scope: Scope, protocol: HTTPProtocol) -> None:
        """Answer one request."""
        status, headers, body = await self._respond(scope, protocol)
        # the consumer may have hung up meanwhile; the decision is recorded all the same
        with contextlib.suppress(RuntimeError):
            protocol.response_bytes(status, headers, body)

    async def _respond(
        self, scope: Scope, protocol: HTTPProtocol
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        try:
            path = scope.path.rstrip("/").split("/")
            if scope.method == "POST":
                return 200, _JSON, await self._post(path, scope, protocol)
            if scope.method in {"GET", "HEAD"}:
                ok, body = self._get(path)
                return 200 if ok else 503, _JSON, _encode(body)
            return _problem(scope, Unknown(f"{scope.method} is not answered here."), 405)
        except Refused as refusal:
            self._answered[f"refused:{refusal.clause}"] += 1
            return _problem(scope, refusal, CLAUSE_STATUS[refusal.clause])
        except Problem as problem:
            return _problem(scope, problem, problem.status)
        except Exception:
            # an answer of its own for what nobody foresaw: still closed, still explained
            log.exception("request failed")
            self._answered["failed"] += 1
            return _problem(scope, _FAILED, 500)

    async def _post(self, path: list[str], scope: Scope, protocol: HTTPProtocol) -> bytes:
        match path:
            case ["", "v1", "decisions", use_case]:
                return self._decision(unquote(use_case), scope, await _body(scope, protocol))
            case ["", "v2", "models", use_case, "infer"]:
                return self._infer(unquote(use_case), "", scope, await _body(scope, protocol))
            case ["", "v2", "models", use_case, "versions", version, "infer"]:
                return self._infer(unquote(use_case), unquote(version), scope, await _body(scope, protocol))
        raise _nothing_here(path)

    def _decision(self, use_case: str, scope: Scope, body: bytes) -> bytes:
        loaded = self._loaded()
        consumer = self._consumer(loaded, _token(scope), use_case)
        request = _decoded(_decode_decision, body)
        (answer,) = self._decider.decide(loaded, consumer, use_case, [request])
        self._answered[answer.action] += 1
        return _encode(answer)

    def _consumer(self, loaded: LoadedBundle, token: str, use_case: str) -> Consumer:
        """Return who asks, and note who or what nobody has registered."""
        try:
            consumer = self._decider.consumer(loaded, token, use_case)
        except Refused:
            known = loaded.consumer(token)
            if known is None and token and use_case in loaded.routes:
                self._strangers.asked_by(token, use_case)
            elif known is not None and use_case not in loaded.routes:
                self._strangers.asked_about(use_case, known.name)
            raise
        if use_case not in loaded.routes:
            self._strangers.asked_about(use_case, consumer.name)
        return consumer

    def _infer(self, use_case: str, version: str, scope: Scope, body: bytes) -> bytes:
        loaded = self._loaded()
        consumer = self._consumer(loaded, _token(scope), use_case)
        if scope.headers.get("inference-header-content-length"):
            raise Refused(
                "The binary tensor extension is not served.",
                clause="contract",
                remedy="Send the tensors' data as JSON (binary_data=False).",
            )
        infer = _decoded(_decode_infer, body)
        inference_protocol.check_outputs(infer)
        requests = inference_protocol.requests_of(infer)
        answers = self._decider.decide(loaded, consumer, use_case, requests, version)
        self._answered.update(answer.action for answer in answers)
        return _encode(inference_protocol.response_of(use_case, infer, answers))

    def _get(self, path: list[str]) -> tuple[bool, dict[str, Any]]:
        match path:
            case ["", "v1", "health"]:
                return True, self._health()
            case ["", "v2"]:
                return True, {"name": "remit", "version": remit.__version__, "extensions": []}
            case ["", "v2", "health", "live"]:
                return True, {"live": True}
            case ["", "v2", "health", "ready"]:
                return self._ready(), {"ready": self._ready()}
            case ["", "v2", "models", use_case, *rest]:
                return self._model(unquote(use_case), rest)
        raise _nothing_here(path)

    def _model(self, use_case: str, rest: list[str]) -> tuple[bool, dict[str, Any]]:
        route = self._loaded().routes.get(use_case)
        version = unquote(rest[1]) if len(rest) > 1 and rest[0] == "versions" else ""
        served = [s for s in route.acting if version in {"", s.variant.version}] if route else []
        ending = rest[2:] if version else rest
        if not served or ending not in ([], ["ready"]):
            raise Unknown(f"Nothing is deployed under {use_case} {version}".strip() + ".")
        if not ending:
            return True, inference_protocol.metadata(use_case, [s.variant for s in served])
        ready = any(self._stands(s) == "" for s in served)
        return ready, {"name": use_case, "ready": ready}

    def _health(self) -> dict[str, Any]:
        loaded, recorder = self._bundle.loaded, self._recorder
        bundle = loaded.bundle if loaded else None
        return {
            "status": "ok" if self._ready() and not self._bundle.fault else "degraded",
            "environment": self._environment,
            "clock": {"now": clock.now(), "injected": clock.injected()},
            "bundle": {
                "sequence": bundle.sequence if bundle else None,
                "published_at": bundle.published_at if bundle else None,
                "fault": self._bundle.fault,
            },
            "variants": [
                {
                    "use_case": route.route.use_case,
                    "variant": served.variant.name,
                    "version": served.variant.version,
                    "weight": served.variant.weight,
                    "mode": served.variant.mode,
                    "fault": self._stands(served),
                }
                for route in (loaded.routes.values() if loaded else ())
                for served in (*route.acting, *route.shadows)
            ],
            "recorder": {
                "recorded": recorder.recorded,
                "pending": recorder.pending,
                "unreadable_segments": recorder.unreadable,
                "fault": recorder.fault,
            },
            "answered": dict(self._answered),
        }

    def _stands(self, served: Served) -> str:
        try:
            self._decider.stands(served, clock.now())
        except Refused as refusal:
            return str(refusal)
        return ""

    def _ready(self) -> bool:
        return self._bundle.loaded is not None and not self._recorder.fault

    def _loaded(self) -> LoadedBundle:
        if self._bundle.loaded is None:
            raise Refused(
                self._bundle.fault, clause="bundle", remedy="Publish a bundle from the control plane."
            )
        return self._bundle.loaded

    async def _watch(self) -> None:
        while not self.stopping.is_set():
            if self._bundle.changed():
                # loading a model takes a while; requests are answered from the last bundle meanwhile
                await asyncio.to_thread(self._bundle.reload)
                if self._bundle.fault:
                    log.error("bundle refused: %s", self._bundle.fault)
                elif self._bundle.loaded:
                    log.info("obeying bundle %d", self._bundle.loaded.bundle.sequence)
            await self._wait(POLL_SECONDS)

    async def _write(self) -> None:
        while not self.stopping.is_set():
            if self._recorder.due():
                self._recorder.seal()
                await asyncio.to_thread(self._recorder.flush)
                if self._recorder.fault:
                    log.error("%s", self._recorder.fault)
                    await self._wait(1.0)
            if self._strangers.due():
                await asyncio.to_thread(self._strangers.flush)
            await self._wait(POLL_SECONDS)

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stopping.wait(), seconds)


async def _body(scope: Scope, protocol: HTTPProtocol) -> bytes:
    declared = scope.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > _MOST_BYTES:
        raise _too_large()
    if declared != "0":
        return await protocol()
    chunks, size = [], 0
    async for chunk in protocol:
        size += len(chunk)
        if size > _MOST_BYTES:
            raise _too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _token(scope: Scope) -> str:
    header = str(scope.headers.get("authorization", ""))
    scheme, _, token = header.partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else ""


def _decoded(decode: Callable[[bytes], T], body: bytes) -> T:
    try:
        return decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Refused(
            f"The request is not understood: {error}.",
            clause="contract",
            remedy="Send the JSON that the reference of this endpoint describes.",
        ) from error


def _too_large() -> Refused:
    return Refused(
        f"The request is larger than {_MOST_BYTES >> 20} MiB.",
        clause="contract",
        remedy="Send fewer rows at a time.",
    )


def _problem(scope: Scope, problem: Problem, status: int) -> tuple[int, list[tuple[str, str]], bytes]:
    body = problem.as_json() | {"status": status}
    if scope.path.startswith("/v2"):
        # where the Open Inference Protocol has its clients look
        body["error"] = problem.detail
    headers = [*_PROBLEM, ("www-authenticate", "Bearer")] if status == 401 else _PROBLEM
    return status, headers, _encode(body)


def _nothing_here(path: list[str]) -> Unknown:
    return Unknown(
        f"There is nothing at {'/'.join(path) or '/'}.",
        remedy="Ask POST /v1/decisions/{use_case} for a decision.",
    )
