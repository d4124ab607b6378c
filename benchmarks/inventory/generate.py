"""Fills an empty Remit with a synthetic inventory from a fixed seed, fast enough to wait for.

usage: REMIT_HOME=FOLDER generate.py --models 50000

Units, people, use cases, five versions a model, what lists show of remits and health, and two earlier
standings a model. Rows are copied into the tables with the ledger's capture off, so this is no governed
installation: its ledger says nothing of them. `standing.refresh` then derives what lists read.
"""

from __future__ import annotations

import argparse
import random
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from remit.cli import installation, migrate

VERSIONS = 5
READER = "reader@bench.example"
PASSWORD = secrets.token_urlsafe(16)
DIVISIONS = (
    "Retail lending", "Cards", "Wealth", "Commercial banking", "Markets", "Insurance", "Treasury",
    "Operations",
)  # fmt: skip
TEAMS = ("North", "South", "East", "West", "Digital")
PRODUCTS = (
    "Mortgage", "Credit card", "Auto loan", "Personal loan", "Overdraft", "Deposit", "Home insurance",
    "Motor insurance", "Life insurance", "Payment", "Trade finance", "Bond", "Equity option", "Swap",
    "Cash", "Collateral", "Lease", "Invoice", "Pension", "Brokerage", "Branch", "Call centre", "Web",
    "Payroll",
)  # fmt: skip
DECISIONS = (
    "approval", "pricing", "limit", "collections", "fraud screening", "churn", "next offer", "provisioning",
    "stress loss", "early repayment", "lead scoring", "claims triage", "document reading", "identity check",
    "routing", "staffing", "valuation", "margin", "anomaly watch", "complaint sorting",
)  # fmt: skip
PLACES = (
    "Ohio", "Texas", "Maine", "Iowa", "Utah", "Kansas", "Oregon", "Nevada", "Idaho", "Georgia", "Vermont",
    "Alaska", "Hawaii", "Montana", "Florida", "Bavaria", "Tyrol", "Flanders", "Wales", "Leinster", "Galicia",
    "Lombardy", "Provence", "Zealand", "Skane", "Ontario", "Quebec", "Yucatan", "Bahia", "Kansai",
)  # fmt: skip
REGULATIONS = (
    "Regulation B", "SR 11-7", "FCRA", "EU AI Act", "GDPR", "SS1/23", "IFRS 9", "Basel III", "Solvency II",
    "NYDFS 1",
)  # fmt: skip
TAGS = {
    "region": ("amer", "emea", "apac", "latam"),
    "line": ("retail", "wholesale", "wealth", "group"),
    "programme": tuple(f"p{n:02d}" for n in range(1, 21)),
    "data": ("bureau", "internal", "open", "vendor"),
}
KINDS = (["ml"] * 9 + ["statistical"] * 5 + ["rules"] * 3 + ["spreadsheet"] * 2) + ["vendor", "llm", "agent"]
BUILT_IN = ("MLflow", "SageMaker", "SAS", "Azure ML", "Python", "Excel", "R", "Vertex AI", "Databricks", "")
LAST_STAGE = (
    ["in_business"] * 60 + ["development"] * 12 + ["validation"] * 8 + ["approval"] * 4 + ["deployment"] * 3
    + ["ready"] * 3 + ["under_review"] * 4 + ["retired"] * 6
)  # fmt: skip
SCHEMA = {"columns": [{"name": f"x{n:02d}", "role": "feature"} for n in range(12)]}


def main() -> None:
    """Read the command line and fill the installation of REMIT_HOME."""
    parser = argparse.ArgumentParser(description="Fill an empty Remit with a synthetic inventory.")
    parser.add_argument("--models", type=int, default=500)
    parser.add_argument("--password", default=PASSWORD, help=f"of {READER}, who may read everything")
    asked = parser.parse_args()
    started = time.perf_counter()
    with installation.ready(current=False):
        migrate.bring_up_to_date()
        fill(asked.models, asked.password)
    print(f"{asked.models:,} models with {VERSIONS} versions each in {time.perf_counter() - started:.0f} s")


