import csv
import io
import json
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from procrastinate.contrib.django.models import ProcrastinateJob

from remit.inventory import actions, queries
from remit.inventory.models import ImportRun, Model
from remit.jobs import tasks
from remit.people import actions as people

FILE = """external_key,model,owner,unit,kind,version,stage,in_business_since
a-1,Churn,daniel@calder.example,Home lending,ml,1.0,in_business,2024-03-01
a-2,"=Pricing",daniel@calder.example,Home lending,rules,,,
"""


@pytest.fixture
def bring(bank, sign_in):
    def of(content=FILE, who=None):
        client = sign_in(who or bank.hannah)
        file = SimpleUploadedFile("models.csv", content.encode())
        answer = client.post("/import/", {"file": file})
        assert answer.status_code == 302, answer.text
        return client, answer["Location"]

    return of


def mapped(client, address):
    run = queries.import_run(client_user(client), address.strip("/").rpartition("/")[2])
    return {f"column-{name}": column for name, column in run.mapping.items()}


def client_user(client):
    from remit.people.models import User

    return User.objects.get(pk=client.session["_auth_user_id"])


def work():
    job = ProcrastinateJob.objects.filter(task_name="remit.import").latest("pk")
    tasks.work_on_import(**job.args)


def test_a_file_goes_from_its_columns_over_a_trial_into_the_inventory(bank, bring):
    client, address = bring()
    page = client.get(address).text
    assert "What it says there" in page
    assert "a-1" in page
    tried = client.post(f"{address}map", mapped(client, address), follow=True).text
    assert "would be registered" in tried
    assert "New in Churn, Home lending, owned by Daniel Okafor" in tried
    assert not Model.objects.exists()
    done = client.post(f"{address}apply", {"reason": "Taking over."}, follow=True).text
    assert "Imported" in done
    assert Model.objects.count() == 2
    assert "models.csv" in client.get("/import/").text


def test_faults_are_shown_with_row_column_and_remedy_and_download_as_csv(bring):
    client, address = bring(FILE.replace("daniel@calder.example", "=nobody@calder.example", 1))
    page = client.post(f"{address}map", mapped(client, address), follow=True).text
    assert "No active person has this address." in page
    assert "Import 1 row, leave out 1" in page
    sent = b"".join(client.get(f"{address}faults.csv").streaming_content).decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(sent))
    assert (header[0], row[0], row[1]) == ("Row", "2", "owner")
    assert row[2] == "'=nobody@calder.example"
    refused = client.post(f"{address}apply")
    assert refused.status_code == 422
    assert "1 of 2 rows have a fault" in refused.text
    client.post(f"{address}apply", {"skip": "1"})
    assert Model.objects.count() == 1


def test_a_column_used_twice_is_an_error_on_its_field(bring):
    client, address = bring()
    answer = client.post(f"{address}map", mapped(client, address) | {"column-tags": "model"})
    assert answer.status_code == 422
    assert "The column model is used already" in answer.text
    assert 'aria-describedby="error-tags"' in answer.text


def test_a_large_file_is_worked_on_by_the_worker_while_the_page_waits(bring, monkeypatch):
    monkeypatch.setattr("remit.web.importing.views._AT_ONCE", 10)
    client, address = bring()
    waiting = client.post(f"{address}map", mapped(client, address), follow=True).text
    assert 'hx-get="' + address + 'progress"' in waiting
    assert "is being tried out" in client.get(f"{address}progress").text
    work()
    assert client.get(f"{address}progress")["HX-Refresh"] == "true"
    assert "would be registered" in client.get(address).text
    client.post(f"{address}apply")
    work()
    assert Model.objects.count() == 2
    assert ImportRun.objects.get().state == "applied"


def test_no_file_and_no_table_are_refused_on_the_page(bank, sign_in):
    client = sign_in(bank.hannah)
    assert "Choose a file first." in client.post("/import/").text
    answer = client.post("/import/", {"file": SimpleUploadedFile("x.json", b"[1]")})
    assert answer.status_code == 422
    assert "no list of objects" in answer.text


