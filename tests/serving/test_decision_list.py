"""The list of decisions: who sees what, how it narrows, and that it loses nothing between pages."""

from datetime import timedelta
from uuid import UUID

import pytest
from serving_world import FEATURES, Gateway

from remit.kernel import clock, paths
from remit.kernel.problems import Broken, Denied, Refused, Unknown
from remit.ledger.capture import acting
from remit.people.models import RoleAssignment, Unit
from remit.serving import actions, queries
from remit.serving.contract import DecisionFilter

DECLINED = FEATURES | {"payments": 0.9, "public_record": True}
ALL = DecisionFilter()


@pytest.fixture
def gateway(bank):
    version = bank.licensed("1.0")
    actions.deploy(acting_user=bank.people.operations, version=version)
    _, token = actions.register_consumer(
        acting_user=bank.people.operations,
        name="Loan origination",
        use_cases=["mortgage-approval"],
        channels=["branch"],
    )
    actions.publish_bundle(acting_user="system:worker", cause="test")
    return Gateway(token)


def subjects(rows):
    return [row["subject"] for row in rows]


@pytest.fixture
def decided(gateway):
    """Two days of decisions: three of yesterday, then one declined and one refused of today."""
    yesterday = clock.now() - timedelta(hours=23)
    for second, name in enumerate(("A", "B", "C")):
        with clock.at(yesterday + timedelta(seconds=second)):
            gateway.decide(name)
    gateway.decide("D-late", features=DECLINED)
    with pytest.raises(Refused):
        gateway.decide("E-late", purpose="marketing")


def test_newest_first_over_days_and_pages(bank, decided):
    who = bank.people.auditor
    assert subjects(queries.decisions(who, ALL)) == ["E-late", "D-late", "C", "B", "A"]
    seen, before = [], None
    while page := queries.decisions(who, ALL, before=before, limit=2):
        seen += page
        before = UUID(page[-1]["decision_id"])
    assert subjects(seen) == ["E-late", "D-late", "C", "B", "A"]
    assert "context" not in seen[0]


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        ({"text": "late"}, ["E-late", "D-late"]),
        ({"text": "no such"}, []),
        ({"outcome": "refused"}, ["E-late"]),
        ({"outcome": "decline"}, ["D-late"]),
        ({"outcome": "approve"}, ["C", "B", "A"]),
        ({"variant": "champion", "outcome": "decline"}, ["D-late"]),
        ({"variant": "challenger"}, []),
        ({"text": "late", "outcome": "approve"}, []),
    ],
)
def test_filters_narrow(bank, decided, chosen, expected):
    assert subjects(queries.decisions(bank.people.auditor, DecisionFilter(**chosen))) == expected


def test_a_day_and_an_id_are_found(bank, decided):
    who = bank.people.auditor
    rows = queries.decisions(who, ALL)
    day = DecisionFilter(day=rows[-1]["occurred_at"].date())
    assert subjects(queries.decisions(who, day)) == [
        row["subject"] for row in rows if row["occurred_at"].date() == day.day
    ]
    assert subjects(queries.decisions(who, DecisionFilter(text=rows[2]["decision_id"]))) == ["C"]
    assert queries.decisions(who, ALL, use_case="other") == []


def test_only_units_that_a_person_may_read(bank, decided):
    with pytest.raises(Denied):
        queries.decisions(bank.people.finance, ALL)
    with acting("system:test", "test.move"):
        other = Unit.objects.create(name="Cards")
        RoleAssignment.objects.filter(user=bank.people.auditor).update(unit=other)
    assert queries.decisions(bank.people.auditor, ALL) == []


def test_other_versions_score_the_recorded_input(bank, gateway):
    other = bank.licensed("2.0", shift=-6.0)
    actions.deploy(acting_user=bank.people.operations, version=other, variant="challenger", weight=0)
    actions.publish_bundle(acting_user="system:worker", cause="test")
    answer = gateway.decide(features=DECLINED)
    use_case, row = queries.find_decision(bank.people.auditor, UUID(answer.decision_id))

    (rescored,) = queries.scored_by_others(use_case, row)

    assert (rescored.version, rescored.variant) == ("2.0", "challenger")
    assert rescored.score < row["score"]
    assert rescored.action == "approve"


def test_the_sealed_file_is_the_one_that_holds_the_row_and_is_checked(bank, gateway):
    first, second = (UUID(gateway.decide(name).decision_id) for name in "AB")
    with pytest.raises(Unknown):
        queries.sealed_file_of("decisions", first)
    actions.seal_decision_files(acting_user="system:worker")
    files = {queries.sealed_file_of("decisions", i).path for i in (first, second)}
    assert len(files) == 2
    changed = paths.decisions() / queries.sealed_file_of("decisions", first).path
    (paths.decisions() / queries.sealed_file_of("decisions", second).path).replace(
        changed.with_suffix(".kept")
    )
    changed.write_bytes(changed.read_bytes() + b" ")
    with pytest.raises(Broken):
        queries.sealed_file_of("decisions", first)
    with pytest.raises(Broken, match="missing"):
        queries.sealed_file_of("decisions", second)


def test_protected_attributes_take_their_own_permission(bank, gateway):
    decision_id = UUID(gateway.decide().decision_id)
    assert queries.protected_of(bank.people.auditor, bank.use_case, decision_id) == {}
    actions.record_protected(
        acting_user=bank.people.operations,
        use_case=bank.use_case,
        attributes=[{"decision_id": str(decision_id), "afam": "yes"}],
    )
    assert queries.protected_of(bank.people.auditor, bank.use_case, decision_id) == {"afam": "yes"}
    with pytest.raises(Denied):
        queries.protected_of(bank.people.owner, bank.use_case, decision_id)
