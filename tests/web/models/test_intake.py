from remit.governance import queries as governance
from remit.governance.rules import tiering
from remit.inventory import queries

GIVEN = {
    "name": "Mortgage approval",
    "decision": "Whether an applicant is offered the mortgage asked for.",
    "purpose": "home-loan-origination",
    "population": "Applicants for a first mortgage in Massachusetts.",
    "alternative": "A rule on payment to income and credit history.",
    "value_hypothesis": "Fewer losses at the same approval rate, by experiment.",
    "planned_value_a_year": "1800000",
    "currency": "USD",
    "kind": "statistical",
    "jurisdictions": "US, Massachusetts",
    "regulations": "Regulation B",
    "affects_people": "on",
}
HIGH = {f"tier-{question['id']}": "4" for question in tiering.questions()}


def given(bank, **other):
    return GIVEN | HIGH | {"unit": str(bank.home.pk)} | other


def test_filing_gives_a_use_case_its_owner_and_a_computed_tier(bank, sign_in):
    answer = sign_in(bank.daniel).post("/use-cases/new", given(bank), follow=True)
    assert "Mortgage approval is filed as UC-0001." in answer.text
    assert "Tier 1, to be confirmed" in answer.text
    filed = queries.use_case("mortgage-approval")
    assert filed.owner == bank.daniel
    assert filed.jurisdictions == ["US", "Massachusetts"]
    assert governance.latest_tier_assessment(filed).tier == "T1"


def test_an_open_question_keeps_the_tier_provisional_and_says_so(bank, sign_in):
    open_question = {"tier-complex_method": ""}
    answer = sign_in(bank.daniel).post("/use-cases/new", given(bank, **open_question), follow=True)
    assert "provisional" in answer.text
    assert "Not answered, so scored highest: Method." in answer.text


def test_what_the_action_refuses_comes_back_on_its_field_and_nothing_is_filed(bank, sign_in):
    wrong = given(bank, purpose="Home Loans!", planned_value_a_year="a lot")
    answer = sign_in(bank.daniel).post("/use-cases/new", wrong)
    assert answer.status_code == 422
    assert "A short name in lower case with hyphens" in answer.text
    assert "A number without signs or spaces" in answer.text
    assert "Whether an applicant is offered" in answer.text
    assert not queries.use_cases().exists()


def test_the_form_is_not_offered_to_who_may_not_file(bank, sign_in):
    assert sign_in(bank.priya).get("/use-cases/new").status_code == 403
    assert sign_in(bank.priya).post("/use-cases/new", given(bank)).status_code == 403
    assert not queries.use_cases().exists()


def test_an_unknown_use_case_is_not_found(bank, sign_in):
    answer = sign_in(bank.daniel).get("/use-cases/nothing/")
    assert answer.status_code == 404
    assert "There is no use case nothing, or it is not yours to see." in answer.text
