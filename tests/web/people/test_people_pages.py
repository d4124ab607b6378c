"""People, units, groups and emergencies in the browser."""

from datetime import timedelta

import pytest

from remit.inventory import actions as inventory
from remit.kernel import clock
from remit.people import actions, queries

WHY = "The model declines everybody since midnight."


@pytest.fixture
def filed(bank, make_intake):
    """A use case of Daniel's."""
    return inventory.file_use_case(
        acting_user=bank.daniel, form=make_intake("Mortgage approval"), unit=bank.home
    )


def test_the_directory_finds_pages_and_stays_within_a_few_reads(bank, sign_in, django_assert_max_num_queries):
    for n in range(60):
        actions.invite(
            acting_user=bank.ines,
            email=f"p{n}@x.example",
            name=f"Person {n:02}",
            password="long enough pw",
        )
    client = sign_in(bank.hannah)
    with django_assert_max_num_queries(12):
        first = client.get("/people/").text
    assert 'rel="next"' in first
    assert "Person 59" not in first
    assert "Person 59" in client.get("/people/?page=2").text
    found = client.get("/people/?q=person+59", headers={"hx-request": "true", "hx-target": "result"}).text
    assert "1 person" in found
    assert "<html" not in found
    assert "Nobody fits" in client.get("/people/?q=zzz").text


def test_an_administrator_gives_and_ends_a_role_on_the_persons_page(bank, sign_in):
    client = sign_in(bank.ines)
    here = f"/people/{bank.priya.pk}/"
    given = {"role": "finance", "unit": str(bank.home.pk), "until": "2099-01-01", "reason": "Year end"}
    page = client.post(f"{here}give-role", given, follow=True).text
    assert "Finance partner" in page
    assert "1 Jan 2099" in page or "2 Jan 2099" in page
    assignment = bank.priya.assignments.get(role="finance")
    assert assignment.unit == bank.home
    client.post(f"/people/roles/{assignment.pk}/end")
    assert "finance" not in queries.roles_of(bank.priya)
    assert "1 ended" in client.get(here).text


def test_what_segregation_refuses_comes_back_on_the_form(bank, sign_in):
    client = sign_in(bank.ines)
    answer = client.post(f"/people/{bank.auditor.pk}/give-role", {"role": "model_owner"})
    assert answer.status_code == 422
    assert "the third line assures the first two" in answer.text
    assert '<details class="pe-act" open>' in answer.text


def test_a_person_says_when_they_are_away_and_the_deputy_is_named_as_typed(bank, sign_in):
    client = sign_in(bank.daniel)
    today = clock.now().date()
    suggested = client.get("/people/suggest?deputy=hann").text
    typed = f"Hannah Lindqvist <{bank.hannah.email}>"
    assert typed.replace("<", "&lt;").replace(">", "&gt;") in suggested
    dates = {"first": today.isoformat(), "last": (today + timedelta(days=2)).isoformat()}
    nobody = client.post(f"/people/{bank.daniel.pk}/away", dates | {"deputy": "Nobody Known"})
    assert "Nobody here is called Nobody Known" in nobody.text
    page = client.post(f"/people/{bank.daniel.pk}/away", dates | {"deputy": typed}, follow=True).text
    assert "Hannah Lindqvist stands in and holds these roles meanwhile" in page
    assert "model_owner" in queries.roles_of(bank.hannah)
    absence = bank.daniel.absences.get()
    client.post(f"/people/absences/{absence.pk}/cancel")
    assert "model_owner" not in queries.roles_of(bank.hannah)


def test_who_leaves_is_out_and_what_they_own_waits_for_the_head(bank, sign_in, filed):
    actions.change_unit(
        acting_user=bank.ines, unit=bank.home, name="Home lending", parent=None, head=bank.hannah
    )
    daniel = sign_in(bank.daniel)
    admin = sign_in(bank.ines)
    refused = admin.post(f"/people/{bank.daniel.pk}/leave", {"reason": ""})
    assert refused.status_code == 422
    page = admin.post(f"/people/{bank.daniel.pk}/leave", {"reason": "Retired"}, follow=True).text
    assert "has left: roles, tokens and sessions have ended" in page
    assert daniel.get("/models/").status_code == 302
    head = sign_in(bank.hannah)
    tasks = head.get("/tasks/").text
    assert f"Name who answers for {filed.name}" in tasks
    assert "1 of your tasks is past its clock" in tasks
    assert "Daniel Okafor" in head.get(f"/people/units/{bank.home.pk}/").text
    actions.assign_role(acting_user=bank.ines, user=bank.priya, role="model_owner", unit=bank.home)
    where = f"/people/owners/{filed.key}/"
    wrong = head.post(where, {"owner": bank.auditor.email, "reason": "x"})
    assert "does not hold the role Model owner" in wrong.text
    answer = head.post(where, {"owner": bank.priya.email, "reason": "Knows it."}, follow=True).text
    assert f"Priya Raman answers for {filed.name} now" in answer
    assert "Nothing waits for you" in head.get("/tasks/").text


