from types import SimpleNamespace

import pytest

from remit.people import actions


@pytest.fixture
def bank(db, settings):
    """A bank with an administrator, a tree of units and a few people without roles."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    phrase = "a long enough phrase"
    ann = actions.open_installation(
        organisation="Bank", email="ann@bank.example", name="Ann", password=phrase, acting_user="system:test"
    )
    people = {
        name.lower(): actions.invite(
            acting_user=ann, email=f"{name.lower()}@bank.example", name=name, password=phrase
        )
        for name in ("Bo", "Cy", "Di", "Ed")
    }
    retail = actions.create_unit(acting_user=ann, name="Retail", head=people["di"])
    loans = actions.create_unit(acting_user=ann, name="Loans", parent=retail)
    mortgages = actions.create_unit(acting_user=ann, name="Mortgages", parent=loans)
    cards = actions.create_unit(acting_user=ann, name="Cards", parent=retail)
    units = {"retail": retail, "loans": loans, "mortgages": mortgages, "cards": cards}
    return SimpleNamespace(ann=ann, **people, **units)
