import pytest

from remit.ledger import actions as ledger

pytestmark = pytest.mark.django_db


def test_the_sidebar_says_how_the_ledger_stands(bank, client, remit_home):
    client.force_login(bank.ines)
    assert "Ledger not verified yet" in client.get("/figures").content.decode()
    ledger.sequence()
    assert ledger.verify() == []
    page = client.get("/figures").content.decode()
    assert "Ledger verified" in page
    assert "Nothing published to a gateway" in page
