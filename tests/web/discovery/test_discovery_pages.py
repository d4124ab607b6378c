import re

import pytest

from remit.inventory import actions
from remit.inventory.models import Model, Sighting


@pytest.fixture
def seen(bank):
    def of(name, key="", source="mlflow", **details):
        return actions.sight(
            acting_user=f"system:{source}",
            source=source,
            external_key=key or name,
            name=name,
            details=details,
        )

    return of


@pytest.fixture
def churn(bank, make_intake):
    filed = actions.file_use_case(
        acting_user=bank.daniel, form=make_intake("Customer retention"), unit=bank.home
    )
    return actions.register_model(acting_user=bank.priya, use_case=filed, name="Churn forecast", kind="ml")


def test_an_empty_queue_says_what_fills_it(bank, sign_in):
    assert "Everything that was seen is known" in sign_in(bank.priya).get("/discovery/").text


def test_a_sighting_is_linked_with_one_click_to_the_model_it_is_like(bank, sign_in, seen, churn):
    seen("churn-forecast")
    client = sign_in(bank.hannah)
    page = client.get("/discovery/").text
    assert f'name="model" value="{churn.reference}"' in page
    address = re.search(r'action="(/discovery/[^"]+/link)"', page)[1]
    done = client.post(address, {"model": churn.reference}, follow=True).text
    assert f"churn-forecast is {churn.reference}, Churn forecast." in done
    assert Sighting.objects.get().state == "matched"
    assert "Churn forecast" in client.get("/discovery/?state=matched").text


def test_a_sighting_is_registered_with_its_form_filled_in(bank, sign_in, seen):
    one = seen("fraud_score")
    client = sign_in(bank.hannah)
    address = f"/discovery/{one.pk}/register"
    assert 'value="fraud_score"' in client.get(address).text
    wrong = client.post(address, {"name": "Fraud score", "kind": "ml", "owner": "no@calder.example"})
    assert wrong.status_code == 422
    given = {"name": "Fraud score", "kind": "ml", "unit": str(bank.home.pk), "owner": "daniel@calder.example"}
    assert "is registered as MDL-" in client.post(address, given, follow=True).text
    assert Model.objects.get().external_key == "fraud_score"


def test_several_are_dismissed_at_once_with_one_reason(bank, sign_in, seen):
    ids = [str(seen(f"load test {i}").pk) for i in range(3)]
    client = sign_in(bank.hannah)
    refused = client.post("/discovery/answer", {"sighting": ids, "dismiss": "1"})
    assert refused.status_code == 422
    assert "Say why it is no model." in refused.text
    client.post("/discovery/answer", {"sighting": ids, "dismiss": "1", "reason": "A load test."})
    assert set(Sighting.objects.values_list("state", "reason")) == {("dismissed", "A load test.")}
    again = client.post(f"/discovery/{ids[0]}/reopen", follow=True).text
    assert "waits for an answer again" in again


def test_several_are_linked_at_once_and_what_is_like_nothing_is_named(bank, sign_in, seen, churn):
    ids = [str(seen("churn_forecast").pk), str(seen("weather radar").pk)]
    answer = sign_in(bank.hannah).post("/discovery/answer", {"sighting": ids, "link": "1"})
    assert answer.status_code == 422
    assert "weather radar: No one model is most like it." in answer.text
    assert Sighting.objects.get(name="churn_forecast").model == churn


def test_nothing_chosen_and_nonsense_are_refused(bank, sign_in, seen):
    client = sign_in(bank.hannah)
    assert client.post("/discovery/answer", {"dismiss": "1"}).status_code == 422
    assert client.post("/discovery/answer", {"sighting": "x", "dismiss": "1"}).status_code == 422
    one = seen("fraud")
    answer = client.post(f"/discovery/{one.pk}/link", {"model": "MDL-9999"})
    assert "There is no model MDL-9999." in answer.text


def test_who_may_only_read_sees_no_way_to_answer(bank, sign_in, seen):
    one = seen("fraud")
    auditor = sign_in(bank.auditor)
    page = auditor.get("/discovery/").text
    assert "fraud" in page
    assert "<button" not in page.partition('class="rm-table')[2]
    assert auditor.post("/discovery/answer", {"sighting": str(one.pk), "reason": "x"}).status_code == 422
    assert Sighting.objects.get().state == "open"


def test_the_queue_takes_a_constant_number_of_reads(bank, sign_in, seen, django_assert_max_num_queries):
    for i in range(60):
        seen(f"model number {i}")
    client = sign_in(bank.hannah)
    client.get("/discovery/")
    with django_assert_max_num_queries(12):
        page = client.get("/discovery/").text
    assert "1 to 25 of 60" in page
