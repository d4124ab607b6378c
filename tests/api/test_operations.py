"""Each operation over a real bank: what it gives, to whom, and how it says no."""

import base64
import hashlib
import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.kernel.ids import uuid7
from remit.kernel.problems import Broken
from remit.proof import checkpoint, merkle, remit_statement
from remit.serving import decision_store

VERSION = "/api/v1/models/MDL-0001/versions/1.0"


def fetched(client, path):
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, answer.content
    return answer.json()


def problem(answer, status):
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail", "instance"} <= body.keys()
    assert body["status"] == status
    return body


def test_the_inventory_is_read(auditor, world):
    (use_case,) = fetched(auditor, "/use-cases")["items"]
    assert use_case["key"] == "mortgage-approval"
    assert use_case["owner"]["name"] == "Owner"
    assert fetched(auditor, "/use-cases/UC-0001") == use_case | {"custom": {}}
    (model,) = fetched(auditor, "/models?q=mortgage")["items"]
    assert fetched(auditor, "/models/mdl-0001")["model"]["name"] == model["name"]
    (version,) = fetched(auditor, "/models/MDL-0001/versions")["items"]
    full = fetched(auditor, "/models/MDL-0001/versions/1.0")
    assert full.items() >= version.items()
    assert [column["name"] for column in full["data_schema"]["columns"]][:2] == ["payments", "loan_to_value"]
    assert full["artifacts"][0]["sha256"] == world.version.artifacts.get().sha256


def test_lists_are_cut_at_a_cursor(auditor, world):
    world.bank.licensed("2.0")
    first = fetched(auditor, "/models/MDL-0001/versions?limit=1")
    rest = fetched(auditor, f"/models/MDL-0001/versions?limit=1&cursor={first['next']}")
    assert [page["items"][0]["number"] for page in (first, rest)] == ["2.0", "1.0"]
    assert rest["next"] is None
    for wrong in ("nonsense", "bnVsbA", "WzFd", first["next"] + "A"):
        body = problem(auditor.get(f"/api/v1/models/MDL-0001/versions?cursor={wrong}"), 422)
        assert "cursor" in body["fields"]


def test_a_remit_is_verified_with_what_is_given(auditor, world):
    shown = fetched(auditor, "/remits?state=in_force")["items"]
    assert [row["reference"] for row in shown] == ["RM-1.0"]
    assert fetched(auditor, "/remits?state=revoked")["items"] == []
    assert fetched(auditor, "/remits/RM-1.0")["terms"]["purposes"] == ["home-loan-origination"]

    signed = fetched(auditor, "/remits/RM-1.0/signed")
    statement = remit_statement.verify_remit(signed["envelope"], signed["public_keys"])
    assert statement.terms.number == "RM-1.0"
    assert hashlib.sha256(base64.b64decode(signed["envelope"]["payload"])).hexdigest() == signed["sha256"]
    altered = signed["envelope"] | {"payload": base64.b64encode(b"{}").decode()}
    with pytest.raises(Broken):
        remit_statement.verify_remit(altered, signed["public_keys"])


def test_a_gate_is_evaluated_by_those_who_may(auditor, world, client_of):
    assert fetched(auditor, "/models/MDL-0001/versions/1.0/gates/g5")["passed"] is True
    problem(auditor.post(f"{VERSION}/gates/G5"), 403)
    developer = client_of(world.people.developer)
    answer = developer.post(f"{VERSION}/gates/G5")
    assert answer.status_code == 201, answer.content
    assert answer.json()["passed"] is False
    assert all(row["says"] for row in answer.json()["results"] if row["status"] != "satisfied")
    assert len(fetched(auditor, "/models/MDL-0001/versions/1.0/gates")["items"]) == 2
    assert fetched(auditor, "/models/MDL-0001/versions/1.0/gates/G5")["id"] == answer.json()["id"]
    problem(developer.post(f"{VERSION}/gates/G9"), 422)
    problem(auditor.get(f"{VERSION}/gates/G1"), 404)