def test_units_are_made_moved_and_given_heads(bank, sign_in):
    client = sign_in(bank.ines)
    client.post("/people/units/", {"name": "Retail", "head": bank.daniel.email})
    retail = queries.units().get(name="Retail")
    client.post(f"/people/units/{bank.home.pk}/edit", {"name": "Home lending", "parent": str(retail.pk)})
    page = client.get("/people/units/").text
    assert "pe-depth d1" in page
    assert "That of the unit above" in page
    round_about = client.post(
        f"/people/units/{retail.pk}/edit", {"name": "Retail", "parent": str(bank.home.pk)}
    )
    assert "is Retail itself or under it" in round_about.text


def test_a_group_is_kept_on_its_page(bank, sign_in):
    client = sign_in(bank.ines)
    client.post("/people/groups/", {"name": "Committee"})
    group = queries.groups().get()
    here = f"/people/groups/{group.pk}/"
    client.post(f"{here}members", {"user": bank.priya.email})
    client.post(f"{here}roles", {"role": "approver"})
    page = client.get(here).text
    assert "Priya Raman" in page
    assert "Approver" in page
    assert "Group Committee" in client.get(f"/people/{bank.priya.pk}/").text
    clash = client.post(f"{here}members", {"user": bank.auditor.email})
    assert clash.status_code == 422
    assert "the third line" in clash.text
    client.post(f"/people/groups/roles/{group.roles.get().pk}/end")
    client.post(f"{here}members/{bank.priya.pk}/remove")
    assert "Nobody is in it" in client.get(here).text
    client.post(f"{here}rename", {"name": "Board"})
    assert "Board is removed" in client.post(f"{here}remove", follow=True).text


def test_an_emergency_stands_on_everybodys_pages_until_it_is_closed(bank, sign_in):
    daniel, hannah = sign_in(bank.daniel), sign_in(bank.hannah)
    short = daniel.post("/people/emergencies/", {"role": "ml_operations", "hours": 2, "reason": "now"})
    assert short.status_code == 422
    daniel.post("/people/emergencies/", {"role": "ml_operations", "hours": 2, "reason": WHY})
    found = queries.emergencies().get()
    for client in (daniel, hannah, sign_in(bank.auditor)):
        page = client.get("/models/").text
        assert "Emergency: Daniel Okafor acts as ModelOps engineer" in page
    here = f"/people/emergencies/{found.reference}/"
    assert daniel.post(f"{here}close").status_code == 302
    assert "Emergency: Daniel" not in hannah.get("/models/").text
    assert "Review the emergency of Daniel Okafor" in hannah.get("/tasks/").text
    assert "Review the emergency" not in daniel.get("/tasks/").text
    assert daniel.post(here, {"review": "I was right to do it."}).status_code == 403
    assert "Emergency opened" in hannah.get(here).text
    hannah.post(here, {"review": "Right: the branch was closed."})
    assert "Reviewed by Hannah Lindqvist" in hannah.get("/people/emergencies/").text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/people/{person}/edit"),
        ("post", "/people/{person}/give-role"),
        ("post", "/people/{person}/leave"),
        ("post", "/people/{person}/come-back"),
        ("post", "/people/units/"),
        ("get", "/people/units/{unit}/edit"),
        ("post", "/people/groups/"),
        ("post", "/people/emergencies/"),
    ],
)
def test_who_does_not_administer_changes_nothing(bank, sign_in, method, path):
    client = sign_in(bank.priya)
    given = {"name": "x", "role": "finance", "reason": WHY, "hours": 1}
    answer = getattr(client, method)(path.format(person=bank.daniel.pk, unit=bank.home.pk), given)
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["units/", "groups/", "emergencies/", "units/{home}/"])
def test_the_other_lists_stay_within_a_few_reads(
    bank, sign_in, file_many, django_assert_max_num_queries, path
):
    file_many(20)
    for n in range(12):
        head = actions.invite(
            acting_user=bank.ines,
            email=f"h{n}@x.example",
            name=f"Head {n:02}",
            password="long enough pw",
            unit=bank.home,
        )
        actions.create_unit(acting_user=bank.ines, name=f"Unit {n:02}", parent=bank.home, head=head)
        actions.create_group(acting_user=bank.ines, name=f"Group {n:02}")
    client = sign_in(bank.hannah)
    with django_assert_max_num_queries(14):
        assert client.get(f"/people/{path.format(home=bank.home.pk)}").status_code == 200
