"""What the palette finds, and for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from remit.governance import actions as governance
from remit.inventory import actions
from remit.kernel import clock
from remit.people import actions as people


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("mortgage score", "/models/MDL-0001/"),
        ("rm-00", "/models/MDL-0001/?remit=RM-0001"),
        ("EV-000", "/models/MDL-0001/evidence/"),
        ("adverse impact", "/models/MDL-0001/issues/"),
        ("hannah", "/people/"),
        ("acme", "/vendors/"),
        ("deploy", "/tasks/TSK-"),
        ("audit led", "/audit/"),
        ("custom f", "/settings/"),
    ],
)
def test_it_finds_what_there_is(mortgage, sign_in, text, href):
    mortgage.until("signed")
    who = mortgage.people
    actions.add_vendor(acting_user=who.hannah, name="Acme Scores")
    governance.open_finding(
        acting_user=who.hannah,
        version=mortgage.version,
        control="RC-16",
        title="Adverse impact near its limit",
        detail="0.86 where 0.8 is the least.",
        severity="high",
        owner=who.daniel,
        due_at=clock.now() + timedelta(days=10),
    )
    found = sign_in(who.hannah if text != "deploy" else who.lucia).get("/find", {"q": text}).text
    assert f'href="{href}' in found


def test_nothing_of_a_model_is_found_by_who_may_not_see_it(mortgage, sign_in):
    mortgage.until("signed")
    ines = mortgage.people.ines
    cards = people.create_unit(acting_user=ines, name="Cards")
    stranger = people.invite(
        acting_user=ines,
        email="stranger@calder.example",
        name="Carl Stranger",
        password="correct horse battery",
        roles=("model_developer",),
        unit=cards,
    )
    client = sign_in(stranger)
    for text in ("mortgage", "RM-0001", "EV-0001", "validat"):
        assert "MDL-0001" not in client.get("/find", {"q": text}).text
    assert client.get("/models/MDL-0001/").status_code == 404
    assert "Mortgage" not in client.get("/models/").text
