"""What the tabs say, and that they read no more for more rows."""

import json
import re

from django.db import connection
from django.test.utils import CaptureQueriesContext

from remit.governance import actions as governance
from remit.web.model import running

ME = "/models/MDL-0001/"


def island(page: str, name: str) -> object:
    return json.loads(
        re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page, re.DOTALL).group(1)
    )


def test_the_diagram_stands_where_the_process_stands(mortgage, sign_in):
    mortgage.until("submitted")
    page = sign_in(mortgage.people.hannah).get(f"{ME}lifecycle/").text
    state = island(page, "bpmn-state")
    assert sorted(state["now"]) == ["fair", "validate"]
    assert {"confirm_tier", "submit", "checks"} <= set(state["done"])
    assert island(page, "bpmn-xml").startswith("<?xml")
    assert "Mortgage scorecard 1.0 stands at" in page
    assert "on its way to business" in page
    assert "Automated checks</b> passed" in page


def test_the_process_of_another_version_can_be_chosen(mortgage, sign_in):
    mortgage.until("deployed").register("2.0", replaces=mortgage.version)
    client = sign_in(mortgage.people.hannah)
    assert "Mortgage scorecard 2.0 on its way" in client.get(f"{ME}lifecycle/").text
    assert "Mortgage scorecard 1.0: ended on" in client.get(f"{ME}lifecycle/?process=PRC-0001").text


def test_missing_evidence_is_named_with_the_control_that_needs_it(mortgage, sign_in, monkeypatch):
    monkeypatch.setattr("mortgage_world.EVIDENCE", {"model_card": ({"sections": 8}, [])})
    mortgage.until("registered")
    page = sign_in(mortgage.people.hannah).get(f"{ME}evidence/").text
    assert "5 kinds of evidence are missing" in page
    assert "RC-14 The model ranks better than chance" in page


def test_evidence_opens_to_its_rows(mortgage, sign_in):
    mortgage.until("registered")
    client = sign_in(mortgage.people.hannah)
    reference = re.search(r"\?open=(EV-\d+)", client.get(f"{ME}evidence/").text).group(1)
    assert f'id="{reference}"' in client.get(f"{ME}evidence/?open={reference}").text


def test_controls_that_fail_are_counted_explained_and_become_findings(mortgage, sign_in, monkeypatch):
    unfair = {"adverse_impact_ratio": 0.61, "adverse_impact_ratio_text": "0.610",
              "equal_opportunity_difference": 0.06, "equal_opportunity_text": "0.060"}  # fmt: skip
    monkeypatch.setitem(__import__("mortgage_world").EVIDENCE, "fairness_report", (unfair, []))
    mortgage.until("submitted")
    client = sign_in(mortgage.people.hannah)
    page = client.get(f"{ME}controls/?show=open").text
    assert re.search(r"1 of \d+ controls is not met", page)
    assert "Adverse impact ratio 0.610, floor 0.80." in page
    assert "Search for a less harmful model" in page
    assert "RC-02" not in page
    issues = client.get(f"{ME}issues/").text
    assert "FND-0001" in issues
    assert "Priya Raman" in issues
    overview = client.get(ME).text
    assert "Approval rates of protected groups" in overview


def test_the_number_of_reads_does_not_grow_with_findings_and_evidence(mortgage, sign_in):
    mortgage.until("deployed")
    client = sign_in(mortgage.people.hannah)

    def reads(tab: str) -> int:
        client.get(f"{ME}{tab}")
        with CaptureQueriesContext(connection) as found:
            client.get(f"{ME}{tab}")
        return len(found)

    def add(*numbers: int) -> None:
        for number in numbers:
            mortgage.add("outcome_analysis", mortgage.people.priya, values={"n": number})
            governance.open_finding(
                acting_user=mortgage.people.tomasz,
                version=mortgage.version,
                control=f"own-{number}",
                title="Something",
                detail="Something is wrong.",
                severity="low",
                owner=mortgage.people.priya,
                due_at=mortgage.remit.valid_until,
            )

    tabs = ("", "evidence/", "issues/", "history/", "controls/")
    add(1)
    before = {tab: reads(tab) for tab in tabs}
    add(*range(2, 22))
    assert {tab: reads(tab) for tab in tabs} == before


def _row(metric: str, column: str = "", segment: str = "", verdict: str = "ok", value: float = 0.1) -> dict:
    limit = {"metric": metric, "column": "", "segment": "", "direction": "above", "watch": 0.2, "breach": 0.3}
    return {"metric": metric, "column": column, "segment": segment, "value": value, "low": None, "high": None,
            "n": 50, "status": "measured", "reason": "", "verdict": verdict, "limit": limit}  # fmt: skip


class _Window:
    def __init__(self, label: str, results: list[dict]) -> None:
        self.label, self.results, self.until = label, results, None


def test_monitoring_shows_the_worst_column_of_a_metric_and_every_breach():
    rows = [
        _row("psi", "a"), _row("psi", "b", verdict="watch", value=0.25), _row("auc"),
        _row("auc", segment="sex=f", verdict="breach", value=0.4),
    ]  # fmt: skip
    measured = running.series([_Window("May", [_row("psi", "b"), _row("auc")]), _Window("June", rows)])
    shown = running._now(measured)
    assert [(row["name"], row["value"], row["mark"]) for row in shown] == [
        ("Population stability index, worst of 2 columns", 0.25, "warn"),
        ("Area under the ROC curve", 0.1, "ok"),
    ]
    assert shown[0]["values"] == [0.1, 0.25]
    assert ("auc", "", "sex=f") in running._telling(measured)
    drawn = running.chart(("psi", "b", ""), measured["psi", "b", ""])
    assert drawn["data"]["x"] == ["May", "June"]
    assert [(line["y"], line["tone"]) for line in drawn["data"]["limits"]] == [(0.2, "warn"), (0.3, "bad")]
