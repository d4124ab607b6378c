from remit.people import queries

GIVEN = {
    "name": "Marcus Bell",
    "title": "Fair lending officer",
    "email": "marcus@calder.example",
    "roles": ["compliance_legal"],
    "password": "correct horse battery",
}


def test_an_administrator_invites_a_person_with_a_duty(bank, sign_in):
    answer = sign_in(bank.ines).post("/people/invite", GIVEN | {"unit": str(bank.home.pk)}, follow=True)
    assert "Marcus Bell can sign in as marcus@calder.example." in answer.text
    marcus = queries.user_by_email("marcus@calder.example")
    assert queries.roles_of(marcus, unit=bank.home) == {"compliance_legal"}


def test_a_taken_address_is_refused_on_its_field(bank, sign_in):
    answer = sign_in(bank.ines).post("/people/invite", GIVEN | {"email": "daniel@calder.example"})
    assert answer.status_code == 422
    assert "Somebody has this e-mail address already." in answer.text


def test_a_unit_is_added_beside_the_invitation(bank, sign_in):
    client = sign_in(bank.ines)
    client.post("/people/invite", {"add-unit": "1", "unit-name": "Cards"})
    assert "Cards" in client.get("/people/invite").text
    again = client.post("/people/invite", {"add-unit": "1", "unit-name": "cards"})
    assert "There is already a unit named cards." in again.text


def test_the_list_names_each_persons_duties_in_a_constant_number_of_reads(
    bank, sign_in, django_assert_max_num_queries
):
    client = sign_in(bank.daniel)
    with django_assert_max_num_queries(14):
        page = client.get("/people/").text
    assert "Hannah Lindqvist" in page
    assert "Model risk governance" in page
    assert "people/invite" not in page
