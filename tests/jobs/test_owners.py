"""Who leaves is waited for no longer: their tasks go on to whoever is next."""

from datetime import timedelta

import pytest

from remit.inventory import actions as inventory
from remit.inventory import queries as registered
from remit.jobs import tasks
from remit.kernel import clock
from remit.ledger.models import Event
from remit.lifecycle import queries as processes
from remit.people import actions as people

pytestmark = pytest.mark.django_db


def react_to(name):
    tasks.react(str(Event.objects.filter(name=name).latest("occurred_at").pk))


def waiting(who):
    return [task.kind for task in processes.my_tasks(who)]


def test_the_tasks_of_a_leaver_go_back_to_the_queue(world):
    world.until("submitted")
    cast = world.people
    assert "validate" in waiting(cast.tomasz)
    second = people.invite(
        acting_user=cast.ines,
        email="nadia@calder.example",
        name="Nadia Second",
        password="correct horse battery",
        roles=("independent_validator",),
    )
    people.leave(acting_user=cast.ines, user=cast.tomasz)
    assert "validate" not in waiting(second)
    react_to("person.left")
    assert "validate" in waiting(second)


def test_the_tasks_of_an_owner_follow_the_use_case(world):
    world.until("reviewed")
    cast = world.people
    people.assign_role(acting_user=cast.ines, user=cast.wei, role="model_owner")
    people.leave(acting_user=cast.ines, user=cast.daniel)
    react_to("person.left")
    case = registered.use_case(world.use_case.key)
    inventory.appoint_owner(acting_user=cast.hannah, use_case=case, owner=cast.wei, reason="Knows it.")
    react_to("use_case.owner_appointed")
    assert world.task("accept").assignee == cast.wei
    world.complete("accept", cast.wei, "approve", "I answer for it from now on.")


def test_a_deputy_finds_and_answers_what_waits_for_who_is_away(world):
    world.until("reviewed")
    cast, now = world.people, clock.now()
    people.record_absence(
        acting_user=cast.daniel,
        user=cast.daniel,
        valid_from=now,
        valid_to=now + timedelta(days=3),
        deputy=cast.lucia,
    )
    assert "accept" in waiting(cast.lucia)
    world.complete("accept", cast.lucia, "approve", "For Daniel.")
