import pytest

from remit.jobs import tasks
from remit.jobs.models import Reaction
from remit.jobs.registry import _reactions
from remit.ledger.capture import action, emit
from remit.people.models import Unit

pytestmark = pytest.mark.django_db


@action("test.happen")
def happen(*, acting_user):
    return emit("test.happened", Unit.objects.create(name="Cards"))


@pytest.fixture
def seen():
    calls = []

    def note(event):
        calls.append(event.name)

    _reactions["test.happened"].append(note)
    yield calls
    _reactions["test.happened"].remove(note)


def test_a_reaction_runs_once_however_often_its_job_does(seen):
    event = happen(acting_user="system:test")
    tasks.react(str(event.pk))
    tasks.react(str(event.pk))
    assert seen == ["test.happened"]
    assert Reaction.objects.filter(event=event, name="note").count() == 1


def test_a_reaction_that_fails_leaves_no_trace_and_runs_again():
    attempts = []

    def fragile(event):
        attempts.append(event.pk)
        if len(attempts) == 1:
            raise RuntimeError("once")

    _reactions["test.happened"].append(fragile)
    try:
        event = happen(acting_user="system:test")
        with pytest.raises(RuntimeError):
            tasks.react(str(event.pk))
        assert not Reaction.objects.filter(event=event).exists()
        tasks.react(str(event.pk))
        assert len(attempts) == 2
    finally:
        _reactions["test.happened"].remove(fragile)
