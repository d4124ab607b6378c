"""Conditional requests and repeated writes: done once, never over what somebody else changed meanwhile."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from remit.inventory import queries as inventory
from remit.kernel import clock
from remit.ledger import requests
from remit.ledger.models import Request

CASE = "/api/v1/use-cases/mortgage-approval"
MODEL = "/api/v1/models/MDL-0001"
MODELS = "/api/v1/models"


@pytest.fixture
def owner(world, client_of):
    return client_of(world.people.owner)


@pytest.fixture
def developer(world, client_of):
    return client_of(world.people.developer)


def sent(client, method, path, body, **headers):
    named = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    return getattr(client, method)(path, json.dumps(body), content_type="application/json", **named)


def model(name="Challenger"):
    return {"use_case": "mortgage-approval", "name": name, "kind": "ml"}


def test_what_did_not_change_is_not_sent_again(auditor):
    first = auditor.get(CASE)
    again = auditor.get(CASE, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert auditor.get(CASE, HTTP_IF_NONE_MATCH='"other"').content == first.content
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= {name.strip() for name in first["Vary"].split(",")}


def test_a_write_on_what_was_seen_is_done_once(owner, auditor):
    tag = owner.get(MODEL)["ETag"]
    done = sent(owner, "patch", MODEL, {"tags": ["retail"]}, if_match=tag)
    assert done.status_code == 200, done.content
    assert done.json()["model"]["tags"] == ["retail"]
    assert done["ETag"] == owner.get(MODEL)["ETag"] != tag
    late = sent(owner, "patch", MODEL, {"tags": ["late"]}, if_match=tag)
    assert late.status_code == 412
    assert late["Content-Type"] == "application/problem+json"
    assert late.json()["remedy"]
    assert auditor.get(MODEL).json()["model"]["tags"] == ["retail"]
    assert sent(owner, "patch", MODEL, {"tags": []}, if_match=done["ETag"]).status_code == 200
    assert sent(owner, "patch", MODEL, {"tags": ["any"]}, if_match="*").status_code == 200


def test_a_precondition_says_nothing_of_what_is_not_there(owner):
    assert sent(owner, "patch", "/api/v1/use-cases/nothing", {"name": "X"}, if_match="*").status_code == 404
    assert sent(owner, "post", f"{CASE}/outcomes", [], if_match='"x"').status_code == 412


def test_a_write_under_one_key_is_done_once(developer):
    first = sent(developer, "post", MODELS, model(), idempotency_key="k-1")
    assert first.status_code == 201, first.content
    again = sent(developer, "post", MODELS, model(), idempotency_key="k-1")
    assert (again.status_code, again.content) == (201, first.content)
    assert again["Location"] == first["Location"] == f"{MODELS}/{first.json()['reference']}"
    assert again["Idempotent-Replayed"] == "true"
    assert inventory.models().filter(name="Challenger").count() == 1
    other = sent(developer, "post", MODELS, model("Another"), idempotency_key="k-1")
    assert other.status_code == 422
    assert sent(developer, "post", MODELS, model("Another"), idempotency_key="x" * 201).status_code == 422


def test_a_key_is_its_senders_own(developer, owner):
    assert sent(developer, "post", MODELS, model(), idempotency_key="k-1").status_code == 201
    assert sent(owner, "post", MODELS, model(), idempotency_key="k-1").status_code == 403


def test_what_was_not_done_may_be_tried_again(developer):
    wrong = sent(developer, "post", MODELS, model(""), idempotency_key="k-2")
    assert wrong.status_code == 422
    assert sent(developer, "post", MODELS, model(), idempotency_key="k-2").status_code == 201


def test_nobody_gets_an_answer_by_its_key_alone(developer, client):
    assert sent(developer, "post", MODELS, model(), idempotency_key="k-3").status_code == 201
    assert sent(client, "post", MODELS, model(), idempotency_key="k-3").status_code == 401


def test_an_answer_is_kept_for_a_day(developer):
    sent(developer, "post", MODELS, model(), idempotency_key="k-4")
    assert requests.forget() == 0
    Request.objects.update(asked_at=clock.recorded_now() - timedelta(hours=25))
    assert sent(developer, "post", MODELS, model(), idempotency_key="k-4").status_code == 422
    assert requests.forget() == 1


def test_a_secret_is_shown_once(owner):
    asked = {
        "name": "Notebook",
        "scopes": ["read"],
        "expires_at": (clock.recorded_now() + timedelta(days=9)).isoformat(),
    }
    made = sent(owner, "post", "/api/v1/tokens", asked, idempotency_key="k-5")
    assert made.status_code == 201, made.content
    secret = made.json()["secret"]
    assert made["Cache-Control"] == "no-store"
    assert sent(owner, "post", "/api/v1/tokens", asked, idempotency_key="k-5").status_code == 409
    assert Request.objects.get().body is None
    listed = owner.get("/api/v1/tokens").content
    assert secret.encode() not in listed
    bearer = Client(headers={"Authorization": f"Bearer {secret}"})
    assert bearer.get("/api/v1/me").json()["name"] == "Owner"


@pytest.mark.django_db(transaction=True)
def test_at_the_same_instant_one_goes_through(transactional_db, remit_home, tmp_path, settings, client_of):
    from serving_world import Bank

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    bank = Bank(tmp_path)
    together = threading.Barrier(4)
    tag = client_of(bank.people.owner).get(MODEL)["ETag"]

    def asking(n):
        try:
            writing, editing = client_of(bank.people.developer), client_of(bank.people.owner)
            together.wait()
            added = sent(writing, "post", MODELS, model(), idempotency_key="same")
            together.wait()
            edited = sent(editing, "patch", MODEL, {"tags": [f"t{n}"]}, if_match=tag)
            return added.status_code, edited.status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        added, edited = zip(*pool.map(asking, range(4)), strict=True)
    assert set(added) <= {201, 409}
    assert added.count(201) >= 1
    assert inventory.models().filter(name="Challenger").count() == 1
    assert sorted(edited) == [200, 412, 412, 412]
