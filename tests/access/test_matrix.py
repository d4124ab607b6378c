"""Every page, operation and command, sent everybody: what happens is what the table says."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client, RequestFactory
from django.test.client import ClientHandler
from tests.access import doors, sample
from tests.access.doors import ABSENT, IN, NOBODY, REFUSED, SIGN_IN, Door
from typer.testing import CliRunner

from remit.cli import main
from remit.kernel.problems import Problem
from remit.ledger.models import Entry

_OF_STATUS = {401: SIGN_IN, 403: REFUSED, 404: ABSENT}


class Caller(RequestFactory):
    """A browser that remembers nothing of how pages were made, which is most of what a test client does."""

    def __init__(self) -> None:
        super().__init__()
        self.handler = ClientHandler(enforce_csrf_checks=False)

    def request(self, **given: Any) -> Any:
        return self.handler(self._base_environ(**given))


def test_every_door_has_a_rule():
    declared = {(door.kind, door.pattern) for door in doors.doors()}
    there = {
        *(("page", name) for name in doors.page_names()),
        *(("operation", name) for name in doors.operations()),
        *(("command", name) for name in doors.command_names()),
    }
    assert not there - declared, f"say in doors.yaml who comes in here: {sorted(there - declared)}"
    assert not declared - there, f"doors.yaml names what is not there: {sorted(declared - there)}"


def test_the_table_is_what_the_permissions_say():
    """A change of permissions or of doors shows in the table, line by line, to whoever reviews it."""
    if os.environ.get("REMIT_WRITE_MATRIX"):
        doors.MATRIX.write_text(doors.table(), encoding="utf-8")
    written = doors.MATRIX.read_text(encoding="utf-8")
    assert written == doors.table(), "write it with REMIT_WRITE_MATRIX=1 and look at the difference"


@pytest.fixture
def everything(db, remit_home, tmp_path, settings):
    # the real hash is slow on purpose, and here it would only be slow
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # who is signed in stands in the cookie: none of this is about how sessions are kept
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    (engine,) = settings.TEMPLATES
    options = engine["OPTIONS"] | {"loaders": ["tests.access.blank.Loader"]}
    settings.TEMPLATES = [engine | {"OPTIONS": options}]
    return sample.built(tmp_path)


@pytest.fixture
def clients(everything):
    found = {NOBODY: Caller()}
    for name, person in everything.persons.items():
        client = Client()
        client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
        found[name] = Caller()
        found[name].cookies = client.cookies
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_pages(everything, clients):
    _walk("page", lambda door, person: _came(page(everything, clients[person], door)))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_operations(everything, clients):
    _walk("operation", lambda door, person: _came(operation(everything, clients[person], door)))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_commands(everything, monkeypatch):
    # the database of the test is up already; a command would look for the installation's own
    monkeypatch.setattr("remit.cli.installation.ready", lambda **_: nullcontext())
    _walk("command", lambda door, person: _command(everything, door, person))


def _walk(kind: str, send: Callable[[Door, str], str | int]) -> None:
    wrong = []
    # whatever somebody writes is rolled back, so that everybody starts from this
    before = Entry.objects.count()
    for door in doors.doors():
        if door.kind != kind:
            continue
        for person in doors.persons():
            with transaction.atomic():
                got = send(door, person)
                written = Entry.objects.count() - before
                transaction.set_rollback(True)
            asked = doors.expected(door, person)
            if not _as_asked(door, asked, got) or (written and asked != IN):
                wrong.append(
                    f"{door.method} {door.name}: {person} should be {asked}, got {got}, wrote {written}"
                )
    assert not wrong, "\n" + "\n".join(wrong)


def _as_asked(door: Door, asked: str, got: str | int) -> bool:
    """Tell whether an answer is what was asked for; what is not there is at least refused.

    What writes may also be refused for its input, before anybody is asked who sends it, or lead back to the
    page it was sent from: then what counts is that nothing was written, which the caller looks at.
    """
    seen = _OF_STATUS.get(got, got) if isinstance(got, int) else got
    if isinstance(seen, int):
        seen = IN if seen < 500 else f"failed with {seen}"
    if seen == asked or (asked == REFUSED and seen == ABSENT):
        return True
    if door.takes == "none" and seen == SIGN_IN:
        return True
    writes = door.method in {"post", "run"} or (door.kind == "operation" and door.method != "get")
    return (
        writes and asked in {REFUSED, ABSENT} and seen in {REFUSED, ABSENT, IN} and got not in {200, 201, IN}
    )


def _came(answer: Any) -> str | int:
    location = answer.headers.get("Location", "")
    to_sign_in = answer.status_code == 302 and location.startswith("/account/login/?next=")
    return SIGN_IN if to_sign_in else answer.status_code


def page(world: Any, client: RequestFactory, door: Door) -> Any:
    """Send somebody to a page and return the answer."""
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda m: str(_named(world, door, m[1])), _plain(door.pattern))
    return getattr(client, door.method)("/" + path, headers={"User-Agent": "test"})


def _plain(path: str) -> str:
    """Write the few patterns of allauth's that are regular expressions as addresses."""
    path = path.replace("^(?P<provider_id>[^/]+)/", "sso/")
    path = path.replace("^confirm-email/(?P<key>[-:\\w]+)/$", "confirm-email/abc/")
    return path.replace(
        "^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$", "password/reset/key/1-a/"
    )


