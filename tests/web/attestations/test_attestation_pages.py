"""Attestation campaigns in the browser: opened, followed, signed, disputed, closed."""

from datetime import timedelta

import pytest

from remit.evidence import queries
from remit.inventory import actions as inventory
from remit.inventory import queries as registered
from remit.kernel import clock


@pytest.fixture
def filed(bank, make_intake):
    """A use case of Daniel's."""
    return inventory.file_use_case(
        acting_user=bank.daniel, form=make_intake("Mortgage approval"), unit=bank.home
    )


@pytest.fixture
def opened(bank, filed, sign_in):
    """A campaign over everything, opened by Hannah in the browser, and the address of Daniel's answer."""
    given = {
        "name": "Yearly attestation",
        "statement": "I answer for this model.",
        "population": "http://localhost/models/?unit=Home+lending",
        "due": (clock.now() + timedelta(days=30)).date().isoformat(),
        "remind_days": "14, 3",
        "every_months": "12",
    }
    answer = sign_in(bank.hannah).post("/attestations/new", given, follow=True)
    assert "Yearly attestation is open" in answer.text
    campaign = queries.campaigns().get()
    attestation = queries.attestations_of(campaign).get()
    return campaign, f"/attestations/{campaign.reference}/{attestation.pk}/"


def shown_digest(page):
    return page.partition('name="digest" value="')[2][:64]


def test_the_owner_reads_signs_and_sees_what_changed_since(bank, sign_in, opened, filed):
    _, here = opened
    daniel = sign_in(bank.daniel)
    assert "Attest Mortgage approval" in daniel.get("/tasks/").text
    page = daniel.get(here).text
    assert "Applicants for a first mortgage." in page
    answer = daniel.post(here, {"digest": shown_digest(page), "answer": "sign", "comment": ""}, follow=True)
    assert "Mortgage approval is attested" in answer.text
    assert "1 of 1" in answer.text
    signed = daniel.get(here).text
    assert "it has not changed since" in signed
    assert 'value="sign"' not in signed
    case = registered.use_case(filed.key)
    inventory.edit_use_case(
        acting_user=bank.daniel, use_case=case, changes={"population": "Everybody who asks."}
    )
    changed = daniel.get(here).text
    assert "Changed since." in changed
    assert "Everybody who asks." in changed
    assert 'value="sign"' in changed


def test_a_dispute_needs_words_and_shows_to_governance(bank, sign_in, opened):
    _, here = opened
    daniel = sign_in(bank.daniel)
    digest = shown_digest(daniel.get(here).text)
    empty = daniel.post(here, {"digest": digest, "answer": "dispute", "comment": ""})
    assert empty.status_code == 422
    assert "Say what is wrong in the record" in empty.text
    daniel.post(here, {"digest": digest, "answer": "dispute", "comment": "The population is wider."})
    page = sign_in(bank.hannah).get(here).text
    assert "disputes this record" in page
    assert "The population is wider." in page


def test_nobody_else_signs_and_only_governance_opens_and_closes(bank, sign_in, opened):
    campaign, here = opened
    priya = sign_in(bank.priya)
    page = priya.get(here).text
    assert 'value="sign"' not in page
    digest = queries.digest(queries.record_now(queries.attestations_of(campaign).get().use_case))
    refused = priya.post(here, {"digest": digest, "answer": "sign"})
    assert refused.status_code == 422
    assert "Daniel Okafor attests it" in refused.text
    assert priya.get("/attestations/new").status_code == 403
    assert priya.post(f"/attestations/{campaign.reference}/close").status_code == 403
    sign_in(bank.hannah).post(f"/attestations/{campaign.reference}/close")
    closed = sign_in(bank.daniel).post(here, {"digest": digest, "answer": "sign"})
    assert "is closed since" in closed.text


def test_the_lists_stay_within_a_few_reads(bank, sign_in, opened, file_many, django_assert_max_num_queries):
    campaign, _ = opened
    file_many(30)
    given = {
        "name": "Second",
        "statement": "I answer.",
        "due": (clock.now() + timedelta(days=30)).date().isoformat(),
    }
    sign_in(bank.hannah).post("/attestations/new", given)
    second = queries.campaigns().exclude(pk=campaign.pk).get()
    assert second.asked == 31
    client = sign_in(bank.daniel)
    for path in ("/attestations/", f"/attestations/{second.reference}/"):
        with django_assert_max_num_queries(12):
            assert client.get(path).status_code == 200


def test_a_campaign_without_models_is_refused_on_its_field(bank, sign_in):
    given = {"name": "x", "statement": "y", "population": "tier=T1", "due": "2099-01-01"}
    answer = sign_in(bank.hannah).post("/attestations/new", given | {"remind_days": "soon"})
    assert answer.status_code == 422
    assert "Whole days parted by commas" in answer.text
    answer = sign_in(bank.hannah).post("/attestations/new", given | {"remind_days": "3"})
    assert "No model fits this filter." in answer.text
    assert "No campaign yet" in sign_in(bank.hannah).get("/attestations/").text
