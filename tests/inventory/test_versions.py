import json

import pytest
from django.db import IntegrityError, transaction

from remit.inventory import actions, queries
from remit.inventory.contract import ArtifactFile
from remit.inventory.models import Artifact, Version
from remit.kernel.problems import Broken, Conflict, Denied, Invalid
from remit.ledger.capture import acting
from remit.ledger.models import Event

SCHEMA = {"columns": [{"name": "pirat", "role": "feature", "kind": "numeric", "minimum": 0, "maximum": 4}]}


@pytest.fixture
def version(world):
    return world.until("registered").version


def test_a_schema_is_mended_before_ready_and_gives_another_digest(world, version):
    before = version.content_digest
    held = actions.edit_schema(acting_user=world.people.priya, version=version, schema=SCHEMA)
    kept = queries.version_by_id(version.pk)
    assert kept.schema == held.schema == SCHEMA
    assert kept.content_digest == held.content_digest != before
    event = Event.objects.filter(name="version.edited").get()
    assert (event.data["field"], event.data["before"]) == ("schema", before)
    again = actions.edit_schema(acting_user=world.people.priya, version=version, schema=kept.schema)
    assert again.content_digest == kept.content_digest
    assert Event.objects.filter(name="version.edited").count() == 1


def test_terms_are_proposed_anew_and_are_part_of_the_digest(world, version):
    before = version.content_digest
    terms = {**version.intended_terms, "valid_days": 90}
    held = actions.edit_terms(acting_user=world.people.priya, version=version, intended_terms=terms)
    assert held.content_digest != before
    back = actions.edit_terms(
        acting_user=world.people.priya, version=version, intended_terms=version.intended_terms
    )
    assert back.content_digest == before


def test_only_its_developer_edits_a_version(world, version):
    for person in (world.people.tomasz, world.people.daniel, world.people.ines):
        with pytest.raises(Denied):
            actions.edit_schema(acting_user=person, version=version, schema=SCHEMA)


@pytest.mark.parametrize("columns", [[{"name": "a", "role": "king"}], [], [{"name": "s", "role": "score"}]])
def test_a_schema_that_is_wrong_is_refused(world, version, columns):
    with pytest.raises(Invalid) as refused:
        actions.edit_schema(acting_user=world.people.priya, version=version, schema={"columns": columns})
    assert refused.value.fields


def test_a_ready_version_changes_no_more(world):
    version = world.until("submitted").version
    assert version.ready_at is not None
    with pytest.raises(Conflict, match="changes no more"):
        actions.edit_schema(acting_user=world.people.priya, version=version, schema=SCHEMA)
    with (
        pytest.raises(IntegrityError, match="does not change"),
        transaction.atomic(),
        acting("system:test", "version.edit"),
    ):
        Version.objects.filter(pk=version.pk).update(schema=SCHEMA)
    with (
        pytest.raises(IntegrityError, match="do not change"),
        transaction.atomic(),
        acting("system:test", "version.edit"),
    ):
        Artifact.objects.filter(version=version).update(location="s3://other/file")


def _register(world, tmp_path, number, **changes):
    file = tmp_path / "model.json"
    file.write_text(json.dumps({"w": 1}))
    given = {
        "model": world.model,
        "number": number,
        "summary": "A scorecard.",
        "files": [ArtifactFile(file, "model.json", "application/json")],
        "schema": SCHEMA,
        "decision_rule": {},
        "code_reference": "git 1",
        "environment": {},
    }
    return actions.register_version(acting_user=world.people.priya, **(given | changes))


def test_the_digest_covers_licence_and_terms(world, version, tmp_path):
    plain = _register(world, tmp_path, "2.0")
    licensed = _register(world, tmp_path, "2.1", licence="Apache-2.0")
    assert licensed.licence == "Apache-2.0"
    assert plain.content_digest != licensed.content_digest


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "x" * 21}, "number"),
        ({"code_reference": "x" * 301}, "code_reference"),
        ({"licence": "x" * 61}, "licence"),
        ({"files": []}, "artifacts"),
        ({"details": {"no such detail": 1}}, "details"),
    ],
)
def test_what_does_not_fit_is_refused_by_field(world, version, tmp_path, changes, field):
    with pytest.raises(Invalid) as refused:
        _register(world, tmp_path, **({"number": "2.0"} | changes))
    assert any(name.startswith(field) for name in refused.value.fields)


def test_a_language_model_needs_neither_columns_nor_files(world, version):
    model = actions.register_model(
        acting_user=world.people.priya, use_case=world.use_case, name="Letter writer", kind="llm"
    )
    written = actions.register_version(
        acting_user=world.people.priya,
        model=model,
        number="1.0",
        summary="Writes letters.",
        files=[],
        schema={},
        decision_rule={},
        code_reference="git 1",
        environment={},
    )
    assert written.schema == {"columns": []}
    assert queries.check_artifacts(written) == 0


def test_a_file_that_changed_keeps_a_version_from_ready(world, version, tmp_path):
    from remit.inventory import artifacts

    stored = version.artifacts.first()
    artifacts.place(stored.sha256).write_bytes(b"other")
    with pytest.raises(Broken):
        queries.check_artifacts(version)
    with pytest.raises(Broken):
        actions.declare_ready(acting_user=world.people.priya, version=version)


def test_a_schema_that_is_not_given_is_read_from_the_files(world, version, tmp_path):
    from logistic import onnx_model

    (tmp_path / "model.onnx").write_bytes(onnx_model())
    files = [ArtifactFile(tmp_path / "model.onnx", "model.onnx", "application/onnx")]
    read = _register(world, tmp_path, "2.0", files=files, schema=None)
    assert [c["name"] for c in read.schema["columns"]] == ["X_0", "X_1", "X_2", "score"]
    with pytest.raises(Invalid, match="No file tells its columns"):
        _register(world, tmp_path, "2.1", schema=None)


def test_a_version_bound_elsewhere_is_hashed_again_at_the_gate_and_not_for_a_page(
    world, version, tmp_path, monkeypatch
):
    import subprocess

    from remit.connectors import outbound
    from remit.governance.evaluation import evaluated
    from remit.inventory.contract import RemoteFile

    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "model.json").write_text('{"w": 1}')
    names = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
    for arguments in (["init", "--quiet"], ["add", "."], [*names, "commit", "--quiet", "-m", "first"]):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.strip()
    monkeypatch.setenv(outbound.ENVIRONMENT_VARIABLE, f"file://{tmp_path}/")
    location = f"git+file://{folder}@{commit}#model.json"
    bound = _register(world, tmp_path, "2.0", files=[RemoteFile(location, "model.json", "application/json")])
    assert bound.artifacts.get().location == location

    def held(**options):
        _, results = evaluated(bound, "G3", **options)
        return next(result.status for result in results if result.control == "RC-10")

    assert queries.check_artifacts(bound) == 1
    assert held() == "satisfied"
    folder.rename(tmp_path / "gone")
    assert held(preview=True) == "satisfied"
    assert held() == "failing"