def _named(world: Any, door: Door, name: str) -> Any:
    """Return what an address takes under a name."""
    route = door.pattern
    things = {
        "changes/": world.change.reference,
        "attestations/": world.campaign.reference,
        "import/": world.imported.reference,
        "tasks/": world.task.reference,
        "people/emergencies/": world.emergency.reference,
        "discovery/": world.sighting.pk,
        "people/roles/": world.assignment.pk,
        "people/absences/": world.absence.pk,
        "people/units/": world.unit.pk,
        "people/groups/roles/": world.group_role.pk,
        "people/groups/": world.group.pk,
        "people/": world.bank.people.finance.pk,
    }
    if route.startswith("attestations/") and name == "identifier":
        return world.campaign.attestations.get().pk
    if name in {"reference", "identifier"}:
        for start, thing in things.items():
            if route.startswith(start):
                return thing
        return world.bank.model.reference
    known = {
        "prefix": world.token.prefix,
        "account": world.account.pk,
        "entry": Entry.objects.order_by("pk").first().pk,
        "decision": world.decision,
        "view": world.view.pk,
        "relation": world.relation.pk,
        "vendor": world.vendor.pk,
        "user": world.member.pk,
        "of": "model",
        "number": world.version.number if "/versions/" in route else world.remit,
        "verb": door.name.partition(" verb=")[2],
        "issue": world.finding.reference,
        "pk": 1,
    }
    if name == "key":
        return "cost_centre" if "fields" in route else "tier" if "facet" in route else "mortgage-approval"
    return known[name]


def operation(world: Any, client: RequestFactory, door: Door) -> Any:
    """Call an operation of the API as somebody and return the answer."""
    method, address, described = doors.operations()[door.name]
    path = re.sub(r"\{(\w+)\}", lambda m: str(_in_address(world, address, m[1])), address)
    asked = {
        p["name"]: doors.instance(p["schema"], {})
        for p in described.get("parameters", ())
        if p.get("required") and p["in"] == "query"
    }
    body, extra = described.get("requestBody"), {}
    if body:
        content_type, content = next(iter(body["content"].items()))
        given = doors.instance(content["schema"], _known(world))
        if content_type == "application/json":
            extra = {"data": json.dumps(given), "content_type": content_type}
        else:
            extra = {"data": given}
    return getattr(client, method)(f"{path}?{urlencode(asked)}", **extra)


