"""Causality, end to end: what happens reaches what must follow, through the jobs alone."""

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import mortgage_world
import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob

from remit.governance import actions as governance
from remit.governance.models import Finding, Remit
from remit.jobs import tasks, worker
from remit.jobs.models import Reaction
from remit.jobs.registry import _reactions, on
from remit.kernel import clock
from remit.ledger.capture import action, emit
from remit.ledger.models import Event
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries as processes
from remit.lifecycle.models import Task
from remit.people.models import Unit
from remit.serving.models import Bundle, Deployment


def scan_waiting() -> None:
    """Run what waits in the queue of scans, as its own lane of the worker does."""
    waiting = ProcrastinateJob.objects.filter(queue_name="scans", status="todo").order_by("pk")
    for pk, name, args in list(waiting.values_list("pk", "task_name", "args")):
        tasks.app.tasks[name](**args)
        with connection.cursor() as cursor:
            cursor.execute("delete from procrastinate_jobs where id = %s", [pk])


class World(mortgage_world.World):
    """The mortgage bank, with the worker's reactions in place of its own shortcuts."""

    def settle(self) -> None:
        while waiting := Event.objects.exclude(pk__in=Reaction.objects.values("event")).order_by("pk"):
            reacting = [e for e in waiting if e.pk not in self.seen]
            if not reacting:
                return
            for event in reacting:
                tasks.react(str(event.pk))
                self.seen.add(event.pk)
            scan_waiting()

    seen: set


@pytest.fixture
def world(db, remit_home: Path, settings) -> World:
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with clock.at(clock.recorded_now() - timedelta(days=90)):
        opened = mortgage_world.opened()
        found = World(opened.people, opened.unit)
        found.seen = set()
        yield found


def alarm(world, *, metric, column, value):
    """What a monitor would raise, as far as the reaction reads it."""
    return SimpleNamespace(
        monitor=SimpleNamespace(version=world.version),
        metric=metric,
        column=column,
        value=value,
        reference="ALM-0001",
        says=f"{metric} is {value}.",
        owner=world.people.daniel,
        window=SimpleNamespace(label="week 1"),
    )


def raised(world, monkeypatch, **what):
    found = alarm(world, **what)
    monkeypatch.setattr(tasks.reactions.monitored, "alarm", lambda _: found)
    tasks.reactions.stop(SimpleNamespace(subject_id=None, name="alarm.raised"))
    world.settle()


def test_an_assessed_tier_starts_the_process_and_a_confirmed_one_lets_it_go_on(world):
    world._filed()
    world.settle()
    assert processes.processes_of(world.use_case).count() == 1
    assessment = world.use_case.tier_assessments.get()
    governance.confirm_tier(acting_user=world.people.hannah, assessment=assessment)
    world.settle()
    assert [task.element_id for task in processes.open_tasks(world.use_case)] == ["submit"]


def test_a_registered_version_is_taken_up(world):
    world.until("registered")
    world.settle()
    process = processes.process_of(world.version)
    assert process.use_case == world.use_case
    assert processes.processes_of(world.use_case).count() == 1


def test_the_gate_the_remit_and_the_bundle_follow_by_themselves(world):
    world.until("accepted")
    assert [task.kind for task in processes.open_tasks(world.use_case)] == ["sign"]
    world._signed()
    remit = Remit.objects.get()
    assert (remit.state, remit.issued_by) == ("in_force", world.people.aisha)
    before = Bundle.objects.count()
    world._deployed()
    assert world.version.stage == "in_business"
    assert Bundle.objects.count() > before


def test_a_failing_gate_sends_the_evidence_back_with_a_finding(world, monkeypatch):
    poor = dict(mortgage_world.EVIDENCE)
    values, rows = poor["dev_test_report"]
    poor["dev_test_report"] = ({**values, "calibration_error": 0.2, "calibration_error_text": "0.200"}, rows)
    monkeypatch.setattr(mortgage_world, "EVIDENCE", poor)
    world.until("submitted")
    assert [task.element_id for task in processes.open_tasks(world.use_case)] == ["submit"]
    assert "RC-15" in set(Finding.objects.values_list("control", flat=True))


@pytest.mark.parametrize(
    ("broken", "remit", "mode"),
    [
        (("adverse_impact_ratio", "afam", 0.7), "in_force", "refer"),
        (("adverse_impact_ratio", "afam", 0.85), "in_force", "normal"),
        (("adverse_impact_ratio", "sex", 0.7), "in_force", "normal"),
        (("psi", "score", 0.4), "suspended", "normal"),
        (("auc", "", 0.4), "in_force", "normal"),
    ],
)
def test_a_stop_condition_acts_as_the_remit_says(world, monkeypatch, broken, remit, mode):
    metric, column, value = broken
    world.until("deployed")
    raised(world, monkeypatch, metric=metric, column=column, value=value)
    assert Remit.objects.get().state == remit
    assert Deployment.objects.get(ended_at=None).mode == mode
    finding = Finding.objects.get(control__startswith="monitor:")
    assert finding.owner == world.people.daniel


