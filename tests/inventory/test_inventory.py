from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from remit.inventory import actions, artifacts, queries, rules
from remit.inventory.contract import ArtifactFile, Intake, StoredArtifact
from remit.inventory.models import UseCase, Version
from remit.kernel.problems import Broken, Conflict, Denied, Invalid
from remit.ledger.capture import acting

FORM = Intake(
    name="Card limit",
    decision="Whether the limit of a card is raised.",
    purpose="card-limit",
    population="Holders of a card for a year or more.",
    value_hypothesis="More spending at the same loss, by experiment.",
    planned_value_a_year="1000",
    alternative="A clerk decides by hand.",
)


@given(st.text(max_size=80))
def test_a_key_is_fit_for_an_address(name):
    key = rules.slug(name)
    assert key == rules.slug(key)
    assert len(key) <= 60
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_long_name_gives_a_key_without_a_hyphen_at_its_end():
    assert rules.slug("a" * 59 + " limit") == "a" * 59


def test_a_name_that_gives_no_key_is_refused():
    with pytest.raises(Invalid) as refused:
        rules.checked_intake(replace(FORM, name="信用卡"))
    assert set(refused.value.fields) == {"name"}


@given(
    st.permutations(["a", "b", "c"]), st.sampled_from(["schema", "decision_rule", "code_reference", "number"])
)
def test_the_digest_covers_everything_and_no_order(order, changed):
    def digest(names, **changes):
        stored = [StoredArtifact(name, "x/y", name * 64, 1) for name in names]
        parts = {
            "model": "MDL-0001",
            "number": "1",
            "schema": {"columns": []},
            "decision_rule": {"approve_below": 0.2},
            "code_reference": "git 1",
            "training_data": "",
            "environment": {},
        }
        return rules.content_digest(artifacts=stored, **(parts | changes))

    assert digest(order) == digest(["a", "b", "c"])
    other = {"schema": {"columns": [1]}, "decision_rule": {}, "code_reference": "git 2", "number": "2"}[
        changed
    ]
    assert digest(order, **{changed: other}) != digest(order)


@pytest.mark.django_db
def test_an_incomplete_form_names_each_field_and_files_nothing(world):
    with pytest.raises(Invalid) as refused:
        actions.file_use_case(
            acting_user=world.people.daniel,
            form=Intake("", "x", "Not A Slug", "x", "x", "-1", "x", kind="oracle"),
            unit=world.unit,
        )
    assert {"name", "decision", "purpose", "population", "planned_value_a_year", "kind"} <= set(
        refused.value.fields
    )
    assert not UseCase.objects.exists()


@pytest.mark.django_db
def test_a_use_case_is_filed_by_an_owner_and_only_once(world):
    with pytest.raises(Denied, match="Model owner"):
        actions.file_use_case(acting_user=world.people.priya, form=FORM, unit=world.unit)
    filed = actions.file_use_case(acting_user=world.people.daniel, form=FORM, unit=world.unit)
    assert (filed.key, filed.reference) == ("card-limit", "UC-0001")
    with pytest.raises(Invalid, match="already"):
        actions.file_use_case(acting_user=world.people.daniel, form=FORM, unit=world.unit)


@pytest.mark.django_db
def test_a_registered_version_never_changes(world):
    world.until("registered")
    with acting("system:test", "test.bypass"), pytest.raises(IntegrityError), transaction.atomic():
        Version.objects.filter(pk=world.version.pk).update(decision_rule={"approve_below": 0.9})


@pytest.mark.django_db
def test_only_the_developer_declares_ready_and_once(world):
    world.until("registered")
    with pytest.raises(Denied):
        actions.declare_ready(acting_user=world.people.daniel, version=world.version)
    actions.declare_ready(acting_user=world.people.priya, version=world.version)
    with pytest.raises(Conflict):
        actions.declare_ready(acting_user=world.people.priya, version=world.version)


@pytest.mark.django_db
def test_a_changed_or_missing_artifact_is_named(world):
    world.until("registered")
    artifact = world.version.artifacts.get()
    place = artifacts.place(artifact.sha256)
    place.chmod(0o600)
    place.write_bytes(b"something else")
    with pytest.raises(Broken, match="was changed after registration"):
        queries.verified_artifacts(world.version)
    place.unlink()
    with pytest.raises(Broken, match="is missing"):
        queries.verified_artifacts(world.version)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "1.0"}, "number"),
        ({"code_reference": " "}, "code_reference"),
        ({"files": []}, "artifacts"),
    ],
)
def test_a_version_is_registered_whole_or_not_at_all(world, tmp_path, changes, field):
    world.until("registered")
    file = tmp_path / "model.onnx"
    file.write_bytes(b"scores")
    given = {
        "model": world.model,
        "number": "2.0",
        "summary": "Again.",
        "files": [ArtifactFile(file, "model.onnx")],
        "schema": world.version.schema,
        "decision_rule": world.version.decision_rule,
        "code_reference": "git 5",
        "environment": {},
    }
    with pytest.raises(Invalid) as refused:
        actions.register_version(acting_user=world.people.priya, **(given | changes))
    assert set(refused.value.fields) == {field}
    assert Version.objects.count() == 1
    second = actions.register_version(acting_user=world.people.priya, **given)
    assert second.content_digest != world.version.content_digest
    assert second.artifacts.get().size == 6