def _known(world: Any) -> dict[str, Any]:
    """Return what a body takes under names that have to be somebody's or something's."""
    finance, reference = world.bank.people.finance.email, world.bank.model.reference
    return {
        "use_case": "mortgage-approval",
        "unit": world.unit.name,
        "person": finance,
        "user": finance,
        "owner": finance,
        "answered_by": finance,
        "role": "model_user",
        "source": world.challenger.reference,
        "target": reference,
        "kind": "feeds",
        "given": [{"decision_id": world.decision, "label": "paid"}],
    }


def _in_address(world: Any, address: str, name: str) -> Any:
    """Return what an address of the API takes under a name."""
    things = {
        "reference": {
            "changes": world.change.reference,
            "remits": world.remit,
            "imports": world.imported.reference,
            "attestation-campaigns": world.campaign.reference,
        }.get(address.split("/")[3], world.bank.model.reference),
        "identifier": world.campaign.attestations.get().pk,
        "sighting_id": world.sighting.pk,
        "view_id": world.view.pk,
        "number": world.version.number,
        "gate": "G5",
        "of": "model",
        "key": "cost_centre" if "fields" in address else "mortgage-approval",
        "entry": Entry.objects.order_by("pk").first().pk,
        "person": world.member.email if "members" in address else world.bank.people.finance.email,
        "assignment_id": world.assignment.pk,
        "unit": world.unit.pk,
        "group_id": world.group.pk,
        "relation_id": world.relation.pk,
        "decision_id": world.decision,
        "prefix": world.token.prefix,
        "account_id": world.account.pk,
        "vendor_id": world.vendor.pk,
    }
    return things[name]


def _command(world: Any, door: Door, person: str) -> str:
    if door.takes == "open":
        return IN
    arguments = [*door.name.split(), *_arguments(world, door.name)]
    if person != NOBODY:
        arguments += ["--as", world.persons[person].email]
    result = CliRunner().invoke(main.app, arguments, env={"REMIT_NEW_PASSWORD": sample.PASSWORD})
    fault = result.exception
    if isinstance(fault, Problem):
        unnamed = "Add --as" in fault.remedy
        wrong = IN if fault.status < 500 else f"{fault.status}: {fault}"
        return SIGN_IN if unnamed else _OF_STATUS.get(fault.status, wrong)
    return IN if fault is None or isinstance(fault, SystemExit) else f"failed: {fault!r} {result.output}"


def _arguments(world: Any, name: str) -> list[str]:
    """Return what a command is called with, beside who calls it."""
    file = world.bank.folder / "models.csv"
    file.write_text("external_key,model,owner,unit,kind\na-1,Churn,owner@calder.example,Home lending,ml\n")
    return {
        "import": [str(file)],
        "models export": [str(world.bank.folder / "out.csv")],
        "models show": [world.bank.model.reference],
        "models register": ["mortgage-approval", "Another model"],
        "people show": [world.bank.people.finance.email],
        "people invite": ["new@calder.example", "New"],
        "people leave": [world.bank.people.finance.email],
        "people assign": [world.bank.people.finance.email, "approver"],
        "bundle export": [world.bank.model.reference, str(world.bank.folder / "model.bundle")],
        "bundle import": [str(file)],
        "discovery link": [str(world.sighting.pk), world.bank.model.reference],
        "discovery register": [str(world.sighting.pk), "--use-case", "mortgage-approval", "--kind", "ml"],
        "discovery dismiss": [str(world.sighting.pk), "--reason", "A test endpoint"],
        "versions list": [world.bank.model.reference],
        "versions show": [world.bank.model.reference, world.version.number],
        "versions register": [world.bank.model.reference, "9", str(file), "--code", "git 1a2b"],
        "versions ready": [world.bank.model.reference, world.version.number],
        "versions diff": [world.bank.model.reference, world.version.number, world.version.number],
        "tokens create": ["CI", "--scope", "read"],
        "tokens revoke": [world.token.prefix],
    }.get(name, [])
