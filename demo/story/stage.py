"""What the story is played on: the clock, the people, the gateway, and waiting for the worker."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from rich.console import Console

from remit.kernel import clock, paths
from remit.kernel.problems import Problem, Unavailable
from remit.people import actions as people
from remit.people.models import Unit, User

PASSWORD = "one-remit-at-a-time"  # noqa: S105 - of the example, printed for everybody
ORGANISATION = "Calder Bank"
PATIENCE = 60.0
CAST = {
    "admin": ("Robin Vale", "Platform administrator", ("administrator",)),
    "owner": ("Daniel Okafor", "Head of Home Lending", ("model_owner",)),
    "developer": ("Priya Raman", "Lead data scientist", ("model_developer",)),
    "validator": ("Tomasz Zielinski", "Senior validator", ("independent_validator",)),
    "compliance": ("Marcus Bell", "Fair lending officer", ("compliance_legal",)),
    "governance": ("Hannah Lindqvist", "Head of model risk", ("model_risk_governance",)),
    "approver": ("Ines Carvalho", "Chief Data Officer", ("approver",)),
    "operations": ("Lucia Moretti", "ModelOps engineer", ("ml_operations",)),
    "finance": ("Sofia Petrov", "Finance partner", ("finance",)),
    "data": ("Wei Chen", "Data owner", ("data_owner",)),
    "underwriter": ("Ruth-Ann Doyle", "Underwriter", ("human_overseer",)),
    "auditor": ("Aisha Rahmani", "Internal auditor", ("internal_audit",)),
    "executive": ("Greg Sandoval", "Chief Risk Officer", ("accountable_executive",)),
}


@dataclass
class Stage:
    """The people, the time, the gateway, and what was seen so far."""

    today: datetime
    cast: dict[str, User] = field(default_factory=dict)
    unit: Unit | None = None
    refusals: list[dict[str, Any]] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    console: Console = field(default_factory=lambda: Console(stderr=True))
    gateway: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.gateway = httpx.Client(base_url=os.environ["REMIT_GATEWAY_URL"], timeout=10)

    def at(self, days_ago: float, hour: float = 10.0) -> datetime:
        """Move every process to the day so many days before today, and return the instant."""
        day = (self.today - timedelta(days=days_ago)).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.to(min(day + timedelta(hours=hour), self.today))

    def to(self, instant: datetime) -> datetime:
        """Move every process to an instant."""
        clock.set_file(paths.story_clock(), instant)
        return instant

    def say(self, text: str) -> None:
        """Tell what happens, with the story's date."""
        self.console.print(f"[dim]{clock.now():%d %b %Y}[/dim]  {text}", highlight=False)

    def settle(self) -> None:
        """Wait until the worker has reacted to everything and the gateway obeys the newest bundle.

        Raises:
            Unavailable: it does not within a minute; a job has failed for good, or a part is down.
        """
        from django.db import connection

        from remit.serving import queries as serving

        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with connection.cursor() as cursor:
                cursor.execute(
                    "select count(*) filter (where status in ('todo', 'doing')),"
                    " count(*) filter (where status = 'failed' or attempts > 2)"
                    " from procrastinate_jobs where queue_name in ('reactions', 'scans')"
                )
                waiting, failed = cursor.fetchone()
            if failed:
                raise Unavailable(
                    "A reaction keeps failing.", remedy="See the worker's log in the data folder."
                )
            if not waiting:
                bundle = serving.latest_bundle()
                if bundle is None or self.sequence() == bundle.sequence:
                    return
            time.sleep(0.02)
        raise Unavailable("The worker or the gateway does not follow.", remedy="See their logs.")

    def sequence(self) -> int | None:
        """Return the bundle the gateway obeys."""
        found: int | None = self.gateway.get("/v1/health").json()["bundle"]["sequence"]
        return found

    def refused(self, what: str, problem: Problem, by: str = "platform") -> None:
        """Keep a refusal that was met."""
        self.say(f"[yellow]refused[/yellow]: {problem}")
        self.refusals.append(
            {
                "what": what,
                "by": by,
                "clause": problem.members.get("clause", problem.slug),
                "detail": problem.detail,
                "at": clock.now().isoformat(),
            }
        )


def assemble(stage: Stage) -> None:
    """Open the installation and invite the cast, each with a role."""
    name, title, _ = CAST["admin"]
    stage.cast["admin"] = people.open_installation(
        organisation=ORGANISATION,
        email=address("admin"),
        name=name,
        password=PASSWORD,
        title=title,
        acting_user="system:demo",
    )
    administrator = stage.cast["admin"]
    stage.unit = people.create_unit(acting_user=administrator, name="Home lending")
    for key, (name, title, roles) in CAST.items():
        if key != "admin":
            stage.cast[key] = people.invite(
                acting_user=administrator,
                email=address(key),
                name=name,
                title=title,
                password=PASSWORD,
                roles=roles,
            )
    risk = people.create_unit(acting_user=administrator, name="Risk", head=stage.cast["executive"])
    _seat(stage, risk, "executive", "governance", "validator", "compliance")
    _seat(stage, stage.unit, "owner", "developer", "underwriter")


def _seat(stage: Stage, unit: Unit, *keys: str) -> None:
    """Put members of the cast in a unit; their roles hold everywhere all the same."""
    for person in (stage.cast[key] for key in keys):
        people.edit_person(
            acting_user=stage.cast["admin"],
            user=person,
            name=person.name,
            title=person.title,
            unit=unit,
            email=person.email,
        )


def address(key: str) -> str:
    """Return the e-mail address of a member of the cast."""
    return f"{key}@calder.example"


def sign_ins() -> list[dict[str, str]]:
    """Return one demo sign-in a role."""
    return [
        {"role": title, "name": name, "email": address(key), "password": PASSWORD}
        for key, (name, title, _) in CAST.items()
    ]


def started() -> datetime:
    """Return the day the story ends on: today, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
