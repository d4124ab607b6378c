"""Editing the record on its page: saved at once, or asked for; relations; what the Overview says of it."""

import re

import pytest

from remit.inventory import actions, queries, record

ME = "/models/MDL-0001/"


@pytest.fixture
def registered(mortgage):
    return mortgage.until("registered")


def filled(page: str) -> dict[str, str]:
    """Return the form of the page as a browser would send it back."""
    sent = {}
    main = page[page.index('class="rc-form"') :]
    for tag in re.findall(r"<input[^>]*>", main):
        name = re.search(r'name="([^"]+)"', tag)
        if name and "csrf" not in name[1] and ("checkbox" not in tag or "checked" in tag):
            value = re.search(r'value="([^"]*)"', tag)
            sent[name[1]] = value[1] if value else "on" if "checkbox" in tag else ""
    for name, text in re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', main, re.DOTALL):
        sent[name] = text.lstrip("\n").replace("&quot;", '"').replace("&#x27;", "'")
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def test_nothing_changes_when_nothing_is_changed(registered, sign_in):
    owner = sign_in(registered.people.daniel)
    sent = filled(owner.get(f"{ME}edit").text)
    answer = owner.post(f"{ME}edit", sent, follow=True)
    assert "Nothing was changed." in answer.text
    assert not queries.changes().exists()


def test_a_field_is_saved_at_once_and_a_watched_one_is_asked_for(registered, nora, sign_in):
    owner = sign_in(registered.people.daniel)
    page = owner.get(f"{ME}edit").text
    assert "A change waits for: Model risk governance." in page
    new = {
        "model-description": "Approves home loans.",
        "model-tags": "retail, credit",
        "use_case-owner": str(nora.pk),
        "reason": "Daniel moves on.",
    }
    answer = owner.post(f"{ME}edit", filled(page) | new, follow=True)
    assert "Description, Tags saved." in answer.text
    assert "Owner: CR-0001 waits for Model risk governance." in answer.text
    assert "A change waits: Owner" in answer.text
    model = queries.model("MDL-0001")
    assert (model.description, model.tags) == ("Approves home loans.", ["retail", "credit"])
    assert model.use_case.owner == registered.people.daniel


def test_a_fault_comes_back_on_its_field_and_nothing_is_saved(registered, sign_in):
    owner = sign_in(registered.people.daniel)
    sent = filled(owner.get(f"{ME}edit").text)
    answer = owner.post(f"{ME}edit", sent | {"use_case-population": "Everybody who asks for it."})
    assert answer.status_code == 422
    assert "Say why; who reviews it reads this first." in answer.text
    answer = owner.post(f"{ME}edit", sent | {"model-description": "New.", "use_case-name": "x"})
    assert answer.status_code == 422
    assert "Name the use case in a few words." in answer.text
    assert queries.model("MDL-0001").description.startswith("Approves, refers")


def test_a_fault_in_the_details_names_its_place(registered, sign_in):
    actions.register_model(
        acting_user=registered.people.priya, use_case=registered.use_case, name="Bought", kind="vendor"
    )
    developer = sign_in(registered.people.priya)
    assert "model-details" not in developer.get(f"{ME}edit").text
    at = "/models/MDL-0002/edit"
    page = developer.get(at).text
    assert "What the vendor does not show, and what makes up for it." in page
    sent = filled(page)
    for details, says in (
        ('{"prompts": []}', "prompts: Remit does not know this here"),
        ('{"opaque": [{"what": "Weights"}]}', "opaque.0.compensated_by: Say this too."),
        ("{", "Enter a valid JSON."),
    ):
        answer = developer.post(at, sent | {"model-details": details})
        assert answer.status_code == 422
        assert says in answer.text
    developer.post(at, sent | {"model-details": '{"product": "IncomeSight"}'})
    assert queries.model("MDL-0002").details == {"product": "IncomeSight"}


def test_a_developer_edits_the_model_only_and_a_validator_nothing(registered, sign_in):
    page = sign_in(registered.people.priya).get(f"{ME}edit").text
    assert "model-description" in page
    assert "use_case-owner" not in page
    assert sign_in(registered.people.tomasz).get(f"{ME}edit").status_code == 403
    assert "/edit" not in sign_in(registered.people.tomasz).get(ME).text


