"""The versions of a model: what differs, what the scan found, and mending the columns before ready."""

import os
import pickle
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.evidence import actions as evidence
from remit.inventory import actions as inventory
from remit.inventory import queries as registered
from remit.inventory.contract import ArtifactFile

ME = "/models/MDL-0001/versions/"


class Runs:
    def __reduce__(self):
        return os.system, ("touch /nowhere/owned",)


def _columns(client):
    """Return the fields of the form as a browser would send them."""
    page = client.get(f"{ME}1.0/columns/").text
    fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', page, re.DOTALL):
        fields[name] = re.search(r'value="(\w+)" selected', options)[1]
    return {name: value for name, value in fields.items() if not name.startswith("csrf")}


def test_two_versions_are_compared_and_judged(mortgage, sign_in, monkeypatch):
    mortgage.until("deployed").register("2.0", replaces=mortgage.version)
    client = sign_in(mortgage.people.hannah)
    page = client.get(ME).text
    assert "1.0 to 2.0" in page
    assert "Minor change" in page
    assert "scorecard.json" in page
    assert "Unchanged: columns, measures, training data" in page
    monkeypatch.setattr("mortgage_world.RULE", {"score": "denial", "approve_below": 0.3})
    mortgage.register("3.0")
    page = client.get(f"{ME}?from=1.0&to=3.0").text
    assert "Material change" in page
    assert "The same score leads to another action." in page
    assert "Approve below" in page
    assert "Nothing differs." in client.get(f"{ME}?from=1.0&to=1.0").text
    assert client.get(f"{ME}?from=1.0&to=9.9").status_code == 404


def test_the_list_reads_no_more_for_more_versions(mortgage, sign_in):
    mortgage.until("deployed").register("2.0", replaces=mortgage.version)
    client = sign_in(mortgage.people.hannah)

    def count():
        with CaptureQueriesContext(
            connection,
        ) as read:
            client.get(ME)
        return len(read)

    count()
    few = count()
    for number in ("3.0", "4.0", "5.0"):
        mortgage.register(number)
    assert count() <= few


def test_a_version_shows_its_files_its_scan_and_its_columns(mortgage, sign_in):
    mortgage.until("registered")
    client = sign_in(mortgage.people.priya)
    page = client.get(f"{ME}1.0/").text
    assert "In the store" in page
    assert "scorecard.json read as text" in page
    assert mortgage.version.content_digest in page
    assert "0 to 3" in page
    assert client.get(f"{ME}9.9/").status_code == 404
    again = client.post(f"{ME}1.0/scan", follow=True).text
    assert "Security scan, no weaknesses" in again


def test_what_the_scan_found_is_told_with_what_to_do(mortgage, sign_in, tmp_path):
    mortgage.until("registered")
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(Runs()))
    version = inventory.register_version(
        acting_user=mortgage.people.priya,
        model=mortgage.model,
        number="2.0",
        summary="A pickle.",
        files=[ArtifactFile(tmp_path / "model.pkl", "model.pkl")],
        schema={"columns": [{"name": "pirat"}]},
        decision_rule={},
        code_reference="git 1",
        environment={},
    )
    client = sign_in(mortgage.people.hannah)
    assert "Not scanned in its present form" in client.get(f"{ME}2.0/").text
    evidence.scan_version(acting_user="system:worker", version=version)
    page = client.get(f"{ME}2.0/").text
    assert "Imports posix.system" in page
    assert "Save the model in a format that is data only" in page
    assert "1 critical" in client.get(ME).text


