import pytest
from django.urls import reverse

from remit.value import kpis

pytestmark = pytest.mark.django_db


def test_the_measures_show_every_kpi_and_say_where_there_is_no_data(client, remit_home):
    from remit.people import actions as people

    person = people.open_installation(
        organisation="Bank",
        email="a@bank.example",
        name="Ann",
        password="correct horse battery",
        acting_user="system:t",
    )
    client.force_login(person)
    answer = client.get(reverse("portfolio:measures"))
    page = answer.content.decode()
    assert answer.status_code == 200
    for kpi, _ in kpis.registered().values():
        assert kpi.name in page
    assert page.count("No data yet") == len(kpis.registered())
    assert "No randomised comparison yet" in page


def test_the_measures_are_for_people_who_are_signed_in(client):
    assert client.get(reverse("portfolio:measures")).status_code == 302
