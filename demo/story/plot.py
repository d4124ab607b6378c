"""The story from idea to retirement, in order. What happens next follows from what was computed."""

from __future__ import annotations

import time
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from demo import mortgages, training
from demo.story import build, document, live
from demo.story import inventory as listed
from demo.story.stage import Stage, assemble, sign_ins, started
from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.inventory import actions as inventory
from remit.inventory.queries import version_by_id
from remit.kernel import clock, paths
from remit.kernel.problems import Conflict, Refused
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries as processes
from remit.monitoring import actions as monitoring
from remit.monitoring import queries as monitored
from remit.serving import actions as serving
from remit.value import actions as value

FIRST_RULE = {"score": "probability of denial", "approve_below": 0.15, "decline_from": 0.30}


def tell(begun: float) -> dict[str, Any]:
    """Tell the story and return its document, its summary and the sign-ins."""
    stage = Stage(today=started())
    parts = mortgages.split()
    stage.at(236)
    assemble(stage)
    use_case, first, second = _develop(stage, parts)
    stage.timings["built"] = time.perf_counter() - begun
    listed.bring_in(stage)
    told = _operate(stage, parts, use_case, first, second)
    stage.timings["operated"] = time.perf_counter() - begun
    _retire(stage, use_case, told)
    listed.attest(stage)
    stage.to(stage.today)
    clock.set_file(paths.story_clock(), None)
    stage.timings["story"] = time.perf_counter() - begun
    return document.of(stage, use_case, parts, told) | {"sign_ins": sign_ins()}


def _develop(stage: Stage, parts: dict[str, Any]) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    stage.at(235)
    use_case = build.file_idea(stage)
    stage.at(233)
    use_case = build.confirm_tier(stage, use_case)
    stage.at(230)
    build.state_economics(stage, use_case)
    asset = build.register_data(stage, parts["train"])
    stage.at(215)
    scorecard = training.train("scorecard", parts["train"])
    model = inventory.register_model(
        acting_user=stage.cast["developer"],
        use_case=use_case,
        name="Mortgage approval",
        kind="statistical",
        description="Approves, refers or declines a home-loan application. Trained on the Boston HMDA data.",
        built_in="scikit-learn",
    )
    common = {"asset": asset, "parts": parts, "proposed": build.terms(kind="pilot", days=66)}
    version = build.register(
        stage,
        model,
        "1.0",
        scorecard,
        summary="Logistic scorecard over nine inputs.",
        rule=FIRST_RULE,
        **common,
    )
    stage.at(214)
    found = build.submit(stage, version)
    first = {"trained": scorecard, "rule": FIRST_RULE, "version": version}
    if not found.passed:
        first = _answer(stage, model, first, found, common)
    stage.at(196)
    build.validate(stage, first["version"], build.replicate(scorecard, parts, first["rule"]))
    stage.at(184)
    first["remit"] = build.accept_and_sign(stage, first["version"])
    second = {"asset": asset, "model": model}
    return use_case, first, second


def _answer(
    stage: Stage, model: Any, first: dict[str, Any], found: Any, common: dict[str, Any]
) -> dict[str, Any]:
    """A gate failed: search for a less harmful version; what still fails is excepted for a time."""
    stage.at(208)
    rule, tried = training.less_harmful_cuts(first["trained"], common["parts"]["validation"])
    version = first["version"]
    if rule is not None:
        stage.say(
            f"{tried} cut-offs tried; {rule['approve_below']} meets the four-fifths rule within the bank's loss"
        )
        version = build.register(
            stage,
            model,
            "1.1",
            first["trained"],
            summary=f"The same scorecard; cut-offs from a search of {tried} for a less harmful one.",
            rule=rule,
            replaces=version,
            **common,
        )
        first = {**first, "rule": rule, "version": version}
        for finding in governed.open_findings(found.version):
            governance.close_finding(
                acting_user=stage.cast["validator"],
                finding=finding,
                resolution=f"Answered by version {version.number}.",
                answered_by=version,
            )
    stage.at(206)
    if rule is None:
        build.except_failing(stage, version, found, 120)
    again = build.submit(stage, version)
    if not again.passed:
        build.except_failing(stage, version, again, 120)
        build.submit(stage, version)
    return first


