"""The signed bundle: verified as a whole, then made ready to serve variant by variant.

A bundle with a bad signature, an unknown format or a sequence lower than one already obeyed is refused,
and the last good one stays. A remit or an artifact that does not verify stops its own variant only, so
that a revocation in the same bundle still takes effect.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from remit.gateway import enforcement
from remit.gateway.contract import (
    BUNDLE_FORMAT,
    BUNDLE_PAYLOAD_TYPE,
    Bundle,
    Consumer,
    Route,
    Variant,
)
from remit.gateway.runtimes import Features, Runtime
from remit.gateway.runtimes.onnx import OnnxRuntime, verified_bytes
from remit.kernel.problems import Broken, Problem, Refused
from remit.policy import Environment, Rule
from remit.proof import dsse, remit_statement
from remit.proof.remit_statement import RemitTerms

NOTHING = enforcement.Prohibited(frozenset(), frozenset())
PublicKeys = Callable[[], Mapping[str, str]]
_REQUEST = Environment({"features": "map", "context": "map"})
_SCORED = Environment({"features": "map", "context": "map", "score": "number"})
_UPGRADE = "Upgrade the gateway to the control plane's release."
_PUBLISH = "Publish a new bundle from the control plane."


@dataclass(frozen=True, slots=True)
class Served:
    """A variant ready to decide; `fault` is why it may not, whatever is asked."""

    variant: Variant
    terms: RemitTerms | None = None
    runtime: Runtime | None = None
    population: Rule | None = None
    refer_when: Rule | None = None
    fallback: Rule | None = None
    prohibited: enforcement.Prohibited = NOTHING
    fault: Refused | None = None

    @property
    def weight(self) -> float:
        """Share of the traffic."""
        return self.variant.weight

    def licence(self) -> RemitTerms:
        """Return the verified terms.

        Raises:
            Refused: the remit did not verify.
        """
        if self.terms is None:
            raise self.fault or Refused("The variant has no verified remit.", clause="signature")
        return self.terms

    def score(self, rows: Sequence[Features]) -> list[float]:
        """Return one score a row.

        Raises:
            Refused: clause `artifact` or `score`; the version is not loaded, or fails on these rows.
        """
        if self.runtime is None:
            raise self.fault or Refused("The variant has nothing to score with.", clause="artifact")
        try:
            return self.runtime.score(rows)
        except Broken as problem:
            raise Refused(problem.detail, clause="score", remedy=problem.remedy) from problem


@dataclass(frozen=True, slots=True)
class ServedRoute:
    """A route with its variants ready."""

    route: Route
    champion: Served | None
    acting: tuple[Served, ...]
    shadows: tuple[Served, ...]


@dataclass(frozen=True, slots=True)
class LoadedBundle:
    """A verified bundle, indexed for serving."""

    bundle: Bundle
    routes: Mapping[str, ServedRoute] = field(default_factory=dict)
    consumers: Mapping[str, Consumer] = field(default_factory=dict)
    key_ids: tuple[str, ...] = ()

    def consumer(self, token: str) -> Consumer | None:
        """Return whose token this is, whether or not it is still good."""
        return self.consumers.get(hashlib.sha256(token.encode()).hexdigest()) if token else None


class BundleFile:
    """Watches the bundle's file; keeps the last good bundle and says why a newer one was refused."""

    def __init__(self, path: Path, loader: Loader, environment: str, state: Path) -> None:
        """`state` is the folder where the highest sequence obeyed is remembered."""
        self._path = path
        self._loader = loader
        self._environment = environment
        self._sequence_file = state / "sequence"
        self._stamp: tuple[int, int, int] | None = None
        self.loaded: LoadedBundle | None = None
        self.fault = "No bundle has been published yet."

    def changed(self) -> bool:
        """Tell whether the file is another one than at the last `reload`."""
        return self._stamp_now() != self._stamp

    def reload(self) -> None:
        """Read the file; obey it if it verifies, else keep the last good bundle and state the fault."""
        stamp = self._stamp_now()
        self._stamp = stamp
        if stamp is None:
            self.fault = "The bundle file is gone." if self.loaded else "No bundle has been published yet."
            return
        try:
            envelope = self._path.read_bytes()
            bundle, key_ids = verified(envelope, self._loader.public_keys())
            self._is_ours(bundle)
            self.loaded = self._loader.prepare(bundle, key_ids)
            self._remember(bundle.sequence)
        except (Problem, OSError) as problem:
            self.fault = str(problem)
            return
        self.fault = ""

    def _stamp_now(self) -> tuple[int, int, int] | None:
        try:
            stat = self._path.stat()
        except FileNotFoundError:
            return None
        return (stat.st_mtime_ns, stat.st_size, stat.st_ino)

    def _is_ours(self, bundle: Bundle) -> None:
        if bundle.environment != self._environment:
            raise Broken(
                f"The bundle is for {bundle.environment}; this gateway is in {self._environment}.",
                remedy="Point the gateway at the bundle of its own environment.",
            )
        obeyed = self._obeyed()
        if bundle.sequence < obeyed:
            raise Broken(
                f"Bundle {bundle.sequence} is older than bundle {obeyed}, which this gateway has obeyed.",
                remedy=f"{_PUBLISH} After restoring a control plane from backup, "
                f"remove {self._sequence_file.name} from the gateway's state folder.",
            )

    def _obeyed(self) -> int:
        """The highest sequence obeyed, across restarts."""
        try:
            return int(self._sequence_file.read_text(encoding="ascii"))
        except FileNotFoundError:
            return 0
        except ValueError as error:
            raise Broken(
                "The gateway's memory of the last bundle is not readable.",
                remedy=f"Remove {self._sequence_file.name} from the gateway's state folder.",
            ) from error

    def _remember(self, sequence: int) -> None:
        temporary = self._sequence_file.with_suffix(".new")
        temporary.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(str(sequence), encoding="ascii")
        temporary.replace(self._sequence_file)


