import pytest

from remit.inventory import actions, queries
from remit.inventory.models import NOW, Standing
from remit.inventory.search import Search, rows
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.people import actions as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def left(world):
    """The bank after its mortgage owner has left; Marcus heads the unit above the mortgages."""
    world.until("filed")
    cast = world.people
    above = people.create_unit(acting_user=cast.ines, name="Retail", head=cast.marcus)
    people.change_unit(acting_user=cast.ines, unit=world.unit, name="Home lending", parent=above, head=None)
    people.assign_role(acting_user=cast.ines, user=cast.wei, role="model_owner", unit=world.unit)
    people.leave(acting_user=cast.ines, user=cast.daniel)
    return world


def test_a_use_case_without_an_active_owner_shows_to_the_head_above(left):
    left.use_case = queries.use_case(left.use_case.key)
    assert queries.to_appoint(left.people.marcus) == [left.use_case]
    assert queries.to_appoint(left.people.hannah) == []
    assert list(queries.ownerless()) == [left.use_case]


def test_without_any_head_it_shows_to_model_risk_governance(left):
    people.leave(acting_user=left.people.ines, user=left.people.marcus)
    assert len(queries.to_appoint(left.people.hannah)) == 1


def test_lists_can_be_filtered_by_it(left):
    from remit.jobs.reactions import show_owner
    from remit.ledger.models import Event

    show_owner(Event.objects.get(name="person.left"))
    found = rows(Search.of({"view": ["ownerless"]}), units=None)
    assert [row.use_case_id for row in found] == [left.use_case.pk]


def test_the_head_names_an_owner_and_lists_know_at_once(left):
    wei, marcus = left.people.wei, left.people.marcus
    case = queries.use_case(left.use_case.key)
    with pytest.raises(Denied, match="Marcus Bell does"):
        actions.appoint_owner(acting_user=left.people.lucia, use_case=case, owner=wei, reason="x")
    with pytest.raises(Invalid, match="does not hold the role Model owner"):
        actions.appoint_owner(acting_user=marcus, use_case=case, owner=left.people.priya, reason="x")
    actions.appoint_owner(acting_user=marcus, use_case=case, owner=wei, reason="Knows the data.")
    assert queries.to_appoint(marcus) == []
    standing = Standing.objects.get(NOW, use_case=case)
    assert (standing.owner, standing.owner_active) == (wei, True)
    with pytest.raises(Conflict, match="Wei Chen answers for"):
        actions.appoint_owner(acting_user=marcus, use_case=case, owner=wei, reason="Again.")
