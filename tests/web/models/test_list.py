import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


def names(text: str) -> list[str]:
    return re.findall(r'<th scope="row" class="name"><a href="[^"]+" title="([^,"]+),', text)


def test_an_empty_list_says_what_starts_it(bank, sign_in):
    page = sign_in(bank.daniel).get("/models/").text
    assert "No use case is filed yet" in page
    assert "/use-cases/new" in page
    assert "/use-cases/new" not in sign_in(bank.priya).get("/models/").text


def test_a_row_is_a_model_or_a_use_case_without_one(bank, sign_in, file_many):
    file_many(2)
    page = sign_in(bank.daniel).get("/models/").text
    assert names(page) == ["Model 0001", "Use case 0000"]
    assert "/use-cases/use-case-0000/" in page
    assert "/models/MDL-0001/" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=model 0001", ["Model 0001"]),
        ("q=UC-0001", ["Use case 0000"]),
        ("q=okafor", ["Model 0001", "Use case 0000"]),
        ("built=MLflow", ["Model 0001"]),
        ("stage=intake", ["Use case 0000"]),
        ("stage=intake&stage=development", ["Model 0001", "Use case 0000"]),
        ("stage=intake&built=MLflow", []),
        ("view=business", []),
        ("view=way", ["Model 0001", "Use case 0000"]),
        ("view=no-such-view&start=junk", ["Model 0001", "Use case 0000"]),
        ("q=%27%3B--", []),
    ],
)
def test_filters_narrow(bank, sign_in, file_many, query, found):
    file_many(2)
    page = sign_in(bank.daniel).get(f"/models/?{query}").text
    assert names(page) == found
    assert f"{len(found)} of 2" in page
    assert ("No model fits this filter" in page) == (not found)


def test_a_chosen_facet_can_be_taken_away_again(bank, sign_in, file_many):
    file_many(2)
    page = sign_in(bank.daniel).get("/models/?stage=intake&q=case").text
    assert 'value="intake" checked' in page
    assert 'href="/models/?q=case"' in page


def test_a_filter_asks_htmx_for_the_result_alone(bank, sign_in, file_many):
    file_many(2)
    part = sign_in(bank.daniel).get("/models/?q=model+0001", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert names(part) == ["Model 0001"]


def test_going_back_gets_the_whole_page(bank, sign_in, file_many):
    file_many(1)
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in sign_in(bank.daniel).get("/models/", headers=headers).text


def test_a_long_list_comes_in_pages_and_loses_nothing(bank, sign_in, file_many):
    file_many(120)
    client = sign_in(bank.daniel)
    shown: list[str] = []
    url = "/models/"
    while url:
        part = client.get(url, headers={"HX-Request": "true"}).text
        shown += names(part)
        more = re.search(r'hx-get="(/models/\?[^"]+)"', part)
        url = more.group(1).replace("&amp;", "&") if more else ""
    assert len(shown) == len(set(shown)) == 120


def test_the_number_of_reads_does_not_grow_with_the_list(bank, sign_in, file_many):
    client = sign_in(bank.daniel)

    def reads() -> int:
        client.get("/models/")
        with CaptureQueriesContext(connection) as seen:
            client.get("/models/")
        return len(seen)

    file_many(50)
    few = reads()
    file_many(450, start=50)
    assert reads() == few


def test_a_name_cannot_smuggle_markup(bank, sign_in, make_intake):
    from remit.inventory import actions

    form = make_intake("<script>alert(1)</script>")
    actions.file_use_case(acting_user=bank.daniel, form=form, unit=bank.home)
    page = sign_in(bank.daniel).get("/models/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_the_palette_finds_pages_models_and_nothing(bank, sign_in, file_many):
    file_many(2)
    client = sign_in(bank.daniel)
    assert "Portfolio" in client.get("/find?q=").text
    found = client.get("/find?q=model 0001").text
    assert "/models/MDL-0001/" in found
    assert "Nothing you may see matches" in client.get("/find?q=zzzz").text
