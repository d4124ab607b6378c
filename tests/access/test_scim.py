"""SCIM: the tester of python-scim finds nothing, and what an identity provider does happens here."""

from __future__ import annotations

import json
from datetime import timedelta

import httpx
import pytest
from django.test import Client
from scim2_client.client import BaseSyncSCIMClient
from scim2_tester import Status, check_server

from remit.kernel import clock
from remit.ledger.models import Entry
from remit.people import actions, queries
from remit.people.models import Group, User

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class HttpScimClient(BaseSyncSCIMClient):
    """The tester's client over httpx."""

    def __init__(self, http, **given):
        super().__init__(**given)
        self.http = http

    def _stays_under_base_url(self, endpoint):
        return True

    def _parse_json(self, response):
        return response.json()

    def request(self, method, url, **given):
        return self.http.request(method, url, **given)


@pytest.fixture
def secret(administrator):
    account = actions.create_service_account(
        acting_user=administrator, name="Entra", answered_by=administrator, roles=("administrator",)
    )
    return actions.create_token(
        acting_user=administrator,
        name="SCIM",
        scopes=("scim.manage",),
        expires_at=clock.recorded_now() + timedelta(days=30),
        user=account,
    )[1]


@pytest.fixture
def scim(secret):
    def call(method, path, body=None):
        headers = {"Authorization": f"Bearer {secret}"}
        extra = {} if body is None else {"data": json.dumps(body), "content_type": "application/scim+json"}
        return getattr(Client(), method)(f"/scim/v2/{path}", headers=headers, **extra)

    return call


def patch(*operations):
    return {"schemas": [PATCH], "Operations": list(operations)}


def entra_user(**other):
    return {
        "schemas": [USER, "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "userName": "cy@bank.example",
        "externalId": "e-1",
        "active": True,
        "name": {"givenName": "Cy", "familyName": "Twombly"},
        "emails": [{"primary": True, "type": "work", "value": "cy@bank.example"}],
        "locale": "en-GB",
    } | other


@pytest.mark.django_db(transaction=True)
def test_the_scim_tester_finds_nothing(secret, live_server):
    with httpx.Client(
        base_url=f"{live_server.url}/scim/v2", headers={"Authorization": f"Bearer {secret}"}, timeout=30
    ) as http:
        results = check_server(HttpScimClient(http), raise_exceptions=False)
    assert len(results) > 50
    assert {r.resource_type for r in results} >= {"User", "Group"}
    faults = [f"{r.title}: {r.reason}" for r in results if r.status not in {Status.SUCCESS, Status.SKIPPED}]
    assert not faults, "\n".join(faults)


def test_a_joiner_a_mover_and_a_leaver(scim, administrator):
    made = scim("post", "Users", entra_user())
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    person = User.objects.get(pk=pk)
    assert (person.name, person.email, person.external_id) == ("Cy Twombly", "cy@bank.example", "e-1")
    assert not person.has_usable_password()
    assert queries.roles_of(person) == set()
    moved = scim("patch", f"Users/{pk}", patch({"op": "Replace", "path": "title", "value": "Painter"}))
    assert moved.json()["title"] == "Painter"
    # as Entra changes an address
    path = 'emails[type eq "work"].value'
    scim("patch", f"Users/{pk}", patch({"op": "Replace", "path": path, "value": "cyt@bank.example"}))
    assert User.objects.get(pk=pk).email == "cyt@bank.example"
    left = scim("patch", f"Users/{pk}", patch({"op": "replace", "value": {"active": False}}))
    assert left.json()["active"] is False
    person.refresh_from_db()
    assert not person.is_active
    assert person.left_at
    assert scim("delete", f"Users/{pk}").status_code == 204
    assert scim("get", f"Users/{pk}").status_code == 404
    address = [{"primary": True, "type": "work", "value": "cyt@bank.example"}]
    again = scim("post", "Users", entra_user(externalId="e-2", emails=address))
    assert again.status_code == 201
    assert again.json()["id"] == pk
    assert User.objects.get(pk=pk).is_active
    actors = set(Entry.objects.filter(object_id=pk).values_list("actor", flat=True))
    assert actors == {"system:scim/entra@service.invalid"}


def test_a_group_gives_its_roles_to_its_members(scim, administrator):
    pk = scim("post", "Users", entra_user()).json()["id"]
    made = scim(
        "post", "Groups", {"schemas": [GROUP], "displayName": "Validators", "members": [{"value": pk}]}
    )
    assert made.status_code == 201, made.content
    group = Group.objects.get(pk=made.json()["id"])
    actions.give_group_role(acting_user=administrator, group=group, role="independent_validator")
    person = User.objects.get(pk=pk)
    assert queries.roles_of(person) == {"independent_validator"}
    # as Entra takes somebody out
    removed = scim(
        "patch", f"Groups/{group.pk}", patch({"op": "Remove", "path": "members", "value": [{"value": pk}]})
    )
    assert removed.status_code == 200, removed.content
    assert queries.roles_of(person) == set()
    added = scim(
        "patch", f"Groups/{group.pk}", patch({"op": "add", "path": "members", "value": [{"value": pk}]})
    )
    assert [m["value"] for m in added.json()["members"]] == [pk]
    wrong = scim(
        "patch", f"Groups/{group.pk}", patch({"op": "add", "path": "members", "value": [{"value": "x"}]})
    )
    assert (wrong.status_code, wrong.json()["scimType"]) == (400, "invalidValue")
    assert scim("delete", f"Groups/{group.pk}").status_code == 204
    assert queries.roles_of(person) == set()


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ('userName eq "CY@bank.example"', ["cy@bank.example"]),
        ('externalId eq "e-1"', ["cy@bank.example"]),
        ('emails[value eq "cy@bank.example"]', ["cy@bank.example"]),
        ('displayName co "omb" and active eq true', ["cy@bank.example"]),
        ('userName eq "nobody"', []),
        ('id eq "no-id"', []),
        ('not (userName sw "cy")', ["ann@bank.example"]),
    ],
)
def test_filters(scim, asked, names):
    scim("post", "Users", entra_user())
    found = scim("get", f"Users?filter={asked}".replace('"', "%22")).json()
    assert [row["userName"] for row in found.get("Resources", [])] == names
    assert found["totalResults"] == len(names)


