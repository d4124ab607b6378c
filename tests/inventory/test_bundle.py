"""The full history of a model goes from one installation to another, and back out the same."""

from __future__ import annotations

import json
import shutil
import zipfile

import mortgage_world
import pytest
from django.db import transaction
from django.test import Client

from remit.inventory import bundling
from remit.inventory.actions.bundles import import_bundle
from remit.inventory.models import Model, Standing, UseCase, Version
from remit.inventory.search import Search, rows
from remit.kernel import clock, paths
from remit.kernel.problems import Broken, Conflict, Denied
from remit.ledger import actions as ledger
from remit.ledger import histories
from remit.ledger.models import Entry, ImportedEntry
from remit.ledger.verify import verify_database
from remit.people import actions as people
from remit.people.models import User
from remit.proof import model_bundle
from remit.proof.keys import KeyRing


def public_keys(home):
    return KeyRing(home / "keys").public_keys()


@pytest.fixture
def first(db, tmp_path, monkeypatch, settings):
    """A bundle of a model in business at one bank, whose database is then gone; and its public keys."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setenv("REMIT_HOME", str(tmp_path / "first"))
    before = transaction.savepoint()
    world = mortgage_world.opened().until("deployed")
    file = tmp_path / "model.bundle"
    bundling.export(world.model, file)
    told = {
        "facts": str(world.model.pk),
        "in_business": [(r.title, r.stage) for r in rows(Search(), units=None)],
        "at": clock.now(),
    }
    keys = public_keys(tmp_path / "first")
    transaction.savepoint_rollback(before)
    assert not Model.objects.exists()
    monkeypatch.setenv("REMIT_HOME", str(tmp_path / "second"))
    return file, keys, told


@pytest.fixture
def hannah(first):
    """Somebody who takes bundles in, at another bank where Daniel works too."""
    ines = people.open_installation(
        organisation="Other Bank",
        email="root@other.example",
        name="Root",
        password=mortgage_world.PASSWORD,
        acting_user="system:test",
    )
    people.invite(
        acting_user=ines, email="DANIEL@calder.example", name="Daniel O.", password=mortgage_world.PASSWORD
    )
    return people.invite(
        acting_user=ines,
        email="hannah@other.example",
        name="Hannah Other",
        password=mortgage_world.PASSWORD,
        roles=("model_risk_governance",),
    )


def content(path):
    with zipfile.ZipFile(path) as bundle:
        return {name: bundle.read(name) for name in bundle.namelist()}


def altered(path, target, name, change):
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w") as new:
        for item in old.namelist():
            body = old.read(item)
            new.writestr(item, change(body) if item == name else body)
    return target


def test_a_bundle_verifies_offline_and_says_what_is_in_it(first):
    file, keys, _ = first
    report = model_bundle.verify(file, keys)
    assert report.faults == ()
    assert report.manifest["organisation"] == "Calder Bank"
    assert report.entries > 50
    tables = {json.loads(line)["table"] for line in content(file)["rows.jsonl"].splitlines()}
    wanted = {"inventory_version", "governance_remit", "lifecycle_task", "evidence_evidence", "ledger_event"}
    assert wanted <= tables
    assert any(name.startswith("artifacts/") for name in content(file))


def test_no_secret_and_no_other_row_of_a_person_leaves(first):
    file, _, _ = first
    context = content(file)["context.jsonl"].decode()
    (daniel,) = (json.loads(line) for line in context.splitlines() if '"daniel@calder.example"' in line)
    assert set(daniel["row"]) == {"id", "email", "name", "title", "kind"}
    assert "password" not in context


@pytest.mark.parametrize(
    ("name", "change", "says"),
    [
        (
            "rows.jsonl",
            lambda body: body.replace(b"Daniel", b"Donald", 1) + b"\n",
            "altered after it was signed",
        ),
        ("record.json", lambda body: body[:-1] + b" }", "altered after it was signed"),
        ("standing.jsonl", lambda _: b"", "altered after it was signed"),
    ],
)
def test_what_was_altered_is_named(first, tmp_path, name, change, says):
    file, keys, _ = first
    report = model_bundle.verify(altered(file, tmp_path / "altered", name, change), keys)
    assert [(fault.subject, says in fault.detail) for fault in report.faults] == [(name, True)]


def test_a_row_or_an_entry_forged_by_who_signs_is_named_too(first, tmp_path, monkeypatch):
    file, keys, _ = first
    forged = content(file)
    lines = forged["rows.jsonl"].splitlines()
    row = json.loads(lines[0])
    row["row"]["name"] = "Another name"
    forged["rows.jsonl"] = b"\n".join([json.dumps(row).encode(), *lines[1:]]) + b"\n"
    log = next(name for name in forged if name.endswith("entries.jsonl"))
    first_entry, *others = forged[log].splitlines()
    entry = json.loads(first_entry)
    entry["entry"]["actor"] = "user:somebody-else"
    forged[log] = b"\n".join([json.dumps(entry).encode(), *others]) + b"\n"
    signed = resigned(forged, KeyRing(tmp_path / "first" / "keys"))
    target = tmp_path / "forged"
    with zipfile.ZipFile(target, "w") as bundle:
        for name, body in signed.items():
            bundle.writestr(name, body)
    faults = model_bundle.verify(target, keys).faults
    assert any("not under the signed root" in fault.detail for fault in faults)
    assert any("name is not what its last entry says" in fault.detail for fault in faults)


def resigned(files, ring):
    import hashlib

    from remit.proof import canonical, dsse

    envelope = json.loads(files[model_bundle.MANIFEST])
    said = json.loads(dsse.verify(envelope, ring.public_keys())[0])
    for name in said["files"]:
        said["files"][name] = {"sha256": hashlib.sha256(files[name]).hexdigest(), "size": len(files[name])}
    again = dsse.sign(canonical.encode(said), model_bundle.PAYLOAD_TYPE, ring)
    return files | {model_bundle.MANIFEST: json.dumps(again).encode()}


def test_only_a_trusted_key_counts(first, tmp_path):
    file, _, _ = first
    with pytest.raises(Broken):
        model_bundle.verify(file, public_keys(tmp_path / "second"))


def test_it_is_here_as_it_was_there_with_people_found_by_address(first, hannah, tmp_path):
    file, keys, told = first
    model = import_bundle(acting_user=hannah, path=file, public_keys=keys)
    assert str(model.pk) == told["facts"]
    daniel = User.objects.get(email="daniel@calder.example")
    assert (daniel.name, model.use_case.owner) == ("Daniel O.", daniel)
    priya = User.objects.get(email="priya@calder.example")
    assert not priya.is_active
    assert not priya.has_usable_password()
    version = Version.objects.get(model=model)
    assert version.developer == priya
    assert version.stage == told["in_business"][0][1] == rows(Search(), units=None).get().stage
    assert all(
        (paths.artifacts() / "sha256" / a.sha256[:2] / a.sha256).exists() for a in version.artifacts.all()
    )
    assert Entry.objects.filter(object_id=model.pk, action="bundle.import").exists()
    assert Standing.objects.filter(model=model, known_to=None, valid_to=None).count() == 1


def test_the_ledger_it_came_with_stays_provable(first, hannah, monkeypatch):
    file, keys, _ = first
    model = import_bundle(acting_user=hannah, path=file, public_keys=keys)
    (log,) = histories.brought(model.pk)
    assert log.organisation == "Calder Bank"
    assert log.entries.filter(content__action="remit.issue").exists()
    ledger.sequence()
    ledger.sign_checkpoint()
    assert verify_database(public_keys(paths.home())).faults == ()
    one = ImportedEntry.objects.first()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table ledger_importedentry disable trigger user")
        cursor.execute("update ledger_importedentry set payload = payload || ' ' where id = %s", [one.pk])
        cursor.execute("alter table ledger_importedentry enable always trigger remit_rows")
        cursor.execute("alter table ledger_importedentry enable always trigger remit_truncate")
    (fault,) = verify_database(public_keys(paths.home())).faults
    assert "Calder Bank" in fault.subject
    assert "payload was altered" in fault.detail


def test_its_history_tells_what_happened_before_it_came_and_who_did_it(first, hannah):
    file, keys, _ = first
    model = import_bundle(acting_user=hannah, path=file, public_keys=keys)
    client = Client()
    client.force_login(hannah, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/models/{model.reference}/history/").text
    assert "Before it came here" in page
    assert "entries of the ledger of Calder Bank" in page
    assert "Aisha Rahman" in page.partition("Before it came here")[2]


def test_exported_again_it_says_the_same(first, hannah, tmp_path):
    file, keys, _ = first
    model = import_bundle(acting_user=hannah, path=file, public_keys=keys)
    again = tmp_path / "again.bundle"
    bundling.export(model, again)
    there, here = content(file), content(again)
    brought = {name for name in there if name.startswith(("ledger/", "artifacts/"))}
    assert {name for name in brought if here[name] != there[name]} == set()
    own = {"bundle.imported"}
    kept = [
        line for line in here["rows.jsonl"].splitlines() if json.loads(line)["row"].get("name") not in own
    ]
    assert sorted(kept) == sorted(there["rows.jsonl"].splitlines())
    report = model_bundle.verify(again, public_keys(tmp_path / "second"))
    assert report.faults == ()
    assert report.manifest["organisation"] == "Other Bank"


def test_what_stands_in_its_way_is_named_and_nothing_is_taken_in(first, hannah):
    file, keys, _ = first
    ids = {json.loads(line)["row"].get("reference") for line in content(file)["rows.jsonl"].splitlines()}
    taken = next(reference for reference in ids if str(reference).startswith("UC-"))
    from remit.ledger.capture import acting

    unit = people.create_unit(acting_user="system:test", name="Cards")
    with acting("system:test", "test.file"):
        UseCase.objects.create(
            reference=taken, key="other", name="Other", owner=hannah, unit=unit, filed_at=clock.now()
        )
    with pytest.raises(Conflict, match=taken):
        import_bundle(acting_user=hannah, path=file, public_keys=keys)
    assert not Model.objects.exists()


def test_it_is_taken_in_once_by_who_may(first, hannah):
    file, keys, _ = first
    with pytest.raises(Denied):
        import_bundle(
            acting_user=User.objects.get(email="daniel@calder.example"), path=file, public_keys=keys
        )
    import_bundle(acting_user=hannah, path=file, public_keys=keys)
    with pytest.raises(Conflict, match="is here already"):
        import_bundle(acting_user=hannah, path=file, public_keys=keys)
    shutil.rmtree(paths.home(), ignore_errors=True)