def fill(models: int, password: str) -> None:
    """Write the whole inventory.

    Raises:
        SystemExit: there is an inventory already.
    """
    from django.db import connection, transaction

    from remit.inventory.models import Model, UseCase, Version, VersionNote
    from remit.kernel import clock
    from remit.ledger import numbering, triggers
    from remit.people.models import Unit, User

    if UseCase.objects.exists():
        raise SystemExit("This Remit has an inventory already: name an empty REMIT_HOME.")
    _open(password)
    draw, now = random.Random(20261124), clock.now()
    tables = (Unit, User, UseCase, Model, Version)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'alter table "{table._meta.db_table}" disable trigger user')
        units = list(_copied(Unit, _units()))
        people = list(_copied(User, _people(max(20, min(2000, models // 25)), units, draw)))
        cases = list(_copied(UseCase, _use_cases(models, units, people, draw, now)))
        rows = list(_copied(Model, _models(models, cases, draw)))
        versions = list(_copied(Version, _versions(rows, people, draw)))
        _copy(VersionNote, _notes(versions, draw, now))
        # what is filed here later goes on after these references
        for prefix, count in (("UC", len(cases)), ("MDL", models)):
            numbering.next_numbers(prefix, count)
    triggers.install()
    _stand(cases, now)
    with connection.cursor() as cursor:
        cursor.execute("analyze")


def _open(password: str) -> None:
    """Open the installation, with a person who may read everything and register."""
    from remit.kernel import clock
    from remit.ledger.capture import acting
    from remit.people import actions, queries
    from remit.people.models import RoleAssignment, User

    if queries.installation() is None:
        actions.open_installation(
            organisation="Bench Bank",
            email="admin@bench.example",
            name="Ada Admin",
            password=password,
            acting_user="system:benchmark",
        )
    with acting("system:benchmark", "benchmark.open"):
        reader = User(email=READER, name="Rhea Reader")
        reader.set_password(password)
        reader.save()
        roles = ("model_owner", "model_developer", "model_risk_governance")
        for role in roles:
            RoleAssignment.objects.create(user=reader, role=role, valid_from=clock.now())


def _units() -> Iterator[dict[str, Any]]:
    from remit.kernel.ids import uuid7

    for division in DIVISIONS:
        top = uuid7()
        yield {"id": top, "name": division}
        for team in TEAMS:
            yield {"name": f"{division} {team}", "parent": top}


def _people(count: int, units: list[Any], draw: random.Random) -> Iterator[dict[str, Any]]:
    first = (
        "Ana",
        "Ben",
        "Chen",
        "Dana",
        "Eli",
        "Fay",
        "Gus",
        "Hana",
        "Ivo",
        "Jun",
        "Kai",
        "Lena",
        "Mo",
        "Nia",
    )
    last = (
        "Adler",
        "Brooks",
        "Costa",
        "Dietz",
        "Evans",
        "Fischer",
        "Gupta",
        "Huang",
        "Ito",
        "Jansen",
        "Khan",
    )
    for n in range(count):
        yield {
            "email": f"person{n}@bench.example",
            "name": f"{draw.choice(first)} {draw.choice(last)} {n}",
            "title": "Model owner",
            "unit": draw.choice(units)["id"],
            "is_active": draw.random() > 0.02,
            "password": "!",
        }


def _use_cases(
    models: int, units: list[Any], people: list[Any], draw: random.Random, now: datetime
) -> Iterator[dict[str, Any]]:
    """Four use cases for five models, and one in fifty that has none yet; the longest filed first."""
    count = max(1, models * 4 // 5)
    whole = count + count // 50
    for n in range(whole):
        name = f"{draw.choice(PRODUCTS)} {draw.choice(DECISIONS)} {draw.choice(PLACES)}"
        known = draw.random() > 0.1
        yield {
            "reference": f"UC-{n + 1:04d}",
            "key": f"{name.lower().replace(' ', '-')}-{n}",
            "name": name,
            "decision": f"Whether to act on {name}." if known else "",
            "purpose": "customer-decision",
            "population": f"Customers of {name}.",
            "value_hypothesis": "Fewer losses, measured against a control group." if known else "",
            "planned_value_a_year": draw.randrange(0, 5_000_000, 10_000),
            "alternative": "By hand.",
            "owner": draw.choice(people)["id"],
            "unit": draw.choice(units)["id"],
            "jurisdictions": ["US"],
            "regulations": draw.sample(REGULATIONS, draw.randrange(0, 4)),
            "kind": draw.choice(KINDS),
            "tier": draw.choice(("T1", "T2", "T2", "T3", "T3", "T3", "T4", "T4", "")),
            "filed_at": now - timedelta(days=2200) + timedelta(days=2100) * (n / whole),
        }


def _models(count: int, cases: list[Any], draw: random.Random) -> Iterator[dict[str, Any]]:
    with_model = cases[: max(1, count * 4 // 5)]
    for n in range(count):
        case = with_model[n] if n < len(with_model) else draw.choice(with_model)
        tags = [f"{key}:{draw.choice(values)}" for key, values in TAGS.items() if draw.random() < 0.8]
        yield {
            "reference": f"MDL-{n + 1:04d}",
            "use_case": case["id"],
            "name": f"{case['name']} model {n + 1}",
            "kind": draw.choice(KINDS),
            "description": f"Decides {case['name']}.",
            "built_in": draw.choice(BUILT_IN),
            "external_key": f"bench:{n + 1}",
            "tags": tags,
            "registered_at": case["filed_at"] + timedelta(days=10),
        }


def _versions(models: list[Any], people: list[Any], draw: random.Random) -> Iterator[dict[str, Any]]:
    for model in models:
        last = draw.choice(LAST_STAGE)
        developer = draw.choice(people)["id"]
        for n in range(VERSIONS):
            stage = last if n == VERSIONS - 1 else "retired"
            if n == VERSIONS - 2 and last in {"development", "validation", "ready"} and draw.random() < 0.7:
                stage = "in_business"
            at = model["registered_at"] + timedelta(days=12 * n)
            yield {
                "model": model["id"],
                "number": f"{n + 1}.0",
                "summary": f"Trained again, round {n + 1}.",
                "developer": developer,
                "stage": stage,
                "schema": SCHEMA,
                "code_reference": f"git@bench.example:models/{model['reference'].lower()}@{n:040x}",
                "environment": {"python": "3.11", "scikit-learn": "1.7"},
                "content_digest": f"{draw.getrandbits(256):064x}",
                "registered_at": at,
                "ready_at": None if stage == "development" else at + timedelta(days=2),
                "in_business_at": at + timedelta(days=9)
                if stage in {"in_business", "under_review", "retired"}
                else None,
                "retired_at": at + timedelta(days=40) if stage == "retired" else None,
            }


def _notes(versions: list[Any], draw: random.Random, now: datetime) -> Iterator[dict[str, Any]]:
    running = [v for v in versions if v["stage"] in {"in_business", "under_review"}]
    for n, version in enumerate(running):
        start = now - timedelta(days=draw.randrange(1, 360))
        yield {
            "version": version["id"],
            "remit_number": f"RM-{n + 1:04d}",
            "remit_state": draw.choice(["in_force"] * 18 + ["suspended", "expired"]),
            "remit_from": start,
            "remit_until": start + timedelta(days=365),
            "health": draw.choice(["healthy"] * 12 + ["watch"] * 2 + ["breach"]),
        }


def _stand(cases: list[Any], now: datetime) -> None:
    """Derive the standings as of when each batch was filed, then give each model two earlier ones."""
    from django.db import connection, transaction

    from remit.inventory import standing

    for part in (cases[n : n + 2000] for n in range(0, len(cases), 2000)):
        with transaction.atomic():
            standing.refresh(
                [case["id"] for case in part], since=max(c["filed_at"] for c in part) + timedelta(days=60)
            )
    past = _columns("inventory_standing", without=("id", "stage", "valid_from", "valid_to", "known_from"))
    with connection.cursor() as cursor:
        for stage, start, end in (("development", 60, 30), ("validation", 30, 0)):
            cursor.execute(
                f"insert into inventory_standing (id, stage, valid_from, valid_to, known_from, {past})"
                f" select gen_random_uuid(), %s, valid_from - %s * interval '1 day',"
                f" valid_from - %s * interval '1 day', %s, {past}"
                " from inventory_standing where valid_to is null and known_to is null",
                [stage, start, end, now],
            )


def _columns(table: str, *, without: tuple[str, ...]) -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    return ", ".join(column.name for column in described if column.name not in without)


def _copied(model: Any, rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Copy rows into a table, and give them on with their ids."""
    from remit.kernel.ids import uuid7

    given = [row if "id" in row else {"id": uuid7(), **row} for row in rows]
    _copy(model, given)
    yield from given


def _copy(model: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Copy rows, by field name, into a model's table; a field that no row gives gets its default."""
    from django.db import connection
    from django.db.models import JSONField
    from psycopg.types.json import Jsonb

    fields = model._meta.concrete_fields
    plain = {f.name: (Jsonb if isinstance(f, JSONField) else None) for f in fields}
    columns = ", ".join(f'"{f.column}"' for f in fields)
    with (
        connection.cursor() as cursor,
        cursor.copy(f'copy "{model._meta.db_table}" ({columns}) from stdin') as copy,
    ):
        for row in rows:
            values = (row[f.name] if f.name in row else f.get_default() for f in fields)
            copy.write_row(
                [
                    wrap(value) if wrap and value is not None else value
                    for wrap, value in zip(plain.values(), values, strict=True)
                ]
            )


if __name__ == "__main__":
    main()