def test_evidence_is_added_by_those_who_may(auditor, world, client_of):
    given = {"kind": "dev_test_report", "title": "Tests", "source": "test", "values": {"auc": 0.8}}
    problem(auditor.post(f"{VERSION}/evidence", given, content_type="application/json"), 403)
    developer = client_of(world.people.developer)
    answer = developer.post(f"{VERSION}/evidence", given, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["content_digest"] == world.version.content_digest
    assert fetched(auditor, "/models/MDL-0001/versions/1.0/evidence")["items"] == [answer.json()]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"source": "hearsay"}, "source"),
        ({"values": {}}, "values"),
        ({"title": ""}, "title"),
        ({"produced_at": "2999-01-01T00:00:00Z"}, "produced_at"),
        ({"produced_at": "2024-01-01T00:00:00"}, "produced_at"),
        ({"surprise": 1}, "surprise"),
        ({"values": [1]}, "values"),
    ],
)
def test_bad_evidence_is_refused_by_field(world, client_of, changes, field):
    given = {"kind": "dev_test_report", "title": "Tests", "source": "test", "values": {"auc": 0.8}} | changes
    developer = client_of(world.people.developer)
    body = problem(developer.post(f"{VERSION}/evidence", given, content_type="application/json"), 422)
    assert field in body["fields"]


def test_decisions_are_found_by_those_who_may(auditor, world, client_of):
    found = fetched(auditor, "/decisions")
    assert [row["subject"] for row in found["items"]] == ["APP-2", "APP-1"]
    assert found["next"] is None
    page = fetched(auditor, "/decisions?limit=1")
    rest = fetched(auditor, f"/decisions?limit=1&cursor={page['next']}")
    assert [row["decision_id"] for row in rest["items"]] == [world.declined]
    assert rest["next"] is None
    assert fetched(auditor, "/decisions?outcome=refused&text=APP")["items"][0]["clause"] == "purpose"
    assert fetched(auditor, f"/decisions?text={world.declined}")["items"][0]["action"] == "decline"
    full = fetched(auditor, f"/decisions/{world.declined}")
    assert full["features"]["payments"] == 0.9
    assert full["label"] is None
    finance = client_of(world.people.finance)
    assert "role" in problem(finance.get("/api/v1/decisions"), 403)["remedy"]
    problem(finance.get(f"/api/v1/decisions/{world.declined}"), 403)
    problem(auditor.get(f"/api/v1/decisions/{uuid7()}"), 404)
    problem(auditor.get(f"/api/v1/decisions/{uuid4()}"), 404)


def test_outcomes_join_their_decisions(auditor, world, client_of):
    path = "/api/v1/use-cases/mortgage-approval/outcomes"
    given = [{"decision_id": world.declined, "label": "denied"}]
    problem(auditor.post(path, given, content_type="application/json"), 403)
    operations = client_of(world.people.operations)
    answer = operations.post(path, given, content_type="application/json")
    assert answer.status_code == 201, answer.content
    assert answer.json()["rows"] == 1
    assert fetched(auditor, f"/decisions/{world.declined}")["label"] == "denied"
    for wrong in ([], [{"decision_id": "x", "label": "a"}], [{"decision_id": world.declined, "label": ""}]):
        problem(operations.post(path, wrong, content_type="application/json"), 422)
    problem(
        operations.post(path, [{"decision_id": str(uuid4()), "label": "a"}], content_type="application/json"),
        422,
    )
    assert len(decision_store.rows("mortgage-approval")) == 2


def test_an_entry_is_proved_against_the_signed_checkpoint(auditor, world):
    newest = fetched(auditor, "/ledger/checkpoint")
    signed = checkpoint.verify(newest["note"], newest["public_keys"])
    assert (signed.size, signed.root.hex()) == (newest["size"], newest["root"])
    (entry,) = fetched(auditor, "/ledger/entries?table=governance_remit")["items"]
    full = fetched(auditor, f"/ledger/entries/{entry['id']}")
    assert hashlib.sha256(full["payload"].encode()).hexdigest() == entry["payload_sha256"]

    proof = fetched(auditor, f"/ledger/entries/{entry['id']}/proof")
    leaf = merkle.leaf_hash(proof["leaf"].encode())
    path = [bytes.fromhex(step["hash"]) for step in proof["steps"]]
    assert merkle.verify_inclusion(leaf, proof["index"], signed.size, path, signed.root)
    assert json.loads(proof["leaf"])["payload_sha256"] == entry["payload_sha256"]