def verified(envelope: bytes, public_keys: Mapping[str, str]) -> tuple[Bundle, tuple[str, ...]]:
    """Return the bundle in a DSSE envelope, and the ids of the keys that signed it.

    Raises:
        Broken: it is no envelope, no trusted key signed it, or it is no bundle this version understands.
    """
    try:
        parsed = msgspec.json.decode(envelope)
    except msgspec.MsgspecError as error:
        raise Broken(f"The bundle file is not JSON: {error}.", remedy=_PUBLISH) from error
    if not isinstance(parsed, dict):
        raise Broken("The bundle file is not a signed envelope.", remedy=_PUBLISH)
    payload, key_ids = dsse.verify(parsed, public_keys)
    if parsed.get("payloadType") != BUNDLE_PAYLOAD_TYPE:
        raise Broken("The signed envelope holds something else than a bundle.", remedy=_PUBLISH)
    try:
        bundle = msgspec.json.decode(payload, type=Bundle)
    except msgspec.MsgspecError as error:
        raise Broken(f"The bundle is not understood: {error}.", remedy=_UPGRADE) from error
    if bundle.format != BUNDLE_FORMAT:
        raise Broken(
            f"The bundle has format {bundle.format}, not {BUNDLE_FORMAT}.", remedy="Upgrade the gateway."
        )
    return bundle, tuple(key_ids)


@dataclass(slots=True)
class Loader:
    """Makes verified bundles ready; models already loaded are not loaded again."""

    public_keys: PublicKeys
    store: Path
    _kept: dict[bytes, Runtime] = field(default_factory=dict)

    def prepare(self, bundle: Bundle, key_ids: tuple[str, ...] = ()) -> LoadedBundle:
        """Verify every remit and artifact and compile every rule; faults stay with their variant."""
        runtimes: dict[bytes, Runtime] = {}
        keys = self.public_keys()
        routes = {}
        for route in bundle.routes:
            served = [self._serve(route, variant, keys, runtimes) for variant in route.variants]
            acting = tuple(s for s in served if s.variant.name != "shadow")
            routes[route.use_case] = ServedRoute(
                route=route,
                champion=next((s for s in acting if s.variant.name == "champion"), None),
                acting=acting,
                shadows=tuple(s for s in served if s.variant.name == "shadow"),
            )
        self._kept = runtimes
        consumers = {consumer.token_sha256: consumer for consumer in bundle.consumers}
        return LoadedBundle(bundle=bundle, routes=routes, consumers=consumers, key_ids=key_ids)

    def _serve(
        self, route: Route, variant: Variant, keys: Mapping[str, str], runtimes: dict[bytes, Runtime]
    ) -> Served:
        try:
            terms = _terms(route, variant, keys)
            rules = _rules(terms)
        except Problem as problem:
            return Served(variant, fault=_fault("signature", problem))
        prohibited = enforcement.prohibited_inputs(terms, variant)
        if variant.name == "control":
            return Served(variant, terms, None, *rules, prohibited)
        try:
            runtime = self._runtime(variant, runtimes)
        except Problem as problem:
            return Served(variant, terms, None, *rules, prohibited, _fault("artifact", problem))
        return Served(variant, terms, runtime, *rules, prohibited)

    def _runtime(self, variant: Variant, runtimes: dict[bytes, Runtime]) -> Runtime:
        artifact = variant.artifact
        if artifact is None:
            raise Broken(f"Version {variant.version} has no artifact to score with.")
        key = msgspec.json.encode((artifact.sha256, variant.inputs, variant.score))
        if key not in runtimes:
            content = verified_bytes(artifact, self.store)
            runtimes[key] = self._kept.get(key) or OnnxRuntime(content, variant.inputs, variant.score)
        return runtimes[key]


def _terms(route: Route, variant: Variant, keys: Mapping[str, str]) -> RemitTerms:
    """The verified terms, if they are for this use case, version and artifact."""
    statement = remit_statement.verify_remit(variant.remit, keys)
    terms, artifact = statement.terms, variant.artifact
    if terms.use_case.key != route.use_case:
        raise Broken(f"Remit {terms.number} is for {terms.use_case.key}, not for {route.use_case}.")
    if terms.version.id != variant.version_id:
        raise Broken(f"Remit {terms.number} is for version {terms.version.number}, not {variant.version}.")
    if artifact is not None and artifact.sha256 not in {s.sha256 for s in statement.subjects}:
        raise Broken(f"Remit {terms.number} does not name the artifact {artifact.name}.")
    return terms


def _rules(terms: RemitTerms) -> tuple[Rule | None, Rule | None, Rule | None]:
    population, refer = terms.population.rule, terms.decision_rule.refer_when
    return (
        _REQUEST.compile(population) if population else None,
        _SCORED.compile(refer) if refer else None,
        _REQUEST.compile(terms.fallback.rule) if terms.fallback.kind == "rule" else None,
    )


def _fault(clause: str, problem: Problem) -> Refused:
    return Refused(problem.detail, clause=clause, remedy=problem.remedy)
