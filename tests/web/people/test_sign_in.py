from django.test import Client

from remit.ledger.models import Event
from remit.people import queries

PASSWORD = "correct horse battery"


def test_signing_in_is_written_to_the_ledger_with_its_method(bank):
    answer = Client().post("/account/login/", {"login": "Daniel@Calder.example", "password": PASSWORD})
    assert answer.status_code == 302
    event = Event.objects.get(name="person.signed_in", subject_id=bank.daniel.pk)
    assert (event.actor, event.data) == (f"user:{bank.daniel.pk}", {"method": "password"})


def test_a_wrong_password_is_refused_without_saying_which_part_was_wrong(bank):
    answer = Client().post("/account/login/", {"login": "daniel@calder.example", "password": "not it at all"})
    assert answer.status_code == 200
    assert "rm-callout bad" in answer.text
    assert not Event.objects.filter(name="person.signed_in").exists()


def test_a_deactivated_person_stays_outside(bank):
    from remit.ledger.capture import action

    @action("test.deactivate")
    def deactivate(*, acting_user):
        bank.daniel.is_active = False
        bank.daniel.save(update_fields=["is_active"])

    deactivate(acting_user="system:test")
    client = Client()
    client.post("/account/login/", {"login": "daniel@calder.example", "password": PASSWORD})
    assert client.get("/models/").status_code == 302


def test_nobody_signs_up_by_themselves(bank):
    answer = Client().post(
        "/account/signup/", {"email": "eve@x.example", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert "closed" in answer.text.lower()
    assert not queries.directory().filter(email="eve@x.example").exists()


def test_signing_out_takes_a_post(bank, sign_in):
    client = sign_in(bank.daniel)
    client.get("/account/logout/")
    assert client.get("/account/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/account/").status_code == 302
