"""One thing of each kind, so that every address leads somewhere, and a caller for each person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from serving_world import Bank, Gateway

from remit.evidence import actions as evidence
from remit.governance import actions as governance
from remit.governance import queries as governed
from remit.governance.rules import tiering
from remit.inventory import actions as inventory
from remit.inventory import search
from remit.kernel import clock
from remit.ledger import actions as ledger
from remit.lifecycle import actions as lifecycle
from remit.lifecycle import queries as processes
from remit.people import actions as people
from remit.people import queries as directory
from remit.people import rules
from remit.serving import actions as serving

PASSWORD = "correct horse battery"


def built(folder: Path) -> SimpleNamespace:
    """Return a bank with a model that decides, and one of everything around it."""
    bank = Bank(folder)
    admin, owner = directory.user_by_email("ines@calder.example"), bank.people.owner
    version = bank.licensed("1.0")
    serving.deploy(acting_user=bank.people.operations, version=version)
    _, secret = serving.register_consumer(
        acting_user=bank.people.operations,
        name="Loan origination",
        use_cases=["mortgage-approval"],
        channels=["branch"],
    )
    serving.publish_bundle(acting_user="system:worker", cause="test")
    decision = Gateway(secret).decide("APP-1").decision_id
    serving.seal_decision_files(acting_user="system:worker")
    lifecycle.publish_definitions(acting_user="system:test")
    answers = {question["id"]: 3 for question in tiering.questions()}
    governance.assess_tier(acting_user=owner, use_case=bank.use_case, answers=answers)
    lifecycle.start_process(acting_user="system:worker", use_case=bank.use_case)
    persons = _persons(admin)
    found = _around(bank, admin, owner, persons)
    ledger.sequence()
    ledger.sign_checkpoint()
    found |= {"decision": decision, "remit": governed.remit_in_force(version).reference}
    return SimpleNamespace(bank=bank, admin=admin, version=version, persons=persons, **found)


def _around(bank: Bank, admin: Any, owner: Any, persons: dict[str, Any]) -> dict[str, Any]:
    now, file = clock.now(), bank.folder / "models.csv"
    file.write_text("external_key,model,owner,unit,kind\na-1,Churn,owner@calder.example,Home lending,ml\n")
    challenger = inventory.register_model(
        acting_user=bank.people.developer, use_case=bank.use_case, name="Challenger", kind="ml"
    )
    (change,) = inventory.request_change(
        acting_user=owner, use_case=bank.use_case, changes={"purpose": "other-purpose"}, reason="It moved."
    )
    group = people.create_group(acting_user=admin, name="Validators")
    member = people.invite(acting_user=admin, email="m@calder.example", name="Member", password=PASSWORD)
    people.add_member(acting_user=admin, group=group, user=member)
    account = people.create_service_account(
        acting_user=admin, name="Retraining", answered_by=admin, roles=("model_developer",)
    )
    token, _ = people.create_token(
        acting_user=admin, name="Test", scopes=("read",), expires_at=clock.recorded_now() + timedelta(days=9)
    )
    sighting = inventory.sight(
        acting_user="system:mlflow", source="mlflow", external_key="m-1", name="Unknown model"
    )
    return {
        "change": change,
        "challenger": challenger,
        "relation": inventory.relate(
            acting_user=owner, source=challenger, target=bank.model, kind="challenger_of"
        ),
        "vendor": inventory.add_vendor(acting_user=owner, name="Acme Models"),
        "field": inventory.define_field(
            acting_user=admin, of="model", key="cost_centre", type_="text", label="Cost centre"
        ),
        "group": group,
        "member": member,
        "group_role": people.give_group_role(acting_user=admin, group=group, role="independent_validator"),
        "assignment": owner.assignments.get(),
        "absence": people.record_absence(
            acting_user=admin, user=owner, valid_from=now, valid_to=now + timedelta(days=3)
        ),
        "emergency": people.open_emergency(
            acting_user=admin, role="ml_operations", reason="The gateway has to be rolled back now.", hours=1
        ),
        "account": account,
        "token": token,
        "sighting": sighting,
        "view": inventory.save_view(acting_user=owner, name="Mine", search=search.Search()),
        "task": processes.open_tasks(bank.use_case).first(),
        "unit": bank.use_case.unit,
        "campaign": evidence.open_campaign(
            acting_user=persons["model_risk_governance"],
            name="Year",
            statement="The record is right.",
            due_at=now + timedelta(days=30),
        ),
        "imported": inventory.receive_import(acting_user=owner, path=file, file_name=file.name),
        "finding": governance.open_finding(
            acting_user="system:test",
            version=bank.model.versions.get(),
            control="",
            title="Too few rows",
            detail="Less than a thousand.",
            severity="low",
            owner=owner,
            due_at=now + timedelta(days=9),
        ),
    }


def _persons(admin: Any) -> dict[str, Any]:
    """Return a person for each role, held everywhere, one without a role, and an owner of another unit."""
    other = people.create_unit(acting_user=admin, name="Cards")

    def person(name: str, *roles: str, unit: Any = None) -> Any:
        email = f"{name.replace(' ', '-').replace('_', '-')}@people.example"
        given = {"acting_user": admin, "email": email, "name": name.title(), "password": PASSWORD}
        added = people.invite(**given)
        for role in roles:
            people.assign_role(acting_user=admin, user=added, role=role, unit=unit)
        return added

    return {
        "no role": person("no role"),
        "owner elsewhere": person("owner elsewhere", "model_owner", unit=other),
        **{role: person(role, role) for role in rules.roles()},
    }
