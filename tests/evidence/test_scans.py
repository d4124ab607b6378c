import os
import pickle

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from remit.evidence import actions, queries
from remit.governance.evaluation import evaluated
from remit.inventory import actions as inventory
from remit.inventory import queries as registered
from remit.inventory.contract import ArtifactFile
from remit.jobs import reactions, tasks
from remit.ledger.models import Event


class Runs:
    def __reduce__(self):
        return os.system, ("touch /nowhere/owned",)


def _register(world, tmp_path, name, content):
    file = tmp_path / name
    file.write_bytes(content)
    return inventory.register_version(
        acting_user=world.people.priya,
        model=world.model,
        number="2.0",
        summary="A scorecard.",
        files=[ArtifactFile(file, name)],
        schema={"columns": [{"name": "pirat"}]},
        decision_rule={},
        code_reference="git 1",
        environment={},
    )


def _scanned():
    job = ProcrastinateJob.objects.filter(task_name="remit.scan").latest("pk")
    tasks.scan(**job.args)


def _control(version, gate="G3"):
    _, results = evaluated(version, gate)
    return next(result for result in results if result.control == "RC-21")


def test_a_harmful_file_is_scanned_at_registration_and_fails_the_gate(world, tmp_path):
    world.until("registered")
    version = _register(world, tmp_path, "model.pkl", pickle.dumps(Runs()))
    assert _control(version).status == "missing"
    reactions.scan(Event.objects.get(name="version.registered", subject_id=version.pk))
    _scanned()
    found = queries.latest_by_kind(version)["security_scan"]
    assert found.content_digest == version.content_digest
    assert found.values["critical"] == 1
    (row,) = found.values["weaknesses"]
    assert (row["rule"], row["where"]) == ("pickle.import", "model.pkl")
    assert "system" in row["what"]
    assert _control(version).status == "failing"
    assert _control(version, "G5").status == "failing"


def test_a_harmless_file_passes_and_an_edit_is_scanned_anew(world, tmp_path):
    world.until("registered")
    assert _control(world.version).status == "satisfied"
    columns = {"columns": [{"name": "lvrat"}]}
    edited = inventory.edit_schema(acting_user=world.people.priya, version=world.version, schema=columns)
    assert _control(edited).status == "missing"
    reactions.scan(Event.objects.get(name="version.edited"))
    _scanned()
    assert _control(registered.version_by_id(edited.pk)).status == "satisfied"


@pytest.mark.parametrize("lost", ["gone", "changed"])
def test_a_file_that_cannot_be_fetched_is_a_finding(world, lost):
    from remit.inventory import artifacts

    world.until("registered")
    place = artifacts.place(world.version.artifacts.get().sha256)
    place.unlink() if lost == "gone" else place.write_bytes(b"other")
    found = actions.scan_version(acting_user="system:worker", version=world.version)
    assert [row["rule"] for row in found.values["weaknesses"]] == ["unfetched"]
    assert _control(world.version).status == "failing"
