"""Finding and counting models: the count of a process's memory is what the database would find."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, transaction
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.inventory import standing
from remit.inventory.contract import Intake
from remit.inventory.models import KINDS, STAGES, Model, Standing, UseCase
from remit.inventory.search import FACETS, NONE, VIEWS, Search, counting, counts, page, rows, seen_by, total
from remit.kernel import clock
from remit.kernel.problems import Invalid
from remit.ledger.capture import acting
from remit.people import actions as people

VALUES = {
    "tiers": ["T1", "T2", NONE],
    "stages": [stage for stage, _ in STAGES][:4],
    "units": ["Home lending", "Cards"],
    "kinds": ["ml", "llm"],
    "built_in": ["MLflow", NONE],
    "regulations": ["Regulation B", NONE],
    "tags": ["bureau", "pilot", NONE],
    "health": [NONE, "watch"],
    "remit": [NONE, "in_force"],
    "missing": ["description", "decision", NONE],
    "owners": ["no-such-owner"],
    "all_tags": ["bureau", "pilot"],
}
SEARCHES = st.builds(
    Search,
    text=st.sampled_from(["", "", "card", "mo", "model 00", "okafor bureau", "100%", "_"]),
    view=st.sampled_from(["", "", *VIEWS]),
    **{name: st.lists(st.sampled_from(of), max_size=2).map(tuple) for name, of in VALUES.items()},
)


def intake(name):
    return Intake(
        name=name,
        decision="Whether the limit of a card is raised.",
        purpose="card-limit",
        population="Holders of a card for a year or more.",
        value_hypothesis="More spending at the same loss.",
        planned_value_a_year="1000",
        alternative="A clerk decides by hand.",
    )


def fill(world, n=40, start=0):
    """Write use cases and models that differ in everything a facet asks for."""
    cards = next((u for u in world.units if u.name == "Cards"), None)
    with acting("system:test", "test.fill"):
        for i in range(start, start + n):
            case = UseCase.objects.create(
                reference=f"UC-{i:04d}",
                key=f"case-{i}",
                name=f"{'Card' if i % 3 else 'Mortgage'} case {i:04d}",
                decision="Yes or no." if i % 4 else "",
                owner=world.people.daniel,
                unit=cards if i % 3 else world.unit,
                regulations=["Regulation B", "SR 11-7"][: i % 3],
                tier=["T1", "T2", "T3", ""][i % 4],
                kind="ml",
                filed_at=clock.now(),
            )
            if i % 5:
                Model.objects.create(
                    reference=f"MDL-{i:04d}",
                    use_case=case,
                    name=f"Model {i:04d}",
                    kind=KINDS[i % len(KINDS)][0],
                    built_in=["MLflow", "SAS", ""][i % 3],
                    tags=["bureau", "pilot"][: i % 3],
                    registered_at=clock.now(),
                )
        standing.refresh(UseCase.objects.values_list("pk", flat=True))


@pytest.fixture
def many(world):
    ines = world.people.ines
    world.units = [world.unit, people.create_unit(acting_user=ines, name="Cards")]
    fill(world)
    return world


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(search=SEARCHES, one_unit=st.booleans(), wide=st.booleans())
def test_every_count_is_what_would_be_found(many, search, one_unit, wide):
    units = frozenset([many.unit.pk]) if one_unit else None
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(counting, "_WIDE", 1 if wide else 400)  # columns of many values count otherwise
        counted = counts(search, units=units)

    def found(other):
        return rows(other, units=units).count()

    assert counted.total == found(Search())
    assert counted.found == found(search) == total(search, units=units)
    assert counted.few is not None
    assert set(counted.few) == set(rows(search, units=units).values_list("subject_id", flat=True))
    assert counted.views == {view: found(Search(view=view)) for view in VIEWS}
    for facet in FACETS:
        for option in counted.facets[facet.key]:
            assert option.n == found(replace(search, **{facet.field: (option.value,)})), option
            assert option.chosen == (option.value in getattr(search, facet.field))
        offered = {option.value for option in counted.facets[facet.key]}
        assert set(getattr(search, facet.field)) <= offered


@given(search=SEARCHES)
def test_a_search_reads_the_query_it_writes(search):
    read = Search.of(dict(QueryDict(search.query()).lists()))
    several = (*(facet.field for facet in FACETS), "all_tags")
    assert read == replace(search, **{name: tuple(dict.fromkeys(getattr(search, name))) for name in several})
    assert read.query() == Search.of(dict(QueryDict(read.query()).lists())).query()
    assert search.narrow == bool(search.query())


@pytest.mark.parametrize(
    ("text", "n"),
    [
        ("card 0001", 1),  # every word, in whatever it is written
        ("0001 card", 1),
        ("CARD", 26),
        ("00", 40),  # short: where a word begins with it
        ("01", 0),
        ("okafor", 40),
        ("uc-0003", 1),
        ("100%", 0),
        ("%", 0),
        ("\0", 40),
    ],
)
def test_text(many, text, n):
    search = Search.of({"q": [text]})
    assert rows(search, units=None).count() == counts(search, units=None).found == n


def test_pages_follow_each_other_and_lose_nothing(many):
    seen, after = [], ""
    while True:
        part = page(rows(Search(), units=None), after=after, size=7)
        seen += part.rows
        after = part.after
        if not after:
            break
    assert seen == list(rows(Search(), units=None))
    assert len(seen) == 40


@pytest.mark.parametrize("cursor", ["x", "W10", "bm8", "WzEsMiwzXQ", "é"])
def test_a_cursor_of_ones_own_making_is_refused(many, cursor):
    with pytest.raises(Invalid) as refused:
        page(rows(Search(), units=None), after=cursor)
    assert "after" in refused.value.fields


def test_a_person_sees_what_their_roles_reach(many):
    found = seen_by(many.people.daniel)
    assert found["units"] is None
    case = UseCase.objects.filter(unit__name="Cards").first()
    assert rows(Search(), units=frozenset(), subjects=frozenset([case.pk])).get().use_case == case
    assert counts(Search(), units=frozenset(), subjects=frozenset([case.pk])).total == 1
    assert counts(Search(), units=frozenset()).total == 0


@pytest.mark.django_db(transaction=True)
def test_the_memory_of_a_process_keeps_up_with_writers(many):

    def compare(at=None):
        counted = counts(Search(), units=None, at=at)
        assert counted.found == rows(Search(), units=None, at=at).count()
        for facet in FACETS:
            for option in counted.facets[facet.key]:
                search = Search(**{facet.field: (option.value,)})
                assert option.n == rows(search, units=None, at=at).count()
        return counted

    before = clock.now()
    assert compare().found == 40

    def refile():
        fill(many, 10, start=100)
        with acting("system:test", "test.change"):
            UseCase.objects.filter(tier="T1").update(tier="T4")
            standing.refresh(UseCase.objects.values_list("pk", flat=True))
        connection.close()

    writer = Thread(target=refile)
    # a transaction that began before is not seen before it ends, and is not missed after
    with transaction.atomic(), acting("system:test", "test.slow"):
        UseCase.objects.filter(key="case-1").update(tier="T3")
        standing.refresh([UseCase.objects.get(key="case-1").pk])
        other = Thread(target=lambda: (compare(), connection.close()))
        other.start()
        other.join()
    compare()
    writer.start()
    writer.join()
    assert compare().found == 50
    assert "T1" not in {option.value for option in compare().facets["tier"]}
    assert compare(at=before).found == 40
    UseCase.objects.get(key="case-2")
    with acting("system:test", "test.correct"):
        UseCase.objects.filter(key="case-2").update(tier="T1")
        standing.refresh([UseCase.objects.get(key="case-2").pk], since=before - timedelta(days=1))
    assert compare(at=before).found == 40
    assert Standing.objects.filter(known_to__isnull=False).exists()
