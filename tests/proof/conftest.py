from datetime import UTC, datetime

import pytest

from remit.proof import remit_statement as rs
from remit.proof.keys import KeyRing


@pytest.fixture
def ring(tmp_path):
    return KeyRing(tmp_path / "keys")


@pytest.fixture
def terms():
    person = rs.Person(id="p-1", name="Ana Ruiz", title="Head of Lending")
    return rs.RemitTerms(
        remit_id="0190a000-0000-7000-8000-000000000001",
        number="RMT-0001",
        kind="full",
        use_case=rs.UseCaseRef(id="u-1", key="mortgage", name="Mortgage decisions"),
        version=rs.VersionRef(
            id="v-1", model="MDL-0001", name="Scorecard", number="1", content_digest="ab" * 32
        ),
        tier="T1",
        may_decide="whether to grant a mortgage",
        purposes=("origination",),
        population=rs.Population(description="adults", rule="features.age >= 18"),
        channels=("branch",),
        environments=("production",),
        limits=(rs.Limit(name="each", kind="amount", maximum=400000.5, field="amount"),),
        decision_rule=rs.DecisionRule(score="probability", approve_below=0.2, decline_from=0.6),
        prohibited_inputs=("afam",),
        stop_conditions=(rs.StopCondition(metric="psi", direction="above", limit=0.25, action="refer"),),
        fallback=rs.Fallback(kind="refer"),
        autonomy="automated_with_appeal",
        accountable=person,
        validated_by=person,
        issued_by=person,
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
        valid_until=datetime(2027, 1, 1, tzinfo=UTC),
    )