def _operate(
    stage: Stage, parts: dict[str, Any], use_case: Any, first: dict[str, Any], second: dict[str, Any]
) -> dict[str, Any]:
    rows = list(parts["live"])
    take = iter(rows)

    def pull(count: int) -> list[mortgages.Application]:
        return list(islice(take, count))

    version = first["version"]
    told: dict[str, Any] = {"first": first, "second": second, "windows": [], "drills": {}}
    _deploy(stage, parts, use_case, first, told)
    monitor = told["monitor"]
    records = 0

    # two ordinary windows, refusals on the way
    for number, (start, size) in enumerate(((178, 110), (160, 110)), start=1):
        since = stage.at(start)
        asked = live.score_all(stage, pull(size), since, since + timedelta(days=16))
        if number == 1:
            live.outside(stage, rows[0])
        records = _window(stage, use_case, monitor, f"pilot {number}", since, 17, asked, told)

    # a window with a shift that is really injected, by resampling strained applicants
    since = stage.at(142)
    asked = live.score_all(stage, live.shifted(rows, 160), since, since + timedelta(days=14), "-s")
    records = _window(stage, use_case, monitor, "pilot 3, shifted", since, 15, asked, told)
    after = live.score_all(stage, pull(6), stage.at(126), stage.at(126) + timedelta(days=1))
    told["after_alarm"] = {**after.actions, "refused": after.refused}
    _answer_alarms(stage, use_case, version, 124)
    stage.at(123, 9)
    limit = live.over_the_limit(stage, [row for row in rows for _ in (0,)][:80])
    live.recorded(use_case, records + 6 + len(limit))
    live.learn(stage, use_case, limit)

    _second_version(stage, parts, told)
    _lapse_and_renew(stage, parts, first, rows)
    _experiment(stage, use_case, told, pull)
    return told


def _deploy(
    stage: Stage, parts: dict[str, Any], use_case: Any, it: dict[str, Any], told: dict[str, Any]
) -> None:
    """Operations put the version behind the gateway, watch it, and try the stop before its gate G6."""
    version = it["version"]
    stage.at(182)
    live.register_consumer(stage, use_case)
    serving.deploy(acting_user=stage.cast["operations"], version=version, reason="Pilot")
    stage.settle()
    reference = training.decided(it["trained"], parts["validation"], it["rule"])
    told["monitor"] = live.watch(stage, version, reference)
    told["drills"][version.number] = live.drill(stage, version, it["remit"], parts["live"][0])
    _go_live(stage, use_case, version)


def _go_live(stage: Stage, use_case: Any, version: Any) -> None:
    task = processes.open_tasks(use_case, kind="deploy").filter(version=version).get()
    lifecycle.complete_task(
        acting_user=stage.cast["operations"],
        task=task,
        outcome="deployed",
        reason="Serving, watched, stoppable.",
    )
    stage.settle()
    gate = governance.evaluate_gate(
        acting_user=stage.cast["operations"],
        version=version,
        gate="G6",
        operation=monitored.operation(version),
    )
    stage.say(f"{version} is in business; gate G6 {'passes' if gate.passed else 'fails'}")


def _window(
    stage: Stage,
    use_case: Any,
    monitor: Any,
    label: str,
    since: Any,
    days: int,
    asked: live.Asked,
    told: dict[str, Any],
) -> int:
    """Outcomes arrive two days after a window, which is then measured. Returns the records so far."""
    from remit.serving import decision_store

    told["answered"] = told.get("answered", 0) + len(asked.decided)
    until = since + timedelta(days=days)
    stage.to(until + timedelta(days=1))
    count = told.setdefault("expected", 0) + len(asked.decided) + asked.refused
    live.recorded(use_case, count)
    live.learn(stage, use_case, asked.decided)
    if monitor is not None:
        told["windows"].append(live.measure_window(stage, monitor, label, since, until))
    told["expected"] = len(decision_store.rows(use_case.key))
    return int(told["expected"])


