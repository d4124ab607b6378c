"""How every model stands and stood, against a plain list of beliefs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.inventory import actions, standing
from remit.inventory.models import Model, Standing, UseCase
from remit.inventory.search import Search, rows
from remit.kernel import clock
from remit.ledger.capture import action

START = datetime(2040, 1, 1, tzinfo=UTC)  # after everybody was given their roles
DAY = timedelta(days=1)
# days since the last change, the new tier, how many days back it was so (None: it is news)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from(["T1", "T2", "T3", "T4", ""]),
        st.one_of(st.none(), st.integers(0, 12)),
    ),
    min_size=1,
    max_size=8,
)


@action("test.change")
def change(use_case, tier, since, *, acting_user):
    UseCase.objects.filter(pk=use_case.pk).update(tier=tier)
    standing.refresh([use_case.pk], since=since)


def filed(world, form_of, name):
    return actions.file_use_case(acting_user=world.people.daniel, form=form_of(name), unit=world.unit)


@pytest.fixture
def form_of():
    from remit.inventory.contract import Intake

    def form(name):
        return Intake(
            name=name,
            decision="Whether the limit of a card is raised.",
            purpose="card-limit",
            population="Holders of a card for a year or more.",
            value_hypothesis="More spending at the same loss.",
            planned_value_a_year="1000",
            alternative="A clerk decides by hand.",
        )

    return form


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_sequence_of_changes_and_corrections_answers_as_beliefs_do(world, form_of, steps):
    number = UseCase.objects.count()
    with clock.at(START):
        use_case = filed(world, form_of, f"Card limit {number}")
    # (known since, true since, tier): a later belief overrules the others from its day on
    beliefs = [(START, START, "")]
    now = START
    for wait, tier, back in steps:
        now += wait * DAY
        since = None if back is None else max(now - back * DAY, START)
        with clock.at(now):
            change(use_case, tier, since, acting_user="system:test")
        beliefs.append((now, since or now, tier))

    def oracle(at, known):
        held = [(since, tier) for told, since, tier in beliefs if told <= known]
        true = None
        for since, tier in held:  # each overrules all before it, from its day on
            true = [(s, t) for s, t in (true or []) if s < since] + [(since, tier)]
        return [tier for since, tier in true or [] if since <= at][-1:]

    for known in range((now - START).days + 1):
        for at in range(known + 1):
            instant, told = START + at * DAY, START + known * DAY
            found = rows(Search(), units=None, at=instant, known=told).filter(use_case=use_case)
            assert [row.tier for row in found] == oracle(instant, told), (at, known)
    open_rows = Standing.objects.filter(use_case=use_case, valid_to=None, known_to=None)
    assert [row.tier for row in open_rows] == [beliefs[-1][2]]
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("set constraints all deferred")


def test_which_version_was_in_business_on_a_day_and_who_answered_for_it(world, form_of):
    with clock.at(START):
        use_case = filed(world, form_of, "Card limit")
    with clock.at(START + DAY):
        actions.register_model(
            acting_user=world.people.priya, use_case=use_case, name="Scorecard", kind="statistical"
        )
    before, after = (
        rows(Search(), units=None, at=START + hours * timedelta(hours=1)).get() for hours in (12, 36)
    )
    assert (before.title, before.model, before.owner_name) == ("Card limit", None, "Daniel Okafor")
    assert (after.title, after.model.name) == ("Scorecard", "Scorecard")
    assert not rows(Search(), units=None, at=START - DAY).exists()


def test_a_change_that_changes_nothing_writes_nothing(world, form_of):
    use_case = filed(world, form_of, "Card limit")
    before = list(Standing.objects.values_list("pk", flat=True))
    standing.refresh([use_case.pk])
    standing.refresh([use_case.pk], since=clock.now() + DAY)
    assert list(Standing.objects.values_list("pk", flat=True)) == before


def test_a_clock_that_runs_behind_does_not_undo_what_was_known(world, form_of):
    with clock.at(START + DAY):
        use_case = filed(world, form_of, "Card limit")
    with clock.at(START):
        change(use_case, "T1", None, acting_user="system:test")
    assert [(r.tier, r.valid_from) for r in rows(Search(), units=None)] == [("T1", START + DAY)]
    assert not Standing.objects.filter(known_to__lt=START + DAY).exists()


@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_leave_one_standing(world, form_of):
    use_case = filed(world, form_of, "Card limit")
    together, failed = Barrier(4), []

    def register(number):
        try:
            together.wait()
            actions.register_model(
                acting_user=world.people.priya, use_case=use_case, name=f"Model {number}", kind="ml"
            )
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=register, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert sorted(row.title for row in rows(Search(), units=None)) == [f"Model {n}" for n in range(4)]
    assert Model.objects.count() == 4