def test_pages_and_sorting(scim):
    for i in range(5):
        scim("post", "Users", entra_user(userName=f"u{i}@bank.example", externalId=f"x{i}", emails=[]))
    page = scim("get", "Users?startIndex=2&count=2&sortBy=userName&sortOrder=descending").json()
    assert [row["userName"] for row in page["Resources"]] == ["u3@bank.example", "u2@bank.example"]
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (6, 2, 2)
    assert scim("get", "Users?count=0").json()["totalResults"] == 6


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"schemas": [USER]}, 400, "invalidValue"),
        (entra_user(userName="ann@bank.example", emails=[]), 409, "uniqueness"),
        (entra_user(emails=[{"value": "nonsense", "primary": True}]), 400, "invalidValue"),
        ([1], 400, "invalidSyntax"),
    ],
)
def test_what_cannot_be_is_a_scim_error(scim, body, status, kind):
    answer = scim("post", "Users", body)
    assert (answer.status_code, answer.json()["scimType"]) == (status, kind)
    assert answer.headers["Content-Type"] == "application/scim+json"


def test_the_last_administrator_does_not_leave(scim, administrator):
    # the service account holds the role too, and does not count
    answer = scim("delete", f"Users/{administrator.pk}")
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    administrator.refresh_from_db()
    assert administrator.is_active


def test_only_a_token_with_the_scope_comes_in(administrator, sign_in):
    assert Client().get("/scim/v2/Users").status_code == 401
    assert sign_in(administrator).get("/scim/v2/Users").status_code == 401
    _, reading = actions.create_token(
        acting_user=administrator,
        name="Reading",
        scopes=("read",),
        expires_at=clock.recorded_now() + timedelta(days=30),
    )
    answer = Client().get("/scim/v2/Users", headers={"Authorization": f"Bearer {reading}"})
    assert (answer.status_code, answer.json()["status"]) == (403, "403")
