"""The list of models, the record and what is written around it, as a program sees them."""

import json
from datetime import UTC, datetime, timedelta

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.api.urls import api
from remit.inventory import actions as inventory
from remit.inventory import queries, record
from remit.kernel import clock
from remit.ledger.models import Entry
from remit.people import actions as people
from remit.people import queries as directory

DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(), default=str))
MODELS = "/api/v1/models"


@pytest.fixture
def owner(world, client_of):
    return client_of(world.people.owner)


@pytest.fixture
def developer(world, client_of):
    return client_of(world.people.developer)


def got(client, path, status=200):
    answer = client.get(path)
    assert answer.status_code == status, answer.content
    return answer.json()


def posted(client, path, body, status=201):
    answer = client.post(path, json.dumps(body), content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def conforms(body, name):
    schema = {"$ref": f"#/components/schemas/{name}", "components": DOCUMENT["components"]}
    jsonschema.validate(body, schema, cls=jsonschema.Draft202012Validator)


@pytest.fixture
def many(world):
    """Six more models, two of them tagged."""
    for n in range(6):
        inventory.register_model(
            acting_user=world.people.developer,
            use_case=world.bank.use_case,
            name=f"Challenger {n}",
            kind="ml",
            tags=["retail", "pilot"] if n < 2 else [],
        )


def test_the_list_is_as_described(auditor, many):
    whole = got(auditor, MODELS)
    conforms(whole, "Models")
    assert len(whole["items"]) == 7
    assert set(whole["items"][0]) == set(DOCUMENT["components"]["schemas"]["ModelRow"]["properties"])
    sparse = got(auditor, f"{MODELS}?fields=name,tier")
    conforms(sparse, "Models")
    assert set(sparse["items"][0]) == {"reference", "name", "tier"}
    assert "fields" in got(auditor, f"{MODELS}?fields=color", 422)["fields"]


def test_it_is_narrowed_and_walked(auditor, many):
    assert len(got(auditor, f"{MODELS}?tag=retail&tag=pilot")["items"]) == 2
    assert len(got(auditor, f"{MODELS}?q=challenger 3")["items"]) == 1
    assert got(auditor, f"{MODELS}?stage=retired")["items"] == []
    seen, cursor = [], ""
    while cursor is not None:
        page = got(auditor, f"{MODELS}?limit=3&cursor={cursor}")
        seen += [row["reference"] for row in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) == 7
    assert "cursor" in got(auditor, f"{MODELS}?cursor=nonsense", 422)["fields"]
    counted = got(auditor, f"{MODELS}/facets?kind=ml")
    assert (counted["total"], counted["found"]) == (7, 6)
    assert {value["value"]: value["count"] for value in counted["facets"]["kind"]} == {
        "ml": 6,
        "statistical": 1,
    }


def test_a_day_that_is_past_is_answered_as_it_stood(world, auditor, owner):
    with clock.at(clock.now() + timedelta(days=3)):
        answer = owner.patch(f"{MODELS}/MDL-0001", json.dumps({"name": "Renamed"}), "application/json")
        assert answer.status_code == 200, answer.content
    with clock.at(clock.now() + timedelta(days=5)):
        before = (clock.now() - timedelta(days=4)).date()
        assert [row["name"] for row in got(auditor, MODELS)["items"]] == ["Renamed"]
        (row,) = got(auditor, f"{MODELS}?as_of={before}")["items"]
        assert (row["name"], row["until"] is None) == ("Scorecard", False)
        assert got(auditor, f"{MODELS}/MDL-0001?as_of={before}")["model"]["name"] == "Scorecard"
        later = datetime.now(UTC) + timedelta(days=90)
        assert "as_of" in got(auditor, f"{MODELS}?as_of={later:%Y-%m-%d}", 422)["fields"]


def test_the_record_is_the_published_one(auditor, world):
    found = got(auditor, f"{MODELS}/MDL-0001")
    jsonschema.validate(found, record.schema(), cls=jsonschema.Draft202012Validator)
    assert found["versions"][0]["number"] == "1.0"
    assert got(auditor, f"{MODELS}/UC-0001")["model"] is None


def test_the_list_reads_as_often_for_a_hundred_as_for_one(auditor, many):
    counts = []
    for limit in (1, 100):
        with CaptureQueriesContext(connection) as asked:
            got(auditor, f"{MODELS}?limit={limit}")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 6


def test_another_unit_is_not_there(world, client_of):
    other = people.create_unit(acting_user="system:test", name="Cards")
    stranger = people.invite(
        acting_user="system:test", email="s@calder.example", name="Stranger", password="correct horse battery"
    )
    admin = directory.user_by_email("ines@calder.example")
    people.assign_role(acting_user=admin, user=stranger, role="model_owner", unit=other)
    client = client_of(stranger)
    assert got(client, MODELS)["items"] == []
    assert got(client, f"{MODELS}/facets")["total"] == 0
    for path in ("MDL-0001", "UC-0001", "MDL-0001/versions", "MDL-0001/versions/1.0", "MDL-0001/relations"):
        got(client, f"{MODELS}/{path}", 404)
    assert got(client, "/api/v1/use-cases")["items"] == []


def test_an_idea_becomes_a_model_with_a_version(world, owner, developer):
    filed = posted(
        owner,
        "/api/v1/use-cases",
        {
            "name": "Card limits",
            "unit": "Home lending",
            "decision": "Which limit a card gets.",
            "purpose": "card-limit",
            "population": "Holders of a card.",
            "value_hypothesis": "Fewer losses, measured by experiment.",
            "planned_value_a_year": "120000.50",
            "alternative": "One limit for everybody.",
        },
    )
    assert (filed["planned_value_a_year"], filed["owner"]["name"]) == ("120000.50", "Owner")
    registered = posted(
        developer,
        MODELS,
        {
            "use_case": filed["key"],
            "name": "Limits",
            "kind": "ml",
            "tags": ["cards"],
            "external_key": "mlflow:limits",
        },
    )
    version = {"number": "1", "code_reference": "git 1a2b", "licence": "Apache-2.0"}
    sent = developer.post(
        f"{MODELS}/{registered['reference']}/versions",
        {
            "version": json.dumps(version),
            "files": [SimpleUploadedFile("rows.csv", b"income,channel\n1,web\n2,branch\n", "text/csv")],
        },
    )
    assert sent.status_code == 201, sent.content
    made = sent.json()
    assert {column["name"] for column in made["data_schema"]["columns"]} == {"income", "channel"}
    assert made["artifacts"][0]["name"] == "rows.csv"
    path = sent["Location"]
    columns = made["data_schema"]["columns"]
    columns[1]["role"] = "protected"
    mended = developer.patch(
        path, json.dumps({"data_schema": {"columns": columns}}), "application/json", HTTP_IF_MATCH="*"
    )
    assert mended.status_code == 200, mended.content
    assert mended.json()["content_digest"] != made["content_digest"]
    assert developer.post(f"{path}/ready").json()["ready_at"]
    late = developer.patch(path, json.dumps({"intended_terms": {}}), "application/json")
    assert late.status_code == 409
    got(developer, f"{path}/difference", 409)


def test_two_versions_are_compared(world, auditor):
    world.bank.licensed("2.0", 0.5)
    found = got(auditor, f"{MODELS}/MDL-0001/versions/2.0/difference")
    assert (found["since"], found["number"]) == ("1.0", "2.0")
    assert "model.onnx" in {row["what"] for row in found["differences"]}
    assert all(row["because"] for row in found["differences"])
    same = got(auditor, f"{MODELS}/MDL-0001/versions/2.0/difference?since=2.0")
    assert (same["material"], same["differences"]) == (False, [])


def test_relations_are_made_and_ended(world, owner, many):
    made = posted(owner, f"{MODELS}/MDL-0001/relations", {"kind": "feeds", "target": "MDL-0002"})
    assert got(owner, f"{MODELS}/MDL-0001/impact")["dependents"][0]["reference"] == "MDL-0002"
    assert got(owner, f"{MODELS}/MDL-0002/relations")["relations"][0]["id"] == made["id"]
    assert posted(owner, f"/api/v1/relations/{made['id']}/end", {}, 200)["valid_to"]
    assert got(owner, f"{MODELS}/MDL-0001/relations")["relations"] == []
    posted(owner, f"{MODELS}/MDL-0001/relations", {"kind": "feeds", "target": "MDL-0001"}, 422)


def test_a_watched_field_waits_for_a_second_person(world, owner, client_of):
    assert posted(owner, "/api/v1/changes", {"use_case": "UC-0001", "changes": {}, "reason": "x"}, 422)
    (change,) = posted(
        owner,
        "/api/v1/changes",
        {"use_case": "mortgage-approval", "changes": {"purpose": "home-loans"}, "reason": "Renamed."},
    )["changes"]
    answer = {"answer": "approve", "content_digest": change["content_digest"]}
    path = f"/api/v1/changes/{change['reference']}"
    posted(owner, f"{path}/answer", answer, 403)
    governance = people.invite(
        acting_user="system:test",
        email="g@calder.example",
        name="Governance",
        password="correct horse battery",
        roles=("model_risk_governance",),
    )
    reviewer = client_of(governance)
    posted(reviewer, f"{path}/answer", answer | {"content_digest": "0" * 64}, 409)
    assert posted(reviewer, f"{path}/answer", answer, 200)["state"] == "approved"
    assert queries.use_case("mortgage-approval").purpose == "home-loans"


def test_contracts_are_kept_from_who_may_not_read_them(world, owner, developer):
    made = posted(owner, "/api/v1/vendors", {"name": "Acme", "contract": "C-7"})
    assert made["contract"] == "C-7"
    assert got(developer, f"/api/v1/vendors/{made['id']}")["contract"] is None
    assert got(developer, "/api/v1/vendors")["items"][0]["contract"] is None


def test_custom_fields_are_defined_and_set(world, owner, client_of):
    admin = client_of(directory.user_by_email("ines@calder.example"))
    posted(
        admin, "/api/v1/fields", {"key": "cost_centre", "of": "model", "type": "text", "label": "Cost centre"}
    )
    body = json.dumps({"custom": {"cost_centre": "4711"}, "tags": ["a"]})
    answer = owner.patch(f"{MODELS}/MDL-0001", body, "application/json")
    assert answer.json()["model"]["custom"] == {"cost_centre": "4711"}
    wrong = json.dumps({"custom": {"color": "red"}, "tags": ["b"]})
    assert owner.patch(f"{MODELS}/MDL-0001", wrong, "application/json").status_code == 422
    assert got(owner, f"{MODELS}/MDL-0001")["model"]["tags"] == ["a"]


def test_what_was_seen_is_answered(world, developer):
    reported = posted(
        developer, "/api/v1/sightings", {"source": "mlflow", "external_key": "m-1", "name": "Churn"}
    )
    path = f"/api/v1/sightings/{reported['sighting']['id']}"
    posted(developer, f"{path}/answer", {"answer": "dismiss"}, 422)
    done = posted(developer, f"{path}/answer", {"answer": "link", "model": "MDL-0001"}, 200)
    assert (done["state"], done["model"]) == ("matched", "MDL-0001")
    assert got(developer, "/api/v1/sightings")["items"] == []


def test_a_file_is_imported_and_a_view_exported(world, owner):
    table = b"external_key,model,owner,unit,kind\na-1,Churn,owner@calder.example,Home lending,ml\n"
    sent = owner.post("/api/v1/imports", {"file": SimpleUploadedFile("models.csv", table)})
    assert sent.status_code == 201, sent.content
    path = sent["Location"]
    assert posted(owner, f"{path}/run", {"do": "check"}, 200)["created"] == 1
    assert posted(owner, f"{path}/run", {"do": "apply"}, 200)["state"] == "applied"
    posted(owner, f"{path}/run", {"do": "apply"}, 409)
    exported = owner.get("/api/v1/exports/models?q=churn")
    assert exported.status_code == 200, exported.content
    assert b"Churn" in b"".join(exported.streaming_content)
    assert exported["Content-Disposition"].endswith('.csv"')


def test_views_are_kept(world, owner, developer):
    saved = posted(owner, "/api/v1/views", {"name": "Mine", "query": "tier=T1&color=red", "shared": False})
    assert saved["query"] == "tier=T1"
    assert got(developer, "/api/v1/views")["items"] == []
    got(developer, f"/api/v1/views/{saved['id']}", 404)
    assert owner.delete(f"/api/v1/views/{saved['id']}").status_code == 200
    assert got(owner, "/api/v1/views")["items"] == []


def test_an_owner_attests_what_was_read(world, owner, client_of):
    governance = people.invite(
        acting_user="system:test",
        email="g@calder.example",
        name="Governance",
        password="correct horse battery",
        roles=("model_risk_governance",),
    )
    due = (clock.now() + timedelta(days=30)).isoformat()
    opened = posted(
        client_of(governance),
        "/api/v1/attestation-campaigns",
        {"name": "Year", "statement": "The record is right.", "due_at": due},
    )
    path = f"/api/v1/attestation-campaigns/{opened['reference']}"
    (asked,) = got(owner, f"{path}/attestations")["items"]
    full = got(owner, f"{path}/attestations/{asked['id']}")
    posted(owner, f"{path}/attestations/{asked['id']}", {"answer": "attest", "digest": "0" * 64}, 409)
    signed = posted(
        owner, f"{path}/attestations/{asked['id']}", {"answer": "attest", "digest": full["digest"]}, 200
    )
    assert signed["state"] == "attested"
    assert got(owner, path)["attested"] == 1


BATCH = f"{MODELS}/batch"


def many_given(**more):
    common = {"kind": "ml", "tags": ["a:b"]}
    named = enumerate(["mortgage-approval", "UC-0001", "uc-0001"])
    own = [{"use_case": key, "name": f"Batch {n}", "external_key": f"b-{n}"} for n, key in named]
    return {"models": [common | each | more for each in own]}


def test_models_are_registered_together(world, developer):
    with CaptureQueriesContext(connection) as first:
        made = posted(developer, BATCH, many_given())
    conforms(made, "ModelsOut")
    assert [row["name"] for row in made["models"]] == ["Batch 0", "Batch 1", "Batch 2"]
    assert len({row["reference"] for row in made["models"]}) == 3
    assert {row["use_case"] for row in made["models"]} == {"mortgage-approval"}
    listed = got(developer, f"{MODELS}?tag=a:b")["items"]
    assert {row["reference"] for row in listed} == {row["reference"] for row in made["models"]}
    entries = Entry.objects.filter(table_name="inventory_model", action="model.register", operation="insert")
    assert entries.filter(object_id__in=queries.models().filter(tags=["a:b"]).values("pk")).count() == 3
    more = {"models": [{"use_case": "UC-0001", "name": f"More {n}", "kind": "ml"} for n in range(60)]}
    with CaptureQueriesContext(connection) as second:
        posted(developer, BATCH, more)
    assert len(second) <= len(first), [each["sql"] for each in second]


def test_a_batch_is_registered_whole_or_not(world, developer):
    taken = queries.model("MDL-0001").name
    given = many_given()["models"]
    given[1] |= {"name": taken.upper(), "details": {"colour": "red"}}
    given[2] |= {"name": "batch 0", "external_key": "b-0"}
    problem = posted(developer, BATCH, {"models": given}, 422)
    assert set(problem["fields"]) == {
        "models.1.name",
        "models.1.details.colour",
        "models.2.name",
        "models.2.external_key",
    }
    assert "models.0.kind" in posted(developer, BATCH, many_given(kind="magic"), 422)["fields"]
    assert "models" in posted(developer, BATCH, {"models": []}, 422)["fields"]
    assert posted(developer, BATCH, many_given(use_case="no-such"), 404)["detail"].startswith(
        "models.0.use_case: "
    )
    assert posted(developer, BATCH, many_given(vendor="nobody"), 404)["detail"].startswith(
        "models.0.vendor: "
    )
    assert queries.models().count() == 1


def test_a_batch_takes_the_same_right_of_every_use_case(world, owner):
    assert posted(owner, BATCH, many_given(), 403)["detail"].startswith("models.0: ")
    assert queries.models().count() == 1


def test_a_batch_that_is_sent_again_is_done_once(world, developer):
    sent = json.dumps(many_given())
    first, again = (
        developer.post(BATCH, sent, content_type="application/json", headers={"idempotency-key": "batch-1"})
        for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert queries.models().count() == 4
