import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.evidence import actions, queries
from remit.evidence.actions.attestations import months_after
from remit.evidence.models import Attestation, Campaign
from remit.inventory import actions as inventory
from remit.inventory import queries as registered
from remit.kernel import clock, paths
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.models import Event
from remit.people import actions as people
from remit.proof import dsse
from remit.proof.keys import KeyRing

DAY = timedelta(days=1)
STATEMENT = "The record is complete and right, and the model is used within it."


@given(st.integers(0, 32_000), st.integers(1, 36))
def test_months_after_falls_in_that_month_on_the_day_or_its_last(days, months):
    instant = datetime(2000, 1, 1, 9, 30, tzinfo=UTC) + timedelta(days=days)
    later = months_after(instant, months)
    assert later.year * 12 + later.month == instant.year * 12 + instant.month + months
    assert later.day == instant.day or (later + timedelta(days=1)).day == 1
    assert later.time() == instant.time()


@pytest.fixture
def campaign(world):
    """A campaign over the one model of the bank, due in 30 days, every 6 months."""
    world.until("registered")
    return actions.open_campaign(
        acting_user=world.people.hannah,
        name="Half-year attestation",
        statement=STATEMENT,
        due_at=clock.now() + timedelta(days=30),
        population="?tier=T1&tier=T2&tier=T3",
        remind_days=(14, 3),
        every_months=6,
    )


def asked(campaign):
    return queries.attestations_of(campaign).get()


def read(attestation):
    return queries.digest(queries.record_now(attestation.use_case))


def sign(who, attestation):
    return actions.sign(acting_user=who, attestation=attestation, digest=read(attestation))


def test_a_campaign_asks_the_owner_with_a_snapshot(world, campaign):
    (waiting,) = queries.asked_of(world.people.daniel)
    assert (waiting.campaign, waiting.use_case.key, waiting.state) == (campaign, "mortgage-approval", "asked")
    assert waiting.asked_snapshot["purpose"] == "home-loan-origination"
    assert [model["name"] for model in waiting.asked_snapshot["models"]] == ["Mortgage scorecard"]
    assert queries.asked_of(world.people.wei) == []


def test_the_owner_signs_what_the_record_says_now(world, campaign):
    signed = sign(world.people.daniel, asked(campaign))
    payload, _ = dsse.verify(signed.envelope, KeyRing(paths.keys()).public_keys())
    said = json.loads(payload)
    assert said["record_sha256"] == signed.signed_digest == queries.digest(signed.signed_snapshot)
    assert (said["person"]["name"], said["statement"]) == ("Daniel Okafor", STATEMENT)
    assert queries.asked_of(world.people.daniel) == []
    with pytest.raises(Conflict, match="attested already"):
        sign(world.people.daniel, signed)


def test_nobody_signs_what_they_did_not_read_or_do_not_own(world, campaign):
    waiting = asked(campaign)
    before = read(waiting)
    with pytest.raises(Denied, match="Daniel Okafor attests it"):
        actions.sign(acting_user=world.people.hannah, attestation=waiting, digest=before)
    model = registered.model(world.model.reference)
    inventory.edit_model(acting_user=world.people.priya, model=model, changes={"description": "Another."})
    with pytest.raises(Conflict, match="changed while you read it"):
        actions.sign(acting_user=world.people.daniel, attestation=waiting, digest=before)


def test_what_changes_after_signing_shows_and_can_be_signed_again(world, campaign):
    signed = sign(world.people.daniel, asked(campaign))
    assert queries.changed_since(signed) == []
    model = registered.model(world.model.reference)
    inventory.edit_model(acting_user=world.people.priya, model=model, changes={"description": "Another."})
    ((path, was, now),) = queries.changed_since(asked(campaign))
    assert (path, now) == (f"models.{model.reference}.description", "Another.")
    assert was != now
    again = sign(world.people.daniel, signed)
    assert again.signed_digest != signed.signed_digest
    assert queries.changed_since(again) == []


