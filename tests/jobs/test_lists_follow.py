"""Lists follow what happens: remits, health, people and units are shown as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from remit.cli.inventory import rebuild_standing
from remit.cli.migrate import _fill_lists
from remit.governance import actions as governance
from remit.inventory.models import Standing, VersionNote
from remit.inventory.search import Search, counts, rows
from remit.jobs import reactions
from remit.jobs.registry import reactions_to
from remit.kernel import clock
from remit.ledger.models import Event
from remit.people import actions as people


def shown():
    return rows(Search(), units=None).get()


def react():
    """Run what answers the latest event, as the worker does."""
    event = Event.objects.latest("pk")
    for reaction in reactions_to(event.name):
        reaction(event)


@pytest.fixture
def running(world):
    return world.until("deployed")


def test_a_list_shows_the_remit_that_counts_at_every_step(running):
    remit, aisha = running.remit, running.people.aisha
    assert (shown().remit_number, shown().remit_state) == (remit.reference, "in_force")
    assert (shown().remit_from, shown().remit_until) == (remit.valid_from, remit.valid_until)
    governance.suspend_remit(acting_user=aisha, remit=remit, reason="Stop drill.")
    assert shown().remit_state == "suspended"
    assert counts(Search(), units=None).views["suspended"] == 1
    governance.reinstate_remit(acting_user=aisha, remit=remit, reason="Drill over.")
    assert shown().remit_state == "in_force"
    with clock.at(remit.valid_until + timedelta(minutes=1)):
        governance.expire_remits(acting_user="system:test")
        assert shown().remit_state == "expired"
        assert counts(Search(), units=None).views["without"] == 1
    before = remit.valid_until - timedelta(days=1)
    assert rows(Search(), units=None, at=before).get().remit_state == "in_force"


def test_a_person_and_a_unit_are_listed_under_their_present_names(running):
    ines, daniel = running.people.ines, running.people.daniel
    people.change_unit(acting_user=ines, unit=running.unit, name="Homes", parent=None, head=None)
    react()
    assert shown().unit_name == "Homes"
    renamed = {"name": "Dan Okafor", "title": daniel.title, "unit": None, "email": daniel.email}
    people.edit_person(acting_user=ines, user=daniel, **renamed)
    react()
    assert shown().owner_name == "Dan Okafor"
    assert "dan okafor" in shown().words
    people.leave(acting_user=ines, user=daniel, reason="Retires.")
    for event in Event.objects.filter(name="person.left"):
        for reaction in reactions_to(event.name):
            if reaction is reactions.show_owner:
                reaction(event)
    assert not shown().owner_active
    assert counts(Search(), units=None).views["ownerless"] == 1


def test_what_lists_read_can_be_written_anew(running):
    names = [
        f.name for f in Standing._meta.fields if f.name not in {"id", "valid_from", "known_from", "written"}
    ]
    before = rows(Search(), units=None).values(*names).get()
    Standing.objects.all().delete()
    VersionNote.objects.all().delete()
    _fill_lists()
    assert rows(Search(), units=None).values(*names).get() == before
    Standing.objects.update(written=2**60)  # as in a database restored elsewhere
    assert rebuild_standing() == 1
    assert not Standing.objects.filter(written__gte=2**60).exists()


def test_when_a_unit_moves_what_lies_beneath_it_is_shown_anew(running, monkeypatch):
    ines = running.people.ines
    above = people.create_unit(acting_user=ines, name="Retail")
    here = {"name": running.unit.name, "head": None}
    people.change_unit(acting_user=ines, unit=running.unit, parent=above, **here)
    people.change_unit(acting_user=ines, unit=above, name="Retail banking", parent=None, head=None)
    shown_anew = []
    monkeypatch.setattr(reactions.standing, "refresh", shown_anew.extend)
    reactions.show_unit(Event.objects.filter(name="unit.changed", subject_id=above.pk).latest("pk"))
    assert shown_anew == [running.use_case.pk]
