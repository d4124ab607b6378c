import pytest
from django.test import Client

from remit.ledger.models import Event
from remit.people import queries

GIVEN = {
    "organisation": "Calder Bank",
    "name": "Ines Carvalho",
    "title": "Chief Data Officer",
    "email": "ines@calder.example",
    "password": "correct horse battery",
}


@pytest.mark.django_db
def test_an_empty_installation_sends_everybody_to_set_up():
    assert Client().get("/portfolio/")["Location"] == "/welcome"


@pytest.mark.django_db
def test_without_the_servers_code_nobody_can_claim_it():
    answer = Client().post("/welcome", GIVEN | {"code": "AAAA-AAAA-AAAA-AAAA"})
    assert answer.status_code == 422
    assert "This is not the code in the server&#x27;s log." in answer.text
    assert queries.installation() is None


@pytest.mark.django_db
def test_a_weak_password_is_refused_on_its_field_and_nothing_is_made():
    answer = Client().post("/welcome", GIVEN | {"code": queries.setup_code(), "password": "short"})
    assert answer.status_code == 422
    assert "This password is too short" in answer.text
    assert queries.installation() is None


@pytest.mark.django_db
def test_the_first_administrator_is_signed_in_recorded_and_the_door_closes():
    client = Client()
    code = queries.setup_code()
    answer = client.post("/welcome", GIVEN | {"code": code.lower()}, follow=True)
    assert "Install and sign in" in answer.text
    assert queries.roles_of(queries.user_by_email("ines@calder.example")) == {"administrator"}
    assert Event.objects.filter(name="person.signed_in", data__method="set-up").exists()
    assert queries.setup_code() is None
    again = Client().post("/welcome", GIVEN | {"code": code, "email": "eve@calder.example"})
    assert again["Location"].startswith("/account/login/")


def test_the_steps_say_what_is_recorded(bank, sign_in, file_many):
    client = sign_in(bank.daniel)
    assert client.get("/")["Location"] == "/welcome"
    before = client.get("/welcome").text
    assert "Nobody is independent validator, approver yet." in before
    assert before.count('<li class="done">') == 1
    file_many(1)
    assert client.get("/welcome").text.count('<li class="done">') == 2
    assert client.get("/")["Location"] == "/portfolio/"
