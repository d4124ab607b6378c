"""What is deployed, published, recorded and sealed; each with who may do it."""

import hashlib
import json
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import polars as pl
import pytest
from django.db import connection
from serving_world import FEATURES, Gateway

from remit.gateway.bundle import verified
from remit.governance import actions as governance
from remit.governance.models import Remit
from remit.kernel import clock, paths
from remit.kernel.ids import uuid7
from remit.kernel.problems import Conflict, Denied, Invalid, Refused, Unavailable
from remit.ledger.models import Entry
from remit.proof.keys import KeyRing
from remit.serving import actions, queries
from remit.serving.models import Bundle, Consumer, Deployment, StoreFile

WORKER = "system:worker"


def publish():
    return actions.publish_bundle(acting_user=WORKER, cause="test")


def published():
    bundle, _ = verified(paths.bundle_file().read_bytes(), KeyRing(paths.keys()).public_keys())
    return bundle


@pytest.fixture
def gateway(bank):
    _, token = actions.register_consumer(
        acting_user=bank.people.operations,
        name="Loan origination",
        use_cases=["mortgage-approval"],
        channels=["branch"],
    )
    return Gateway(token)


def live(bank):
    return [(d.variant, d.version.number, d.weight) for d in queries.deployments(bank.use_case)]


def test_a_version_without_a_remit_is_not_deployed(bank):
    version = bank.register("1.0")
    with pytest.raises(Conflict, match="no remit in force"):
        actions.deploy(acting_user=bank.people.operations, version=version)
    assert not Deployment.objects.exists()


def test_only_operations_deploy(bank):
    version = bank.licensed("1.0")
    for person in (bank.people.developer, bank.people.owner, bank.people.approver):
        with pytest.raises(Denied):
            actions.deploy(acting_user=person, version=version)


@pytest.mark.parametrize(
    ("changes", "field"), [({"variant": "canary"}, "variant"), ({"weight": -1}, "weight")]
)
def test_a_wrong_deployment_names_the_field(bank, changes, field):
    version = bank.licensed("1.0")
    with pytest.raises(Invalid) as problem:
        actions.deploy(acting_user=bank.people.operations, version=version, **changes)
    assert field in problem.value.fields


def test_a_new_champion_ends_the_old_and_its_own_challenge(bank):
    first, second = bank.licensed("1.0"), bank.licensed("2.0", 1.0)
    operations = bank.people.operations
    actions.deploy(acting_user=operations, version=first)
    actions.deploy(acting_user=operations, version=second, variant="challenger", weight=0.25)
    actions.deploy(acting_user=operations, version=first, variant="control", weight=0.25)
    assert live(bank) == [("challenger", "2.0", 0.25), ("champion", "1.0", 1.0), ("control", "1.0", 0.25)]

    actions.deploy(acting_user=operations, version=second)
    assert live(bank) == [("champion", "2.0", 1.0), ("control", "1.0", 0.25)]
    assert queries.serving_digest(second) == second.content_digest
    actions.end_deployments(acting_user=operations, version=first, reason="succeeded")
    assert live(bank) == [("champion", "2.0", 1.0)]
    assert queries.serving_digest(first) == ""


def test_traffic_is_shared_only_among_what_is_deployed(bank):
    actions.deploy(acting_user=bank.people.operations, version=bank.licensed("1.0"))
    share = {"acting_user": bank.people.operations, "use_case": bank.use_case, "reason": "test"}
    for weights in ({"challenger": 1}, {"champion": -1}, {"champion": 0}, {}):
        with pytest.raises(Invalid):
            actions.set_weights(weights=weights, **share)
    actions.set_weights(weights={"champion": 3}, **share)
    assert live(bank) == [("champion", "1.0", 3.0)]


def test_a_token_is_shown_once_and_only_its_digest_is_kept_out_of_the_ledger(bank, gateway):
    consumer = Consumer.objects.get()
    assert consumer.token_sha256 == hashlib.sha256(gateway.token.encode()).hexdigest()
    bodies = " ".join(Entry.objects.values_list("payload__body", flat=True))
    assert "Loan origination" in bodies
    assert gateway.token not in bodies
    assert consumer.token_sha256 not in bodies
    for name in ("loan ORIGINATION", " "):
        with pytest.raises(Invalid):
            actions.register_consumer(
                acting_user=bank.people.operations, name=name, use_cases=[], channels=[]
            )


def test_the_bundle_is_signed_counts_up_and_carries_the_remits(bank, gateway):
    version = bank.licensed("1.0")
    actions.deploy(acting_user=bank.people.operations, version=version)
    first, second = publish(), publish()

    bundle = published()

    assert (first.sequence, second.sequence, bundle.sequence) == (1, 2, 2)
    assert second.sha256 == hashlib.sha256(paths.bundle_file().read_bytes()).hexdigest()
    (variant,) = bundle.routes[0].variants
    assert [f.name for f in variant.inputs] == list(FEATURES)
    assert (variant.inputs[0].label, variant.inputs[0].typical) == ("Payments to income", 0.33)
    assert variant.protected == ("afam",)
    assert variant.remit_state == "in_force"
    assert [c.name for c in bundle.consumers] == ["Loan origination"]


def test_a_bundle_that_cannot_be_written_is_not_published(bank):
    paths.bundle_file().parent.write_text("a file where the folder should be")
    with pytest.raises(Unavailable, match="cannot be written"):
        publish()
    assert not Bundle.objects.exists()


