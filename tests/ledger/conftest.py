import pytest

from remit.ledger.capture import acting
from remit.people.models import Unit
from remit.proof.keys import KeyRing


@pytest.fixture
def ring(tmp_path):
    return KeyRing(tmp_path / "keys")


@pytest.fixture
def write():
    """Make a governed row in an action of its own."""

    def make(name, reason="because"):
        with acting("system:test", "unit.add", reason=reason):
            return Unit.objects.create(name=name)

    return make