def test_who_may_not_import_sees_no_page_and_nobody_sees_anothers_file_in_a_unit(bank, bring, sign_in):
    _, address = bring()
    priya = sign_in(bank.priya)
    assert priya.get("/import/").status_code == 403
    assert "/import/" not in priya.get("/models/").text
    cards = people.create_unit(acting_user=bank.ines, name="Cards")
    cara = people.invite(
        acting_user=bank.ines,
        email="cara@calder.example",
        name="Cara Cards",
        password="correct horse battery",
        unit=cards,
        roles=("model_owner",),
    )
    client = sign_in(cara)
    assert client.get(address).status_code == 404
    assert "Nothing was imported yet" in client.get("/import/").text
    assert sign_in(bank.auditor).get(address).status_code == 200


def test_the_list_of_imports_takes_a_constant_number_of_reads(bring, django_assert_max_num_queries):
    client, _ = bring()
    for _ in range(5):
        bring()
    client.get("/import/")
    with django_assert_max_num_queries(12):
        client.get("/import/")


def test_the_empty_table_has_every_column_an_import_reads(bank, sign_in):
    sent = b"".join(sign_in(bank.hannah).get("/import/template.csv").streaming_content)
    assert sent.decode("utf-8-sig").startswith("external_key,reference,model,use_case,kind")


@pytest.fixture
def imported(bring):
    client, address = bring()
    client.post(f"{address}map", mapped(client, address))
    client.post(f"{address}apply")
    return client


def exported(client, query):
    answer = client.get(f"/models/export?{query}")
    assert answer.status_code == 200, answer.text
    return b"".join(answer.streaming_content)


def test_an_export_of_a_view_has_its_rows_and_no_formula(imported):
    text = exported(imported, "format=csv&kind=rules").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["external_key"], row["model"], row["owner"]) == ("a-2", "'=Pricing", "daniel@calder.example")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_comes_back_unchanged(bank, imported, tmp_path, kind):
    file = tmp_path / "back"
    file.write_bytes(exported(imported, f"format={kind}"))
    run = actions.receive_import(acting_user=bank.hannah, path=file, file_name=f"back.{kind}")
    run = actions.apply_import(acting_user=bank.hannah, run=run)
    assert (run.created, run.updated, run.unchanged, run.faults) == (0, 0, 2, [])


def test_an_export_as_of_a_day_shows_that_day(imported):
    text = exported(imported, "format=csv&as_of=2024-06-01").decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["model"], row["stage"]) == ("Churn", "in_business")
    assert "description" not in row
    assert imported.get("/models/export?as_of=yesterday").status_code == 422


def test_an_export_holds_only_what_its_reader_may_see(bank, imported, sign_in):
    cards = people.create_unit(acting_user=bank.ines, name="Cards")
    actions.define_field(
        acting_user=bank.hannah, of="model", key="fee", type_="number", label="Fee", restricted=True
    )
    actions.set_custom(
        acting_user=bank.hannah, subject=Model.objects.get(external_key="a-1"), values={"fee": 7}
    )
    assert "custom.model.fee" in exported(imported, "").decode()
    everywhere = exported(sign_in(bank.priya), "").decode()
    assert "Churn" in everywhere
    assert "custom.model.fee" not in everywhere
    elsewhere = people.invite(
        acting_user=bank.ines,
        email="cara@calder.example",
        name="Cara Cards",
        password="correct horse battery",
        unit=cards,
        roles=("model_owner",),
    )
    assert "Churn" not in exported(sign_in(elsewhere), "").decode()


def test_a_small_view_is_exported_as_whole_records(imported):
    records = json.loads(exported(imported, "format=json"))
    assert {record["model"]["name"] for record in records} == {"Churn", "=Pricing"}


def test_a_large_view_is_exported_as_rows(imported, monkeypatch):
    monkeypatch.setattr("remit.inventory.exporting.MOST_RECORDS", 1)
    rows = json.loads(exported(imported, "format=json"))
    assert {row["model"] for row in rows} == {"Churn", "=Pricing"}
    churn = next(row for row in rows if row["model"] == "Churn")
    assert datetime.fromisoformat(churn["in_business_since"]) == datetime(2024, 3, 1, tzinfo=UTC)