def test_an_older_tree_is_the_start_of_the_newer(auditor, world):
    size = fetched(auditor, "/ledger")["size"]
    proof = fetched(auditor, f"/ledger/consistency?first=3&second={size}")
    path = [bytes.fromhex(step) for step in proof["path"]]
    first, second = (bytes.fromhex(proof[name]) for name in ("first_root", "second_root"))
    assert merkle.verify_consistency(3, size, first, second, path)
    problem(auditor.get(f"/api/v1/ledger/consistency?first=3&second={size + 1}"), 404)
    problem(auditor.get("/api/v1/ledger/consistency?first=0&second=1"), 422)


def test_entries_come_in_pages_and_lose_nothing(auditor, world):
    seen, before = [], ""
    while True:
        page = fetched(auditor, f"/ledger/entries?limit=7{before}")
        seen += [row["index"] for row in page["items"]]
        if page["next"] is None:
            break
        before = f"&cursor={page['next']}"
    assert seen == list(range(fetched(auditor, "/ledger")["size"]))[::-1]


def test_the_ledger_takes_its_permission(world, client_of):
    from remit.people import actions as people

    guest = people.invite(
        acting_user="system:test",
        email="guest@calder.example",
        name="Guest",
        password="correct horse battery",
    )
    guest_client = client_of(guest)
    for path in (
        "",
        "/checkpoint",
        "/entries",
        "/entries/1",
        "/entries/1/proof",
        "/consistency?first=1&second=2",
    ):
        problem(guest_client.get(f"/api/v1/ledger{path}"), 403)


def test_a_write_needs_the_csrf_token(world, client_of):
    client = client_of(world.people.developer, csrf=True)
    assert "X-CSRFToken" in problem(client.post(f"{VERSION}/gates/G5"), 403)["remedy"]
    client.get("/account/")
    token = client.cookies["csrftoken"].value
    assert client.post(f"{VERSION}/gates/G5", headers={"X-CSRFToken": token}).status_code == 201


def test_what_is_not_there_is_a_problem(auditor):
    for path in ("/api/v1/nothing", "/api/", "/api/v2/models", "/api/v1/models/MDL-9999"):
        assert problem(auditor.get(path), 404)["instance"] == path
    answer = auditor.delete("/api/v1/models")
    assert "GET" in problem(answer, 405)["remedy"]
    assert answer.headers["Allow"] == "GET, POST"


def test_what_cannot_be_read_is_a_problem(auditor, world, client_of):
    assert "limit" in problem(auditor.get("/api/v1/models?limit=0"), 422)["fields"]
    assert "limit" in problem(auditor.get("/api/v1/models?limit=1000"), 422)["fields"]
    assert "state" in problem(auditor.get("/api/v1/remits?state=lost"), 422)["fields"]
    assert "day" in problem(auditor.get("/api/v1/decisions?day=someday"), 422)["fields"]
    developer = client_of(world.people.developer)
    problem(developer.post(f"{VERSION}/evidence", "{torn", content_type="application/json"), 400)


def test_our_own_fault_is_a_problem_without_its_inside(auditor, monkeypatch, caplog):
    def failing(*_):
        raise RuntimeError("secret inside")

    monkeypatch.setattr("remit.inventory.queries.model", failing)
    auditor.raise_request_exception = False
    body = problem(auditor.get("/api/v1/models/MDL-0001"), 500)
    assert "secret" not in json.dumps(body)
    assert "secret inside" in caplog.text


def test_a_problem_of_the_domain_keeps_its_status(auditor, world):
    stored = world.gateway.recorder._decisions
    (file,) = list(stored.rglob("*.parquet"))[:1]
    file.write_bytes(b"damaged")
    assert file.name in problem(auditor.get("/api/v1/decisions"), 500)["detail"]


@pytest.mark.parametrize(
    "path", ["/use-cases", "/models", "/models/MDL-0001/versions", "/remits", "/ledger/entries"]
)
def test_the_number_of_reads_does_not_grow_with_the_list(auditor, world, path):
    def reads():
        auditor.get(f"/api/v1{path}")
        with CaptureQueriesContext(connection) as seen:
            assert len(fetched(auditor, f"{path}?limit=200")["items"]) > 0
        return len(seen)

    few = reads()
    for number in range(2, 8):
        world.bank.licensed(f"{number}.0")
    assert reads() == few