def _answer_alarms(stage: Stage, use_case: Any, version: Any, days_ago: float) -> None:
    """The validator looks into each alarm, if there is one; then the version may decide again."""
    alarms = list(monitored.open_alarms(use_case))
    if not alarms:
        return
    stage.at(days_ago)
    for alarm in alarms:
        monitoring.close_alarm(
            acting_user=stage.cast["validator"],
            alarm=alarm,
            resolution=f"{alarm.says} Looked into with the outcomes of the same window; the interval says how sure the figure is.",
        )
    for finding in governed.open_findings(version):
        if finding.control.startswith("monitor:"):
            governance.close_finding(
                acting_user=stage.cast["validator"],
                finding=finding,
                resolution="Answered with its alarm; the next window is measured again.",
            )
    remit = governed.remits_of(use_case).filter(version=version).first()
    if remit.state == "suspended":
        governance.reinstate_remit(acting_user=stage.cast["approver"], remit=remit, reason="Alarms answered")
    else:
        serving.set_mode(
            acting_user=stage.cast["operations"], version=version, mode="normal", reason="Alarms answered"
        )
    stage.settle()
    stage.say("Alarms answered; the version decides again")


def _second_version(stage: Stage, parts: dict[str, Any], told: dict[str, Any]) -> None:
    """The challenger: monotonic boosted trees, with the cut-offs a search finds."""
    second = told["second"]
    stage.at(122, 9)
    trees = training.train("trees", parts["train"])
    rule, tried = training.less_harmful_cuts(trees, parts["validation"])
    rule = rule or FIRST_RULE
    version = build.register(
        stage,
        second["model"],
        "2.0",
        trees,
        summary=f"Monotonic boosted trees over the same inputs; cut-offs from a search of {tried}.",
        rule=rule,
        asset=second["asset"],
        parts=parts,
        proposed=build.terms(kind="full", days=365),
        replaces=told["first"]["version"],
    )
    stage.at(121, 9)
    found = build.submit(stage, version)
    if not found.passed:
        build.except_failing(stage, version, found, 120)
        build.submit(stage, version)
    second.update({"trained": trees, "rule": rule, "version": version})


def _lapse_and_renew(
    stage: Stage, parts: dict[str, Any], first: dict[str, Any], rows: list[mortgages.Application]
) -> None:
    """The pilot's remit ends while nobody renews it: the gateway refuses until it is signed again."""
    version, remit = first["version"], first["remit"]
    stage.to(remit.valid_until + timedelta(hours=2))
    for row in rows[:4]:
        live.must_refuse(stage, "After the remit's end", row)
    governance.expire_remits(acting_user="system:worker")
    stage.to(remit.valid_until + timedelta(days=1, hours=4))
    try:
        first["renewed"] = governance.issue_remit(acting_user=stage.cast["approver"], version=version)
    except Conflict as conflict:
        stage.refused("Renewal on old evidence", conflict)
        _renew(stage, parts, version, first)
    stage.settle()
    stage.say(f"{first['renewed'].reference} renews the pilot until {first['renewed'].valid_until:%d %b %Y}")


def _renew(stage: Stage, parts: dict[str, Any], version: Any, first: dict[str, Any]) -> None:
    """Measure again what was too old, and except for a time what still fails."""
    found = training.reports(first["trained"], parts, first["rule"])
    build.add_reports(stage, version, found, "measured again")
    gate = governance.evaluate_gate(acting_user=stage.cast["approver"], version=version, gate="G5")
    if not gate.passed:
        build.except_failing(stage, version, gate, 90)
    first["renewed"] = governance.issue_remit(acting_user=stage.cast["approver"], version=version)