def test_a_dispute_says_what_is_wrong_and_is_signed_once_mended(world, campaign):
    waiting, daniel = asked(campaign), world.people.daniel
    with pytest.raises(Invalid, match="what is wrong"):
        actions.dispute(acting_user=daniel, attestation=waiting, digest=read(waiting), comment="No.")
    actions.dispute(
        acting_user=daniel, attestation=waiting, digest=read(waiting), comment="The population is wrong."
    )
    (progress,) = queries.progress(campaign)
    assert (progress.unit, progress.asked, progress.disputed, progress.waiting) == ("Home lending", 1, 1, 0)
    assert sign(daniel, asked(campaign)).state == "attested"
    assert queries.campaign(campaign.reference).attested == 1


def test_a_deputy_signs_on_behalf_of_the_owner(world, campaign):
    daniel, marcus, now = world.people.daniel, world.people.marcus, clock.now()
    people.record_absence(
        acting_user=daniel, user=daniel, valid_from=now, valid_to=now + timedelta(days=9), deputy=marcus
    )
    assert len(queries.asked_of(marcus)) == 1
    signed = sign(marcus, asked(campaign))
    payload, _ = dsse.verify(signed.envelope, KeyRing(paths.keys()).public_keys())
    assert json.loads(payload)["on_behalf_of"] == "Daniel Okafor"


def test_owners_are_reminded_then_their_head_told_each_once(world, campaign, monkeypatch):
    unit = registered.use_case("mortgage-approval").unit
    people.change_unit(
        acting_user=world.people.ines, unit=unit, name=unit.name, parent=None, head=world.people.aisha
    )
    for days, what in ((15, []), (17, ["reminded"]), (18, ["reminded"]), (28, ["reminded"] * 2)):
        when = campaign.opens_at + timedelta(days=days)
        monkeypatch.setattr(clock, "now", lambda when=when: when)
        actions.pursue_campaigns(acting_user="system:worker")
        happened = Event.objects.filter(subject_id=campaign.pk).exclude(name="attestation.opened")
        assert [e.name.partition(".")[2] for e in happened.order_by("occurred_at")] == what
    assert queries.escalated_to(world.people.aisha) == []
    late = campaign.due_at + timedelta(hours=1)
    monkeypatch.setattr(clock, "now", lambda: late)
    actions.pursue_campaigns(acting_user="system:worker")
    actions.pursue_campaigns(acting_user="system:worker")
    assert Event.objects.filter(name="attestation.escalated").count() == 1
    assert [row.use_case.key for row in queries.escalated_to(world.people.aisha)] == ["mortgage-approval"]


def test_a_campaign_repeats_with_the_population_of_its_day(world, campaign, monkeypatch):
    later = months_after(campaign.opens_at, 6)
    monkeypatch.setattr(clock, "now", lambda: later)
    actions.pursue_campaigns(acting_user="system:worker")
    actions.pursue_campaigns(acting_user="system:worker")
    first, second = Campaign.objects.order_by("opens_at")
    assert first.closed_at == later
    assert (second.follows, second.every_months, second.name) == (first, 6, first.name)
    assert second.due_at - second.opens_at == first.due_at - first.opens_at
    assert Attestation.objects.filter(campaign=second).count() == 1
    with pytest.raises(Conflict, match="closed"):
        sign(world.people.daniel, asked(first))


def test_an_appointed_owner_inherits_what_is_asked(world, campaign):
    cast = world.people
    people.assign_role(acting_user=cast.ines, user=cast.wei, role="model_owner")
    people.leave(acting_user=cast.ines, user=cast.daniel)
    case = registered.use_case("mortgage-approval")
    inventory.appoint_owner(acting_user=cast.hannah, use_case=case, owner=cast.wei, reason="Knows it.")
    assert len(queries.asked_of(cast.wei)) == 1
    assert sign(cast.wei, asked(campaign)).owner == cast.wei


def test_a_campaign_that_asks_nobody_or_nothing_is_refused(world):
    with pytest.raises(Invalid) as refused:
        actions.open_campaign(
            acting_user=world.people.hannah,
            name=" ",
            statement="",
            due_at=clock.now(),
            remind_days=(0,),
            every_months=99,
        )
    assert set(refused.value.fields) == {
        "name", "statement", "due_at", "remind_days", "every_months", "population"
    }  # fmt: skip
    with pytest.raises(Denied):
        actions.open_campaign(
            acting_user=world.people.daniel,
            name="Mine",
            statement="x",
            due_at=clock.now() + timedelta(days=1),
        )
