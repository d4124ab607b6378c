import pytest
from django.db import IntegrityError, transaction

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import acting
from remit.people import actions, queries, rules
from remit.people.models import Installation, RoleAssignment, User

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


def test_a_role_in_a_unit_counts_there_only(administrator):
    cards, loans = (actions.create_unit(acting_user=administrator, name=name) for name in ("Cards", "Loans"))
    bo = actions.invite(acting_user=administrator, email="b@bank.example", name="Bo", password=PASSWORD)
    actions.assign_role(acting_user=administrator, user=bo, role="model_owner", unit=cards)
    queries.require(bo, "use_case.file", unit=cards)
    with pytest.raises(Denied):
        queries.require(bo, "use_case.file", unit=loans)
    assert (queries.holders("model_owner", unit=cards), queries.holders("model_owner", unit=loans)) == (
        [bo],
        [],
    )


def test_a_unit_and_a_role_are_given_once(administrator):
    actions.create_unit(acting_user=administrator, name="Cards")
    with pytest.raises(Invalid, match="already a unit"):
        actions.create_unit(acting_user=administrator, name="cards ")
    with pytest.raises(Conflict, match="already"):
        actions.assign_role(acting_user=administrator, user=administrator, role="administrator")


def test_the_database_itself_refuses_a_second(administrator):
    seconds = {
        "people_user_email_any_case": User(email="ANN@bank.example", name="Ann"),
        "people_installation_only": Installation(organisation="Other"),
        "people_role_once": RoleAssignment(user=administrator, role="administrator", valid_from=clock.now()),
    }
    for constraint, second in seconds.items():
        with (
            acting("system:test", "test.bypass"),
            pytest.raises(IntegrityError, match=constraint),
            transaction.atomic(),
        ):
            second.save()


def test_the_platform_may_and_a_bare_address_may_not():
    queries.require("system:worker", "remit.expire")
    with pytest.raises(Denied):
        queries.require("ann@bank.example", "remit.expire")
