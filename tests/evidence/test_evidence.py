from datetime import timedelta

import pytest
from django.db import IntegrityError, connection

from remit.evidence import actions, queries
from remit.evidence.models import Evidence
from remit.inventory import artifacts
from remit.inventory.contract import ArtifactFile
from remit.kernel import clock
from remit.kernel.problems import Denied, Invalid
from remit.ledger.capture import acting

pytestmark = pytest.mark.django_db


def add(world, who="priya", **changes):
    given = {"kind": "dev_test_report", "title": "Tests", "source": "test", "values": {"auc": 0.8}}
    return actions.add_evidence(
        acting_user=getattr(world.people, who), version=world.version, **(given | changes)
    )


def test_the_newest_of_a_kind_on_this_content_counts(world):
    world.until("registered")
    with clock.at(clock.now() + timedelta(days=1)):
        newest = add(world, values={"auc": 0.9})
        assert queries.latest_by_kind(world.version)["dev_test_report"] == newest
    assert newest.content_digest == world.version.content_digest


def test_the_digest_tells_one_content_from_another(world):
    world.until("registered")
    assert add(world).sha256 == add(world).sha256
    assert add(world, values={"auc": 0.81}).sha256 != add(world).sha256


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"kind": "poem"}, "kind"), ({"source": "rumour"}, "source"), ({"values": {}}, "values")],
)
def test_a_wrong_field_is_named(world, changes, field):
    world.until("registered")
    count = Evidence.objects.count()
    with pytest.raises(Invalid) as refused:
        add(world, **changes)
    assert set(refused.value.fields) == {field}
    assert Evidence.objects.count() == count


def test_evidence_is_not_dated_ahead_nor_added_by_anybody(world):
    world.until("registered")
    with pytest.raises(Invalid, match="cannot be added"):
        add(world, produced_at=clock.now() + timedelta(days=1))
    with pytest.raises(Denied):
        add(world, who="aisha")


def test_an_attachment_is_kept_under_its_digest_and_suffices(world, tmp_path):
    world.until("registered")
    file = tmp_path / "report.pdf"
    file.write_bytes(b"%PDF replicated")
    added = add(world, values={}, attachment=ArtifactFile(file, "report.pdf", "application/pdf"))
    kept = artifacts.verified("report.pdf", added.attachment_sha256)
    assert kept.read_bytes() == b"%PDF replicated"


def test_evidence_of_one_version_says_nothing_of_the_next(world):
    world.until("registered")
    first = world.version
    world.register("2.0", replaces=first)
    newest = add(world, values={"auc": 0.7})
    assert queries.latest_by_kind(world.version)["dev_test_report"] == newest
    assert queries.latest_by_kind(first)["dev_test_report"].values["auc"] == 0.812


@pytest.mark.parametrize(
    "change", ["update evidence_evidence set title = 'Better'", "delete from evidence_evidence"]
)
def test_the_database_keeps_evidence_as_it_was(world, change):
    world.until("registered")
    add(world)
    with (
        pytest.raises(IntegrityError, match="evidence does not change"),
        acting("system:test", "test.bypass"),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
