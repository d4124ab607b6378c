"""The bank's other models, brought in from the list it kept: units with heads, an import, what depends on what."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from demo.story.stage import PASSWORD, Stage, address
from remit.evidence import actions as evidence
from remit.inventory import actions as inventory
from remit.inventory import queries
from remit.kernel import clock
from remit.people import actions as people

LIST = Path(__file__).parent.parent / "inventory.csv"
HEADS = {
    "Home lending": ("daniel", "Daniel Okafor", "Head of Home Lending"),
    "Cards": ("greg", "Gregor Santos", "Head of Cards"),
    "Small business": ("nadia", "Nadia Haddad", "Head of Small Business"),
    "Deposits": ("simone", "Simone Petit", "Head of Deposits"),
    "Financial crime": ("ruth", "Ruth Adeyemi", "Head of Financial Crime"),
    "Treasury": ("jonas", "Jonas Keller", "Treasurer"),
    "Collections": ("mei", "Mei Tanaka", "Head of Collections"),
    "Operations": ("ben", "Ben Whitaker", "Head of Operations"),
}
RELATIONS = (
    ("Lifetime credit loss", "part_of", "Stress test losses"),
    ("Prepayment forecast", "part_of", "Stress test losses"),
    ("Deposit beta", "part_of", "Stress test losses"),
    ("Deposit beta", "feeds", "Liquidity outflow"),
    ("Customer risk rating", "feeds", "Transaction monitoring"),
    ("Transaction monitoring", "feeds", "Alert narrative"),
    ("Customer lifetime value", "feeds", "Reward offer"),
    ("Property valuation", "feeds", "Home equity line pricing"),
)


def bring_in(stage: Stage) -> None:
    """Import the list that the bank kept in a spreadsheet, with owners, and say what depends on what."""
    _units(stage)
    hannah = stage.cast["governance"]
    inventory.add_vendor(
        acting_user=hannah,
        name="Fircosoft",
        country="FR",
        contract="CB-2020-014",
        contract_ends=(stage.today + timedelta(days=75)).date().isoformat(),
        diligence_at=(stage.today - timedelta(days=410)).date().isoformat(),
        diligence_result="conditions",
        diligence_note="The match algorithm is not disclosed; the bank tests it on its own lists each quarter.",
    )
    run = inventory.receive_import(acting_user=hannah, path=LIST, file_name=LIST.name)
    run = inventory.check_import(acting_user=hannah, run=run)
    run = inventory.apply_import(acting_user=hannah, run=run)
    by_name = {model.name: model for model in queries.models()}
    for source, kind, target in RELATIONS:
        inventory.relate(acting_user=hannah, source=by_name[source], target=by_name[target], kind=kind)
    stage.say(f"{run.created} models of the bank's list are imported, each with an owner")


def attest(stage: Stage) -> None:
    """Ask every owner to sign what the record says of their models."""
    evidence.open_campaign(
        acting_user=stage.cast["governance"],
        name=f"Inventory {clock.now().year}",
        statement="The record of this model is complete and true, and I answer for it.",
        due_at=clock.now() + timedelta(days=30),
        every_months=12,
    )
    stage.say("Owners are asked to attest their models")


def _units(stage: Stage) -> None:
    administrator: Any = stage.cast["admin"]
    for name, (key, person, title) in HEADS.items():
        unit = (
            stage.unit if name == "Home lending" else people.create_unit(acting_user=administrator, name=name)
        )
        head = (
            stage.cast["owner"]
            if name == "Home lending"
            else people.invite(
                acting_user=administrator,
                email=address(key),
                name=person,
                title=title,
                password=PASSWORD,
                unit=unit,
                roles=("model_owner",),
            )
        )
        people.change_unit(acting_user=administrator, unit=unit, name=name, parent=None, head=head)