def test_custom_fields_are_edited_read_and_kept_from_who_may_not(registered, sign_in):
    for key, type_, more in (
        ("fee", "number", {"restricted": True, "maximum": 10}),
        ("board", "boolean", {}),
        ("value_a_day", "computed", {"formula": "use_case.planned_value_a_year / 360.0"}),
    ):
        actions.define_field(
            acting_user=registered.people.hannah, of="model", key=key, type_=type_, label=key, **more
        )
    owner, developer = sign_in(registered.people.daniel), sign_in(registered.people.priya)
    sent = filled(owner.get(f"{ME}edit").text)
    answer = owner.post(f"{ME}edit", sent | {"model-custom_fee": "11"})
    assert answer.status_code == 422
    owner.post(f"{ME}edit", sent | {"model-custom_fee": "7", "model-custom_board": "false"})
    assert queries.model("MDL-0001").custom == {"fee": 7, "board": False}
    page = owner.get(ME).text
    assert "5,000" in page
    assert ">fee<" in page
    assert ">fee<" not in developer.get(ME).text
    assert "custom_fee" not in developer.get(f"{ME}edit").text


def test_the_overview_says_what_is_missing_and_where_to_mend_it(registered, sign_in):
    actions.edit_model(acting_user=registered.people.priya, model=registered.model, changes={"built_in": ""})
    page = sign_in(registered.people.priya).get(ME).text
    assert "88%" in page
    assert re.search(r'<a href="/models/MDL-0001/edit">Built in</a>', page)


def test_relations_are_made_shown_from_both_sides_and_ended(registered, sign_in):
    other = actions.register_model(
        acting_user=registered.people.priya, use_case=registered.use_case, name="Income", kind="ml"
    )
    developer = sign_in(registered.people.priya)
    assert "MDL-0002" in developer.get(f"{ME}relations/candidates?target=inco").text
    wrong = developer.post(f"{ME}relations/new", {"kind": "uses", "target": "MDL-0404"})
    assert wrong.status_code == 422
    assert "There is no model MDL-0404," in wrong.text
    answer = developer.post(
        f"{ME}relations/new", {"kind": "uses", "target": "mdl-0002", "note": "Its estimate"}, follow=True
    )
    assert "Mortgage scorecard uses the output of Income." in answer.text
    assert "Its estimate" in answer.text
    theirs = developer.get("/models/MDL-0002/").text
    assert "Is used by" in theirs
    assert "1 model depends on this one" in theirs
    (related,) = queries.relations_of(other)
    at = f"/models/MDL-0001/relations/{related.relation.pk}/end"
    assert sign_in(registered.people.tomasz).post(at).status_code == 403
    assert developer.post(f"/models/MDL-0009/relations/{related.relation.pk}/end").status_code == 404
    assert developer.get(at).status_code == 405
    developer.post(at)
    assert queries.relations_of(other) == []


def test_what_a_kind_says_is_shown_in_words(registered, sign_in):
    vendor = actions.add_vendor(acting_user=registered.people.daniel, name="Northfield")
    model = actions.register_model(
        acting_user=registered.people.priya, use_case=registered.use_case, name="Bought", kind="vendor"
    )
    said = {"opaque": [{"what": "The weights", "compensated_by": "Outcome tests <b>weekly</b>"}]}
    actions.edit_model(
        acting_user=registered.people.priya, model=model, changes={"details": said, "vendor": vendor}
    )
    page = sign_in(registered.people.hannah).get("/models/MDL-0002/").text
    assert "The weights" in page
    assert "Outcome tests &lt;b&gt;weekly&lt;/b&gt;" in page
    assert "Northfield" in page


def test_a_use_case_without_a_model_is_edited_at_once_by_its_owner(mortgage, sign_in):
    mortgage.until("filed")
    owner = sign_in(mortgage.people.daniel)
    assert "/use-cases/mortgage-approval/edit" in owner.get("/use-cases/mortgage-approval/").text
    page = owner.get("/use-cases/mortgage-approval/edit").text
    sent = filled(page) | {"use_case-population": "Everybody who asks for a loan."}
    answer = owner.post("/use-cases/mortgage-approval/edit", sent, follow=True)
    assert "For whom saved." in answer.text
    assert "Everybody who asks for a loan." in answer.text


def test_the_record_is_handed_out_as_published_without_what_one_may_not_read(registered, sign_in):
    vendor = actions.add_vendor(acting_user=registered.people.daniel, name="Northfield", contract="C-118")
    actions.edit_model(
        acting_user=registered.people.priya, model=registered.model, changes={"vendor": vendor}
    )
    whole = sign_in(registered.people.daniel).get(f"{ME}record.json").json()
    assert (whole["schema"], whole["model"]["vendor"]["contract"]) == (record.IDENTIFIER, "C-118")
    assert "C-118" not in sign_in(registered.people.priya).get(f"{ME}record.json").text