def test_from_deployment_to_revocation_through_the_gateway(bank, gateway):
    first, second = bank.licensed("1.0"), bank.licensed("2.0", 1.0)
    operations = bank.people.operations
    actions.deploy(acting_user=operations, version=first)
    publish()
    assert gateway.decide().version == "1.0"

    actions.set_mode(acting_user=WORKER, version=first, mode="refer", reason="ALM-0001: drift")
    publish()
    referred = gateway.decide()
    assert (referred.action, referred.decided_by) == ("refer", "stop condition: ALM-0001: drift")

    actions.deploy(acting_user=operations, version=second)
    publish()
    assert gateway.decide().version == "2.0"
    with pytest.raises(Refused, match=r"Nothing is deployed that decides version 1\.0"):
        gateway.decide(version="1.0")

    remit = Remit.objects.get(version=first)
    governance.revoke_remit(acting_user=bank.people.approver, remit=remit, reason="retired")
    publish()
    with pytest.raises(Refused, match=r"RM-1\.0 is revoked: retired") as refusal:
        gateway.decide(version="1.0")
    assert refusal.value.clause == "state"
    assert {gateway.decide(f"APP-{n}").version for n in range(20)} == {"2.0"}


@pytest.mark.parametrize(("mode", "reason"), [("off", "x"), ("refer", "  ")])
def test_a_mode_needs_a_name_and_a_reason(bank, mode, reason):
    version = bank.licensed("1.0")
    with pytest.raises(Conflict, match="not deployed"):
        actions.set_mode(acting_user=WORKER, version=version, mode="refer", reason="x")
    actions.deploy(acting_user=bank.people.operations, version=version)
    with pytest.raises(Invalid):
        actions.set_mode(acting_user=WORKER, version=version, mode=mode, reason=reason)


def test_outcomes_join_their_decisions_and_the_latest_wins(bank, gateway):
    actions.deploy(acting_user=bank.people.operations, version=bank.licensed("1.0"))
    publish()
    ids = [gateway.decide(f"APP-{n}").decision_id for n in range(3)]
    record = {"acting_user": bank.people.operations, "use_case": bank.use_case}

    with clock.at(clock.now() + timedelta(days=60)):
        actions.record_outcomes(outcomes=[{"decision_id": i, "label": "repaid"} for i in ids[:2]], **record)
    with clock.at(clock.now() + timedelta(days=90)):
        actions.record_outcomes(outcomes=[{"decision_id": ids[0], "label": "defaulted"}], **record)
    actions.record_protected(attributes=[{"decision_id": i, "afam": "yes"} for i in ids], **record)

    from remit.serving import decision_store

    labels = {r["decision_id"]: r["label"] for r in decision_store.rows("mortgage-approval")}
    assert labels == {ids[0]: "defaulted", ids[1]: "repaid", ids[2]: None}
    assert "afam" not in decision_store.scan("mortgage-approval").columns
    apart = decision_store.rows("mortgage-approval", protected=True)
    assert {r["afam"] for r in apart} == {"yes"}
    stored = " ".join(str(f.read_bytes()) for f in paths.decisions().rglob("*.parquet"))
    assert "afam" not in stored
    assert StoreFile.objects.filter(kind="outcomes").count() == 2


@pytest.mark.parametrize(
    "row", [{"label": "x"}, {"decision_id": "nonsense", "label": "x"}, {"decision_id": "", "label": "x"}]
)
def test_an_outcome_needs_a_decision(bank, row):
    with pytest.raises(Invalid) as problem:
        actions.record_outcomes(acting_user=bank.people.operations, use_case=bank.use_case, outcomes=[row])
    assert "decision_id" in problem.value.fields
    with pytest.raises(Invalid, match="label"):
        actions.record_outcomes(
            acting_user=bank.people.operations,
            use_case=bank.use_case,
            outcomes=[{"decision_id": str(uuid7()), "label": ""}],
        )
    assert not paths.outcomes().exists()


def test_decision_files_are_sealed_once_and_tampering_is_named(bank, gateway):
    actions.deploy(acting_user=bank.people.operations, version=bank.licensed("1.0"))
    publish()
    ids = [gateway.decide(f"APP-{n}").decision_id for n in range(2)]

    sealed = actions.seal_decision_files(acting_user=WORKER)
    assert actions.seal_decision_files(acting_user=WORKER) == []
    assert [s.rows for s in sealed] == [1, 1]
    assert queries.sealed_file_of("decisions", UUID(ids[0])).first_id == UUID(ids[0])
    assert queries.altered_files() == []
    digests = {s.sha256 for s in sealed}
    entered = [json.loads(b)["after"]["sha256"] for b in _payloads("serving_storefile")]
    assert set(entered) == digests

    first, second = (paths.decisions() / s.path for s in sealed)
    pl.read_parquet(first).with_columns(score=pl.lit(0.0)).write_parquet(first)
    second.unlink()
    faults = queries.altered_files()
    assert len(faults) == 2
    assert any("was changed after it was sealed" in f for f in faults)
    assert any("cannot be read" in f for f in faults)


def _payloads(table):
    return Entry.objects.filter(table_name=table).values_list("payload__body", flat=True)


@pytest.mark.django_db(transaction=True)
def test_two_that_seal_at_once_seal_each_file_once(bank, gateway):
    actions.deploy(acting_user=bank.people.operations, version=bank.licensed("1.0"))
    publish()
    for n in range(6):
        gateway.decide(f"APP-{n}")
    together, failed, sealed = Barrier(3), [], []

    def seal():
        try:
            together.wait()
            sealed.extend(actions.seal_decision_files(acting_user=WORKER))
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=seal) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(sealed) == len({file.path for file in sealed}) == 6
