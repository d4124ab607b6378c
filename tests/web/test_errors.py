import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_stranger_is_asked_to_sign_in_before_anything_is_said(bank):
    answer = Client().get("/models/")
    assert answer.status_code == 302
    assert answer["Location"] == "/account/login/?next=/models/"


def test_a_partial_for_a_stranger_reloads_the_page_instead_of_showing_sign_in_inside_it(bank):
    answer = Client().get("/models/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/account/login/")


def test_an_unknown_address_is_a_page_in_words(bank, sign_in):
    answer = sign_in(bank.daniel).get("/no-such-page")
    assert answer.status_code == 404
    assert "There is nothing under this address" in answer.text
    assert 'class="rm-side"' in answer.text


def test_a_problem_becomes_its_page_with_its_remedy(bank, sign_in):
    answer = sign_in(bank.priya).get("/people/invite")
    assert answer.status_code == 403
    assert "Priya Raman may not do this (people.invite)." in answer.text
    assert "It takes the role Administrator." in answer.text


def test_a_problem_reaches_htmx_as_a_sentence(bank, sign_in):
    answer = sign_in(bank.priya).get("/people/invite", headers={"HX-Request": "true"})
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.text.startswith("Priya Raman may not do this")


def test_a_form_from_elsewhere_is_refused_in_words(bank):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/account/login/", {"login": "a@b.example", "password": "x"})
    assert answer.status_code == 403
    assert "This form is no longer valid" in answer.text


def test_a_fault_is_a_page_without_the_database(bank, sign_in, monkeypatch):
    from remit.inventory import search

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken on purpose")

    client = sign_in(bank.daniel)
    client.raise_request_exception = False
    monkeypatch.setattr(search, "counts", fail)
    answer = client.get("/models/")
    assert answer.status_code == 500
    assert "Nothing was half done" in answer.text
    assert "broken on purpose" not in answer.text


def test_every_page_forbids_what_it_does_not_serve_itself(bank, sign_in):
    policy = sign_in(bank.daniel).get("/models/")["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