def test_columns_are_mended_in_the_form(mortgage, sign_in):
    mortgage.until("registered")
    client = sign_in(mortgage.people.priya)
    before = mortgage.version.content_digest
    fields = _columns(client)
    assert fields["form-0-name"] == "pirat"
    fields |= {"form-0-maximum": "4", "form-4-name": "town", "form-4-kind": "category"}
    fields |= {"form-4-categories": "a, b"}
    answer = client.post(f"{ME}1.0/columns/", fields)
    assert answer.status_code == 302
    kept = registered.version_by_id(mortgage.version.pk)
    assert kept.content_digest != before
    names = {column["name"]: column for column in kept.schema["columns"]}
    assert names["pirat"]["maximum"] == 4
    assert names["town"]["categories"] == ["a", "b"]
    assert names["afam"]["categories"] == ["yes", "no"]
    assert "Not scanned in its present form" in client.get(f"{ME}1.0/").text


def test_what_is_wrong_is_said_at_the_column(mortgage, sign_in):
    mortgage.until("registered")
    client = sign_in(mortgage.people.priya)
    fields = _columns(client)
    for change, said in (
        ({"form-0-minimum": "9"}, "is over the maximum"),
        ({"form-1-name": "pirat"}, "appears twice"),
        ({"form-0-minimum": "many"}, "Enter a number"),
    ):
        answer = client.post(f"{ME}1.0/columns/", fields | change)
        assert answer.status_code == 422
        assert said in answer.text
    more = client.post(f"{ME}1.0/columns/", fields | {"more": "1"})
    assert more.status_code == 200
    assert "form-11-name" in more.text
    assert registered.version_by_id(mortgage.version.pk).content_digest == mortgage.version.content_digest


def test_columns_are_edited_as_text_too(mortgage, sign_in):
    mortgage.until("registered")
    client = sign_in(mortgage.people.priya)
    assert "- name: pirat" in client.get(f"{ME}1.0/columns/?text=1").text
    wrong = client.post(f"{ME}1.0/columns/?text=1", {"text": "columns:\n- name: a\n  role: king\n"})
    assert wrong.status_code == 422
    assert "line 3" in wrong.text
    assert client.post(f"{ME}1.0/columns/?text=1", {"text": "columns:\n- name: a\n"}).status_code == 302
    (column,) = registered.version_by_id(mortgage.version.pk).schema["columns"]
    assert column["name"] == "a"


def test_columns_are_read_from_the_files(mortgage, sign_in, tmp_path):
    from logistic import onnx_model

    mortgage.until("registered")
    client = sign_in(mortgage.people.priya)
    nothing = client.get(f"{ME}1.0/columns/?draft=1")
    assert nothing.status_code == 422
    assert "No file tells its columns" in nothing.text
    (tmp_path / "model.onnx").write_bytes(onnx_model())
    inventory.register_version(
        acting_user=mortgage.people.priya,
        model=mortgage.model,
        number="2.0",
        summary="In ONNX.",
        files=[ArtifactFile(tmp_path / "model.onnx", "model.onnx", "application/onnx")],
        schema={"columns": [{"name": "a"}]},
        decision_rule={},
        code_reference="git 1",
        environment={},
    )
    page = client.get(f"{ME}2.0/columns/?draft=1").text
    assert 'value="X_0"' in page
    assert "ONNX does not name it" in page
    assert registered.version("MDL-0001", "2.0").schema["columns"][0]["name"] == "a"


@pytest.mark.parametrize("who", ["hannah", "daniel"])
def test_others_than_its_developer_only_look(mortgage, sign_in, who):
    mortgage.until("registered")
    client = sign_in(getattr(mortgage.people, who))
    assert "Edit columns" not in client.get(f"{ME}1.0/").text
    assert "who built it, may edit it" in client.get(f"{ME}1.0/columns/").text
    assert client.post(f"{ME}1.0/columns/?text=1", {"text": "columns:\n- name: a\n"}).status_code == 403


def test_a_ready_version_says_that_it_changes_no_more(mortgage, sign_in):
    mortgage.until("submitted")
    client = sign_in(mortgage.people.priya)
    assert "changes no more" in client.get(f"{ME}1.0/columns/").text
    assert client.post(f"{ME}1.0/columns/?text=1", {"text": "columns:\n- name: a\n"}).status_code == 409
