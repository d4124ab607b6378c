"""Saved views, columns, pins, a day that is past, and changes of many models at once."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.inventory import actions, queries
from remit.inventory.search import Search
from remit.kernel import clock
from remit.people import actions as people


def names(text: str) -> list[str]:
    return re.findall(r'<th scope="row" class="name"><a href="[^"]+" title="([^,"]+),', text)


def option(text: str, facet: str, value: str) -> str:
    """The option of a facet as the page shows it."""
    found = re.search(rf'<label><input[^>]*name="{facet}" value="{value}".*?</label>', text, re.DOTALL)
    return re.sub(r"<[^>]+>", " ", found.group(0)) if found else ""


@pytest.fixture
def daniel(bank, sign_in, file_many):
    file_many(4)
    return sign_in(bank.daniel)


def test_facets_count_under_the_other_facets(daniel):
    page = daniel.get("/models/?kind=ml&built=MLflow").text
    assert option(page, "built", "MLflow").split() == ["MLflow", "2"]
    assert option(page, "built", "none").split() == ["Not", "said", "2"]
    assert "Intake" not in option(page, "stage", "intake")
    part = daniel.get("/models/?built=MLflow", headers={"HX-Request": "true"}).text
    assert 'id="facet-stage" hx-swap-oob="true"' in part
    assert option(part, "stage", "development").split() == ["Development", "2"]


def test_a_facet_is_searched_by_its_labels(daniel, bank):
    found = daniel.get("/models/facet/owner?find=okaf").text
    assert str(bank.daniel.pk) in found
    assert "None by this name" in daniel.get("/models/facet/owner?find=zzz").text
    assert daniel.get("/models/facet/shoe-size").status_code == 404


def test_a_view_is_saved_shared_opened_and_removed(daniel, bank, sign_in):
    asked = {"name": " Made  in MLflow ", "query": "built=MLflow&stage=development", "shared": "on"}
    answer = daniel.post("/models/views", asked, follow=True)
    assert "The view Made in MLflow is saved for everybody." in answer.text
    assert names(answer.text) == ["Model 0001", "Model 0003"]
    view = queries.saved_views(bank.daniel).get()
    others = sign_in(bank.priya)
    opened = others.get(f"/models/?{view.query}&saved={view.pk}").text
    assert re.search(rf'saved={view.pk}" aria-current="true">Made in MLflow', opened)
    assert "Remove the view" not in opened
    assert others.post(f"/models/views/{view.pk}/remove").status_code == 403
    daniel.post(f"/models/views/{view.pk}/remove")
    assert "Made in MLflow" not in others.get("/models/").text


def test_ones_own_view_is_nobody_elses(daniel, bank, sign_in):
    daniel.post("/models/views", {"name": "Mine", "query": "tier=none"})
    view = queries.saved_views(bank.daniel).get()
    assert "Mine" not in sign_in(bank.priya).get("/models/").text
    assert sign_in(bank.priya).post(f"/models/views/{view.pk}/pin").status_code == 404


@pytest.mark.parametrize("name", ["", " ", "x" * 61])
def test_a_view_needs_a_name(daniel, bank, name):
    answer = daniel.post("/models/views", {"name": name, "query": "", "back": "tier=none"}, follow=True)
    assert "Give a name of up to 60 characters." in answer.text
    assert answer.redirect_chain == [("/models/?tier=none", 302)]
    assert not queries.saved_views(bank.daniel).exists()


def test_columns_are_chosen_for_the_session(daniel):
    before = daniel.get("/models/").text
    assert '<th scope="col">Health</th>' in before
    daniel.post("/models/columns", {"column": ["version", "tags", "no-such"]})
    after = daniel.get("/models/").text
    heads = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', after)
    assert heads == ["Model", "Version", "Tags"]


def test_views_and_models_are_pinned_and_let_go(daniel, bank):
    daniel.post("/models/MDL-0001/pin")
    daniel.post("/models/views", {"name": "Mine", "query": "tier=none"})
    view = queries.saved_views(bank.daniel).get()
    daniel.post(f"/models/views/{view.pk}/pin")
    page = daniel.get("/models/").text
    side = page[page.index('id="pinned"') : page.index("</nav>", page.index('id="pinned"'))]
    assert '<a href="/models/MDL-0001/">' in side
    assert f"saved={view.pk}" in side
    daniel.post("/models/MDL-0001/pin")
    daniel.post(f"/models/views/{view.pk}/remove")
    assert 'id="pinned"' not in daniel.get("/models/").text


def test_the_list_of_a_day_is_that_days_list(daniel, bank):
    with clock.at(clock.recorded_now() + timedelta(days=2)):
        case = queries.use_case("use-case-0001")
        actions.edit_model(
            acting_user=bank.priya, model=case.models.get(), changes={"name": "Renamed", "tags": ["new"]}
        )
        today = clock.now().date() - timedelta(days=2)
        then = daniel.get(f"/models/?as_of={today}").text
        now = daniel.get("/models/").text
    assert "Renamed" in names(now)
    assert "Model 0001" in names(then)
    assert "Renamed" not in then
    assert f"As of {today:%-d %B %Y}." in then
    assert f'href="/models/MDL-0001/?as_of={today}"' in then
    assert 'name="id"' not in then
    assert "Nothing was filed on that day" in daniel.get("/models/?as_of=2001-01-01").text


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "9999-12-31"])
def test_no_day_is_said_so(daniel, day):
    answer = daniel.get(f"/models/?as_of={day}")
    assert answer.status_code == 422
    assert "The list is as it stands now." in answer.text
    assert daniel.get(f"/models/MDL-0001/?as_of={day}").status_code == 422


def test_a_models_page_of_a_day_shows_who_answered_then(mortgage, sign_in):
    start = clock.recorded_now()
    mortgage.until("registered")
    client = sign_in(mortgage.people.daniel)
    with clock.at(start + timedelta(days=3)):
        then = client.get(f"/models/{mortgage.model.reference}/?as_of={start.date() + timedelta(days=1)}")
        before = client.get(f"/models/{mortgage.model.reference}/?as_of={start.date() - timedelta(days=1)}")
    assert then.status_code == 200
    assert "Daniel Okafor" in then.text
    assert "Logistic scorecard over two ratios." in then.text
    assert "It was not registered on that day" in before.text


def test_tags_of_many_models_with_a_result_each(daniel, bank, sign_in):
    priya = sign_in(bank.priya)
    chosen = {"id": ["MDL-0001", "MDL-0002", "UC-0001"], "query": "kind=ml"}
    asked = priya.post("/models/bulk/tags", chosen)
    assert "Of 3 models" in asked.text
    done = priya.post("/models/bulk/tags", chosen | {"do": "1", "add": "pilot, bureau", "remove": ""})
    assert "2 of 3 done; the others say why not." in done.text
    assert "It has no model yet" in done.text
    assert 'href="/models/?kind=ml"' in done.text
    assert queries.model("MDL-0001").tags == ["pilot", "bureau"]
    priya.post("/models/bulk/tags", chosen | {"do": "1", "add": "", "remove": "pilot"})
    assert queries.model("MDL-0002").tags == ["bureau"]
    empty = priya.post("/models/bulk/tags", chosen | {"do": "1"})
    assert empty.status_code == 422
    assert "Give a tag to add or to take off." in empty.text


def test_an_owner_of_many_and_who_may_not_hand_over(daniel, bank, sign_in):
    nora = people.invite(
        acting_user=bank.ines,
        email="nora@calder.example",
        name="Nora Next",
        password="correct horse battery",
        roles=("model_owner",),
    )
    chosen = {"all": "1", "query": "built=MLflow"}
    given = chosen | {"do": "1", "owner": str(nora.pk), "reason": "Daniel moves on."}
    refused = sign_in(bank.auditor).post("/models/bulk/owner", given)
    assert "0 of 2 done" in refused.text
    done = daniel.post("/models/bulk/owner", given)
    assert "2 of 2 done" in done.text
    assert "Asked for as CR-0001; it waits for a reviewer" in done.text
    assert queries.use_case("use-case-0001").owner == bank.daniel
    at_intake = {"id": "UC-0001", "do": "1", "owner": str(nora.pk), "reason": "Daniel moves on."}
    assert "Handed over" in daniel.post("/models/bulk/owner", at_intake).text
    assert queries.use_case("use-case-0000").owner == nora
    at_intake["owner"] = str(bank.hannah.pk)
    assert (
        "Hannah Lindqvist does not hold the role Model owner"
        in daniel.post("/models/bulk/owner", at_intake).text
    )
    assert daniel.post("/models/bulk/owner", chosen | {"do": "1"}).status_code == 422


def test_the_list_reads_at_most_twelve_times(daniel):
    daniel.post("/models/views", {"name": "Mine", "query": "tier=none"})
    daniel.get("/models/")
    for query in ("", "tier=none&q=model", "as_of=2026-01-01"):
        with CaptureQueriesContext(connection) as seen:
            daniel.get(f"/models/?{query}")
        assert len(seen) <= 12, [row["sql"] for row in seen]


def test_the_palette_finds_views_and_what_may_be_started(daniel, bank, sign_in):
    daniel.post("/models/views", {"name": "Mine alone", "query": Search(tiers=("T1",)).query()})
    assert "Mine alone" in daniel.get("/find?q=mine").text
    assert "/use-cases/new" in daniel.get("/find?q=file a").text
    assert "/use-cases/new" not in sign_in(bank.priya).get("/find?q=file a").text
