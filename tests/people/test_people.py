import pytest

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.people import actions, queries, rules
from remit.people.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough phrase"


@pytest.fixture
def administrator():
    return actions.open_installation(
        organisation="Bank",
        email="Ann@bank.example",
        name="Ann",
        password=PASSWORD,
        acting_user="system:test",
    )


def test_an_installation_opens_once(administrator):
    assert administrator.email == "ann@bank.example"
    assert queries.roles_of(administrator) == {"administrator"}
    with pytest.raises(Conflict):
        actions.open_installation(
            organisation="Other",
            email="b@bank.example",
            name="Bo",
            password=PASSWORD,
            acting_user="system:test",
        )


def test_a_person_who_cannot_be_added_leaves_nothing(administrator):
    with pytest.raises(Invalid) as refused:
        actions.invite(acting_user=administrator, email="nonsense", name="", password="short")
    assert set(refused.value.fields) == {"email", "name", "password"}
    with pytest.raises(Invalid, match="no role"):
        actions.invite(
            acting_user=administrator, email="b@bank.example", name="Bo", password=PASSWORD, roles=("king",)
        )
    assert User.objects.count() == 1


def test_roles_end_and_are_remembered(administrator):
    bo = actions.invite(
        acting_user=administrator, email="b@bank.example", name="Bo", password=PASSWORD, roles=("approver",)
    )
    before = clock.now()
    assert queries.may(bo, "remit.issue")
    actions.end_role(acting_user=administrator, assignment=bo.assignments.get(), reason="Left the team")
    assert not queries.may(bo, "remit.issue")
    assert queries.roles_of(bo, at=before) == {"approver"}


def test_only_administrators_invite_and_the_refusal_names_them(administrator):
    bo = actions.invite(acting_user=administrator, email="b@bank.example", name="Bo", password=PASSWORD)
    with pytest.raises(Denied, match="Administrator"):
        actions.invite(acting_user=bo, email="c@bank.example", name="Cy", password=PASSWORD)
    administrator.is_active = False
    assert not queries.may(administrator, "people.invite")


def test_what_is_not_named_is_denied_to_everybody():
    everything = set(rules.roles())
    assert not rules.allowed(everything, "world.rule")
    assert rules.who_may("world.rule") == "nobody"
    for permission, holders in rules.permissions().items():
        assert holders <= everything, permission
    assert not rules.allowed({"administrator"}, "remit.issue")
    assert not rules.allowed({"internal_audit"}, "remit.revoke")