def test_a_suspension_is_published(world):
    world.until("deployed")
    before = Bundle.objects.latest("sequence").sequence
    governance.suspend_remit(acting_user=world.people.lucia, remit=world.remit, reason="A drill.")
    world.settle()
    assert Bundle.objects.latest("sequence").sequence > before


def test_retirement_revokes_and_archives(world):
    world.until("deployed")
    lifecycle.retire(acting_user=world.people.daniel, version=world.version, reason="Replaced.")
    world.settle()
    world.complete("confirm_retirement", world.people.hannah, "approve")
    assert Remit.objects.get().state == "revoked"
    assert not Deployment.objects.filter(ended_at=None).exists()
    assert [task.kind for task in processes.open_tasks(world.use_case)] == ["post_retirement_review"]
    archived = Task.objects.get(element_id="archive")
    assert archived.result["artifacts"] == 1


def test_time_ends_remits_and_clocks(world):
    world.until("deployed")
    lifecycle.retire(acting_user=world.people.daniel, version=world.version, reason="Replaced.")
    world.settle()
    with clock.at(clock.now() + timedelta(days=400)):
        tasks.clocks(0)
    assert Remit.objects.get().state == "expired"
    assert Event.objects.filter(name="task.late").count() == 1


@action("test.happen")
def happen(*, acting_user):
    return emit("test.happened", Unit.objects.create(name="Cards"))


def sql(statement):
    tasks.app.job_manager.connector.get_sync_connector().execute_query(statement)


@pytest.fixture
def reacting(transactional_db):
    """Whether the reaction to `test.happened` works, and how often it ran; no job but the test's own."""
    state = SimpleNamespace(works=True, runs=0)

    def note(event):
        state.runs += 1
        if not state.works:
            raise OSError("No space left on device")

    # Django's flush leaves the job tables alone: they are not its own
    sql("delete from procrastinate_jobs")
    on("test.happened")(note)
    yield state
    _reactions["test.happened"].remove(note)
    sql("delete from procrastinate_jobs")


def test_a_committed_event_is_run_by_a_real_worker(reacting):
    happen(acting_user="system:test")
    worker.drain()
    assert (reacting.runs, Reaction.objects.count()) == (1, 1)


def test_what_a_killed_worker_held_is_freed(reacting):
    happen(acting_user="system:test")
    sql("update procrastinate_jobs set status = 'doing'")
    # a drain here may free it by itself: on a slow machine the periodic `mend` is due within it
    assert tasks.again(lost=True) == 1
    worker.drain()
    assert reacting.runs == 1
    assert tasks.again(lost=True, failed=True) == 0


def test_what_a_living_worker_does_is_left_alone(reacting):
    happen(acting_user="system:test")
    sql(
        "with alive as (insert into procrastinate_workers default values returning id)"
        " update procrastinate_jobs set status = 'doing', worker_id = (select id from alive)"
    )
    assert tasks.again(lost=True, failed=True) == 0
    sql("update procrastinate_workers set last_heartbeat = now() - interval '31 seconds'")
    assert tasks.again(lost=True) == 1


def test_what_failed_for_good_is_tried_once_more_on_request(reacting):
    reacting.works = False
    happen(acting_user="system:test")
    sql("update procrastinate_jobs set attempts = 6")
    worker.drain()
    assert ProcrastinateJob.objects.get(task_name="remit.react").status == "failed"
    reacting.works = True
    assert tasks.again(lost=True) == 0
    assert tasks.again(failed=True) == 1
    worker.drain()
    assert Reaction.objects.count() == 1


def test_a_scan_waits_in_a_queue_of_its_own_and_the_gate_waits_for_it(world):
    world.until("registered")
    event = Event.objects.get(name="version.registered")
    scans = world.version.evidence.filter(kind="security_scan").count()
    tasks.reactions.scan(event)
    assert world.version.evidence.filter(kind="security_scan").count() == scans
    waiting = ProcrastinateJob.objects.filter(queue_name="scans", lock=f"scan {world.version.pk}")
    assert [job.task_name for job in waiting] == ["remit.scan"]
    asked = SimpleNamespace(
        service="evaluate_gate", version_id=world.version.pk, pk=event.pk, completed_at=None
    )
    assert tasks.reactions.scans.under_way(asked.version_id)
    tasks.reactions.scans.serve_after(asked.version_id, asked.pk)
    assert [job.task_name for job in waiting.order_by("pk")] == ["remit.scan", "remit.serve"]


def test_every_task_has_a_lane_and_reactions_share_theirs_with_nothing_slow():
    lanes = {queue: lane for lane in worker.LANES for queue in lane}
    queues = {task.queue for task in tasks.app.tasks.values() if task.name.startswith("remit.")}
    assert queues == set(lanes)
    assert not {"scans", "imports", "ledger"} & set(lanes["reactions"])
