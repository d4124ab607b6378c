"""While a use case is filed, what it may be a duplicate of is shown."""


def test_a_like_use_case_is_shown_with_its_reason(mortgage, sign_in):
    mortgage.until("registered")
    owner = sign_in(mortgage.people.daniel)
    assert "/use-cases/alike" in owner.get("/use-cases/new").text
    page = owner.get("/use-cases/alike", {"name": "Mortgage approvals", "columns": "pirat, lvrat,score,afam"})
    assert "/use-cases/mortgage-approval/" in page.text
    assert "The name is alike" in page.text
    assert "4 of 4 columns are the same" in page.text
    assert "mortgage" not in owner.get("/use-cases/alike", {"name": "Card fraud"}).text
    assert sign_in(mortgage.people.priya).get("/use-cases/alike").status_code == 403