def _experiment(stage: Stage, use_case: Any, told: dict[str, Any], pull: Any) -> None:
    """Applicants are drawn at random over the grid, the scorecard and the trees; value is the difference."""
    first, second = told["first"], told["second"]
    version = second["version"]
    stage.at(116)
    parts = mortgages.split()
    build.validate(stage, version, build.replicate(second["trained"], parts, second["rule"]))
    stage.at(114)
    second["remit"] = build.accept_and_sign(stage, version)
    stage.at(113)
    operations = stage.cast["operations"]
    serving.deploy(
        acting_user=operations, version=version, variant="challenger", weight=0.4, reason="Experiment"
    )
    serving.deploy(
        acting_user=operations,
        version=first["version"],
        variant="control",
        weight=0.4,
        reason="Incumbent grid",
    )
    serving.set_weights(
        acting_user=operations, use_case=use_case, weights={"champion": 0.2}, reason="Room for the experiment"
    )
    stage.settle()
    reference = training.decided(second["trained"], parts["validation"], second["rule"])
    monitor = live.watch(stage, version, reference)
    told["drills"][version.number] = live.drill(stage, version, second["remit"], parts["live"][0])
    _go_live(stage, use_case, version)
    since = stage.at(110)
    asked = live.score_all(stage, pull(420), since, since + timedelta(days=40))
    _window(stage, use_case, monitor, "experiment", since, 41, asked, told)
    _answer_alarms(stage, use_case, version, 67)
    until = since + timedelta(days=41)
    told["experiment"] = (since, until)
    for item in (first["version"], version):
        value.estimate_value(
            acting_user="system:worker", use_case=use_case, version=item, since=since, until=until
        )
    _costs(stage, use_case, told)
    _promote(stage, told)


def _costs(stage: Stage, use_case: Any, told: dict[str, Any]) -> None:
    """Finance records what was spent, by quantity and price."""
    finance = stage.cast["finance"]
    items = [
        (told["first"]["version"], "people", "build", "34", "hour", "96", "Time sheets, scorecard"),
        (told["second"]["version"], "people", "build", "41", "hour", "96", "Time sheets, boosted trees"),
        (None, "people", "govern", "27", "hour", "104", "Time sheets, validation and reviews"),
        (None, "compute", "run", "5.4", "month", "62", "Cloud bill, gateway and store"),
        (None, "people", "run", "22", "hour", "88", "Time sheets, operations"),
    ]
    for version, category, phase, quantity, unit, price, source in items:
        value.record_cost(
            acting_user=finance,
            use_case=use_case,
            version=version,
            category=category,
            phase=phase,
            quantity=Decimal(quantity),
            unit=unit,
            unit_price=Decimal(price),
            source=f"{source}; assumption of this example",
        )


def _promote(stage: Stage, told: dict[str, Any]) -> None:
    """The trees become champion; the grid stays as a small hold-out."""
    version = told["second"]["version"]
    stage.at(64)
    serving.deploy(
        acting_user=stage.cast["operations"], version=version, reason="Promoted after the experiment"
    )
    stage.settle()
    stage.say(f"{version} is champion")


def _retire(stage: Stage, use_case: Any, told: dict[str, Any]) -> None:
    """The first version is retired: asked, told, confirmed, revoked, archived, reviewed."""
    first, second = told["first"]["version"], told["second"]["version"]
    stage.at(62)
    process = lifecycle.retire(
        acting_user=stage.cast["owner"], version=version_by_id(first.pk), reason=f"Succeeded by {second}."
    )
    stage.settle()
    stage.at(61)
    task = processes.open_tasks(use_case, kind="confirm_retirement").get()
    rows = list(mortgages.split()["live"])
    lifecycle.complete_task(
        acting_user=stage.cast["governance"],
        task=task,
        outcome="approve",
        reason="The successor is in business.",
    )
    told["revocation_seconds"] = live.seconds_until_refused(stage, rows[0], first.number)
    answer = live.ask_version(stage, rows[0], first.number).json()
    stage.refused(
        "The retired version", Refused(answer["detail"], clause=answer.get("clause", "route")), by="gateway"
    )
    stage.settle()
    since = stage.at(58)
    asked = live.score_all(stage, rows[-160:], since, since + timedelta(days=40), "-f")
    monitor = monitored.monitors(second).first()
    _window(stage, use_case, monitor, "after the change", since, 41, asked, told)
    _answer_alarms(stage, use_case, second, 15)
    value.estimate_value(
        acting_user="system:worker",
        use_case=use_case,
        version=second,
        since=told["experiment"][0],
        until=clock.now(),
    )
    stage.at(6)
    review = processes.open_tasks(use_case, kind="post_retirement_review").get()
    lifecycle.complete_task(
        acting_user=stage.cast["owner"],
        task=review,
        outcome="reviewed",
        reason=document.review(use_case, first),
    )
    stage.settle()
    told["retirement"] = process.reference
    stage.say(f"{first} is archived")
