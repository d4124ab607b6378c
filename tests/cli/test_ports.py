import socket

import pytest

from remit.cli import ports
from remit.kernel.problems import Conflict


@pytest.fixture
def taken():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        yield held.getsockname()[1]


def test_the_example_takes_a_free_port_where_the_usual_one_is_taken(taken, monkeypatch):
    monkeypatch.delenv("REMIT_TEST_PORT", raising=False)
    found = ports.choose_any(("REMIT_TEST_PORT", taken), None)
    assert found not in {0, taken}


def test_a_port_that_somebody_named_is_never_replaced(taken, monkeypatch):
    with pytest.raises(Conflict, match=str(taken)):
        ports.choose_any(("REMIT_TEST_PORT", 1), taken)
    monkeypatch.setenv("REMIT_TEST_PORT", str(taken))
    with pytest.raises(Conflict, match=str(taken)):
        ports.choose_any(("REMIT_TEST_PORT", 1), None)
