"""Duplicates are found before they are filed."""

import pytest

from remit.inventory import queries
from remit.inventory.models import UseCase


@pytest.fixture
def bank(world):
    return world.until("registered")


@pytest.mark.parametrize(
    ("name", "decision", "columns", "reasons"),
    [
        ("Mortgage approvals", "", (), ["The name is alike"]),
        (
            "Home loans",
            "Whether an applicant is offered the mortgage they asked for",
            (),
            ["It decides the like"],
        ),
        ("Something else", "", ("pirat", "lvrat", "score", "dti"), ["3 of 5 columns are the same"]),
        ("Something else", "", ("pirat", "a", "b", "c", "d"), None),
        ("Fraud alerts", "Whether a payment is held back.", (), None),
        ("", "", (), None),
    ],
)
def test_what_is_alike_is_found_with_its_reason(bank, name, decision, columns, reasons):
    found = queries.similar(name, decision, columns)
    assert [list(alike.reasons) for alike in found] == ([] if reasons is None else [reasons])
    for alike in found:
        assert alike.use_case == bank.use_case
        assert 0.4 <= alike.score <= 1


def test_only_where_one_may_look(bank):
    assert queries.similar("Mortgage approval", among=UseCase.objects.none()) == []
    (alike,) = queries.similar("Mortgage approval", among=UseCase.objects.all())
    assert alike.score == 1
