"""A decision: admitted by the remit, scored by the version the route chose, acted on by its rule, recorded.

`Decider` is the only part that brings the pure pieces together. A request of several rows is decided as a
whole: one refused row refuses them all, and only that row is recorded as the cause.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import msgspec

from remit.gateway import enforcement, explain, routing
from remit.gateway.bundle import LoadedBundle, Served, ServedRoute
from remit.gateway.contract import (
    Action,
    Consumer,
    DecisionAnswer,
    DecisionRecord,
    DecisionRequest,
    Reason,
)
from remit.gateway.limits import LimitBook, Use
from remit.gateway.recorder import Recorder
from remit.kernel import clock, ids
from remit.kernel.problems import Invalid, Refused
from remit.proof.remit_statement import DecisionRule, RemitTerms

_encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class _Row:
    """One request on its way; filled in as it proceeds."""

    request: DecisionRequest
    decision_id: str
    occurred_at: datetime
    recorded_at: datetime
    clock: Literal["machine", "injected"]
    started: int
    assigned: Served | None = None
    variant: Served | None = None
    draw: float | None = None
    propensity: float | None = None
    screened: bool = False
    uses: tuple[Use, ...] = ()
    checked_us: int = 0
    scored_us: int = 0
    score: float | None = None
    shadow: str = "{}"

    def chosen(self) -> Served:
        if self.variant is None:
            raise _no_route("this request")
        return self.variant

    def elapsed_us(self) -> int:
        return (time.perf_counter_ns() - self.started) // 1000


class Decider:
    """Decides under one bundle at a time; not safe to call from several threads."""

    def __init__(self, limits: LimitBook, recorder: Recorder, environment: str) -> None:
        self._limits = limits
        self._recorder = recorder
        self._environment = environment

    def consumer(self, loaded: LoadedBundle, token: str, use_case: str) -> Consumer:
        """Return who asks.

        Raises:
            Refused: clause `authentication` or `consumer`.
        """
        return enforcement.consumer_may_ask(loaded.consumer(token), use_case, clock.now())

    def decide(
        self,
        loaded: LoadedBundle,
        consumer: Consumer,
        use_case: str,
        requests: Sequence[DecisionRequest],
        version: str = "",
    ) -> list[DecisionAnswer]:
        """Decide every request, or refuse them all.

        Args:
            version: a version number the consumer insists on; it replaces the draw, and such decisions
                carry no propensity.

        Raises:
            Refused: with the clause; the refusal has been recorded if the route exists.
        """
        route = loaded.routes.get(use_case)
        if route is None:
            raise _no_route(use_case)
        started, now, machine = time.perf_counter_ns(), clock.now(), clock.recorded_now()
        source: Literal["machine", "injected"] = "injected" if clock.injected() else "machine"
        rows: list[_Row] = []
        try:
            for request in requests:
                rows.append(_Row(request, str(ids.uuid7(now)), now, machine, source, started))
                self._admit(rows[-1], route, consumer, version)
            self._score(rows, route)
            answers = [self._answer(row) for row in rows]
            records = [
                self._record(row, loaded, consumer, use_case, answer)
                for row, answer in zip(rows, answers, strict=True)
            ]
            self._recorder.record(records)
        except Refused as refusal:
            self._refuse(rows, loaded, consumer, use_case, refusal)
            raise
        return answers

    def _admit(self, row: _Row, route: ServedRoute, consumer: Consumer, version: str) -> None:
        self._choose(row, route, version)
        served = row.chosen()
        terms, request = served.licence(), row.request
        enforcement.remit_covers(terms, consumer, request, served.prohibited)
        row.screened = True
        enforcement.meets_contract(served.variant.inputs, request.features)
        enforcement.in_population(terms, served.population, request)
        try:
            row.uses = self._limits.take(terms, request.features, request.context, row.occurred_at)
        except OSError as error:
            raise Refused(
                f"Nothing is decided that cannot be counted: {error.strerror}.",
                clause="record",
                remedy="Free disk space for the gateway's state folder, then ask again.",
            ) from error
        row.checked_us = row.elapsed_us()

    def _choose(self, row: _Row, route: ServedRoute, version: str) -> None:
        """Draw a variant. One that may not decide yields to the champion; a champion refuses."""
        if version:
            pinned = next((s for s in route.acting if s.runtime and s.variant.version == version), None)
            pinned = pinned or next((s for s in route.acting if s.variant.version == version), None)
            if pinned is None:
                raise _no_route(route.route.use_case, version)
            row.assigned = row.variant = pinned
            self.stands(pinned, row.occurred_at)
            return
        row.draw = routing.draw(route.route.salt, row.request.subject or row.decision_id)
        assigned = routing.assign(route.acting, row.draw)
        if assigned is None:
            raise _no_route(route.route.use_case)
        row.assigned, row.propensity = assigned
        row.variant = row.assigned
        try:
            self.stands(row.variant, row.occurred_at)
        except Refused:
            if route.champion is None or row.variant is route.champion:
                raise
            row.variant = route.champion
            self.stands(row.variant, row.occurred_at)

    def stands(self, served: Served, now: datetime) -> None:
        """Check that this variant may decide at all.

        Raises:
            Refused: clause `signature`, `state`, `dates`, `environment` or `artifact`.
        """
        enforcement.remit_stands(served.variant, served.licence(), self._environment, now)
        if served.fault is not None:
            raise served.fault

    def _score(self, rows: Sequence[_Row], route: ServedRoute) -> None:
        for served in route.acting:
            of_variant = [row for row in rows if row.variant is served]
            if served.runtime is None or not of_variant:
                continue
            scores = _scores(served, of_variant)
            for row, score in zip(of_variant, scores, strict=True):
                row.score = score
        for served in route.shadows:
            self._score_shadow(served, rows)
        for row in rows:
            row.scored_us = row.elapsed_us()

    def _score_shadow(self, served: Served, rows: Sequence[_Row]) -> None:
        """Score without acting; a shadow that cannot score leaves no trace on the decision."""
        if served.runtime is None or served.terms is None:
            return
        fields = served.variant.inputs
        fit = [row for row in rows if not enforcement.contract_faults(fields, row.request.features)]
        try:
            self.stands(served, rows[0].occurred_at)
            scores = _scores(served, fit) if fit else []
        except Refused:
            return
        for row, score in zip(fit, scores, strict=True):
            shadow = msgspec.json.decode(row.shadow) | {served.variant.version: score}
            row.shadow = _encode(shadow).decode()

    def _answer(self, row: _Row) -> DecisionAnswer:
        served = row.chosen()
        terms = served.licence()
        action, decided_by = act(served, row.request, row.score)
        return DecisionAnswer(
            decision_id=row.decision_id,
            action=action,
            score=row.score,
            decided_by=decided_by,
            remit=terms.number,
            version=served.variant.version,
            variant=served.variant.name,
            autonomy=terms.autonomy,
            occurred_at=row.occurred_at,
            recorded_at=row.recorded_at,
            clock=row.clock,
            reasons=_reasons(served, row) if row.request.reasons else None,
        )

    def _record(
        self, row: _Row, loaded: LoadedBundle, consumer: Consumer, use_case: str, answer: DecisionAnswer
    ) -> DecisionRecord:
        decided = {
            "status": "decided",
            "action": answer.action,
            "decided_by": answer.decided_by,
            "score": answer.score,
        }
        return _recorded(row, loaded, consumer, use_case, decided)

    def _refuse(
        self, rows: Sequence[_Row], loaded: LoadedBundle, consumer: Consumer, use_case: str, refusal: Refused
    ) -> None:
        for row in rows:
            if row.uses:
                self._limits.give_back(row.uses)
        if not rows or refusal.clause == "record":
            return
        cause = rows[-1]
        refusal.members["decision_id"] = cause.decision_id
        if len(rows) > 1:
            refusal.members["row"] = len(rows) - 1
        refused = {"status": "refused", "clause": refusal.clause, "detail": refusal.detail}
        self._recorder.record([_recorded(cause, loaded, consumer, use_case, refused)])


def act(served: Served, request: DecisionRequest, score: float | None) -> tuple[Action, str]:
    """Return the action and which rule chose it.

    Raises:
        Refused: clause `fallback` when a rule must decide and none can.
    """
    terms, variant = served.licence(), served.variant
    if variant.mode == "refer":
        return "refer", f"stop condition: {variant.mode_reason or 'a person decides'}"
    if variant.mode == "fallback" or score is None:
        return _fall_back(served, terms, request)
    if served.refer_when is not None:
        verdict = served.refer_when.check(
            {"features": request.features, "context": request.context, "score": score}
        )
        if verdict.status != "false":
            # a referral rule that cannot be evaluated refers: a person is the safe side
            return "refer", f"refer_when: {verdict.reason}"
    return action_for(terms.decision_rule, score), "score"


def action_for(rule: DecisionRule, score: float) -> Action:
    """Return what the score alone leads to: approve, decline, or the band between, where a person decides."""
    if score < rule.approve_below:
        return "approve"
    return "decline" if score >= rule.decline_from else "refer"


def _fall_back(served: Served, terms: RemitTerms, request: DecisionRequest) -> tuple[Action, str]:
    if terms.fallback.kind == "refer":
        return "refer", "fallback: a person decides"
    if served.fallback is None:
        raise Refused(
            f"Remit {terms.number} has no fallback, and the version may not decide now.",
            clause="fallback",
            remedy=served.variant.mode_reason or "Have a person decide.",
            remit=terms.number,
        )
    try:
        answer = served.fallback.value({"features": request.features, "context": request.context})
    except Invalid as problem:
        answer = problem.detail
    if answer == "approve" or answer == "refer" or answer == "decline":  # noqa: PLR1714 - narrows the type
        return answer, f"fallback: {terms.fallback.name or 'rule'}"
    return "refer", f"fallback: {terms.fallback.name or 'rule'} gave no action ({answer})"


def _scores(served: Served, rows: Sequence[_Row]) -> list[float]:
    return served.score([row.request.features for row in rows])


def _reasons(served: Served, row: _Row) -> tuple[Reason, ...]:
    if served.runtime is None or row.score is None:
        return ()
    return explain.contributions(served.runtime, served.variant.inputs, row.request.features)


def _recorded(
    row: _Row, loaded: LoadedBundle, consumer: Consumer, use_case: str, outcome: dict[str, Any]
) -> DecisionRecord:
    request, served = row.request, row.variant
    terms = served.terms if served else None
    features: Mapping[str, Any] = {}
    if served and row.screened:
        # what was not screened for prohibited inputs, or was never declared, is not kept
        declared = served.prohibited.cleared
        features = request.features
        if not features.keys() <= declared:
            features = {name: value for name, value in features.items() if name in declared}
    return DecisionRecord(
        decision_id=row.decision_id,
        use_case=use_case,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
        clock=row.clock,
        consumer=consumer.name,
        purpose=request.purpose,
        channel=request.channel,
        subject=request.subject,
        features=_encode(features).decode(),
        context=_encode(request.context).decode() if row.screened else "{}",
        remit=terms.number if terms else "",
        remit_id=terms.remit_id if terms else "",
        version=served.variant.version if served else "",
        version_id=served.variant.version_id if served else "",
        variant=served.variant.name if served else "",
        assigned=row.assigned.variant.name if row.assigned else "",
        draw=row.draw,
        propensity=row.propensity,
        shadow=row.shadow,
        bundle_sequence=loaded.bundle.sequence,
        checked_us=row.checked_us,
        scored_us=row.scored_us,
        total_us=row.elapsed_us(),
        **outcome,
    )


def _no_route(use_case: str, version: str = "") -> Refused:
    what = f"version {version} of {use_case}" if version else use_case
    return Refused(
        f"Nothing is deployed that decides {what}.",
        clause="route",
        remedy="Check the name, or deploy a version under a remit.",
    )
