"""What stands before a person who answers a task: what policy says, the evidence, what would change."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from remit.evidence import queries as evidence
from remit.governance import queries as governance
from remit.governance.evaluation import evaluated
from remit.governance.rules import tiering
from remit.inventory import queries as inventory
from remit.kernel import clock
from remit.lifecycle import queries as lifecycle
from remit.people.policies import policy
from remit.serving import queries as serving
from remit.web import words
from remit.web.model.controls import Shown, shown
from remit.web.model.evidence import chips

TITLES = {
    "confirm_tier": "Confirm the tier of {}",
    "submit_evidence": "Submit evidence for {}",
    "validate": "Validate {}",
    "review": "Review {} for fair lending",
    "accept": "Accept accountability for {}",
    "sign": "Approve and sign {}",
    "issue_remit": "Issue the remit of {}",
    "deploy": "Deploy {} behind the gateway",
    "request_retirement": "Ask for the retirement of {}",
    "confirm_retirement": "Confirm the retirement of {}",
    "post_retirement_review": "Review {} after its retirement",
}
# gates whose controls the person should see, by kind of task
_GATES = {
    "submit_evidence": ("G3",),
    "validate": ("G3", "G5"),
    "review": ("G3", "G5"),
    "accept": ("G5",),
    "sign": ("G5",),
    "issue_remit": ("G5",),
}
# the control that an approval of each kind answers
_ANSWERS = {"validation": "RC-30", "review": "RC-31", "acceptance": "RC-32"}
_SHOWN = 8
_MEASURED = ("dev_test_report", "fairness_report", "explainability_report", "robustness_report")


@dataclass(frozen=True, slots=True)
class Clause:
    """A control as the page lists it; `stands` is met, unmet, ask (this answer decides) or later."""

    control: Shown
    stands: str

    @property
    def result(self) -> str:
        """What stands at the end of the line."""
        return {"ask": "Your judgement", "later": "Comes later"}.get(self.stands, self.control.says)


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure: the builder's claim, the replication, the gap, and the version in use."""

    name: str
    part: bool
    claim: Any
    replication: Any
    gap: float | None
    low: float | None
    high: float | None
    champion: Any

    @property
    def outside(self) -> bool:
        """Whether the replication lies outside the 95% interval of the claim."""
        if self.replication is None or self.low is None or self.high is None:
            return False
        return not self.low <= self.replication <= self.high


class TaskPage:
    """A task, read once a request."""

    def __init__(self, reference: str, who: Any) -> None:
        self.task = policy("task").find(who, lifecycle.task, reference)
        self.detail = lifecycle.task_detail(reference, who)
        self.row = self.detail.row
        self.use_case = self.task.process.use_case
        self.version = inventory.version_by_id(self.task.version_id) if self.task.version_id else None
        self.who = who
        self.now = clock.now()

    @property
    def open(self) -> bool:
        """Whether somebody can still answer it."""
        return self.task.completed_at is None

    @property
    def title(self) -> str:
        """The task as a sentence."""
        about = str(self.version) if self.version else self.use_case.name
        named = TITLES.get(self.task.kind)
        return named.format(about) if named else f"{self.task.title}: {about}"

    @property
    def takeable(self) -> bool:
        """Whether it waits in a queue of this person's."""
        return self.open and not self.task.service and not self.task.assignee_id and not self.detail.denied

    @property
    def duty(self) -> str:
        """Why this person may answer, in a sentence, and who may not."""
        version, owner = self.version, self.use_case.owner
        if version is None or self.detail.approval not in {"validation", "review", "signature", "acceptance"}:
            return f"You hold the role {self.row.role_name} in {self.use_case.unit.name}."
        if self.detail.approval == "acceptance":
            return (
                f"You answer for {self.use_case.name}, and {version.developer.name}, who built it, may not."
            )
        return (
            f"You did not build {version} and do not answer for {self.use_case.name}. "
            f"{words.listed((version.developer.name, owner.name))} may not."
        )

    @cached_property
    def clauses(self) -> list[Clause]:
        """What each control says now, computed afresh, in the order of the library."""
        if self.version is None or not self.open:
            return []
        found: dict[str, Shown] = {}
        for gate in _GATES.get(self.task.kind, ()):
            _, results = evaluated(self.version, gate, preview=True)
            found |= {result.id: result for result in shown(result.as_dict() for result in results)}
        return [Clause(control, self._stands(control)) for _, control in sorted(found.items())]

    @property
    def recorded(self) -> Any:
        """The newest evaluation of the task's gate that is on record, for a task that is over."""
        gates = _GATES.get(self.task.kind, ())
        return governance.latest_gate(self.version, gates[-1]) if self.version and gates else None

    @property
    def met(self) -> int:
        """How many controls are met."""
        return sum(clause.stands == "met" for clause in self.clauses)

    @property
    def first(self) -> list[Clause]:
        """What is open before what is met, as many as fit on a page."""
        return self._ordered[: max(_SHOWN, len(self.clauses) - self.met)]

    @property
    def rest(self) -> list[Clause]:
        """The other controls, all of them met."""
        return self._ordered[len(self.first) :]

    @cached_property
    def _ordered(self) -> list[Clause]:
        order = {"unmet": 0, "ask": 1, "later": 2, "met": 3}
        return sorted(self.clauses, key=lambda clause: order[clause.stands])

    @property
    def unmet(self) -> list[Clause]:
        """The controls that are not met and do not wait for somebody's answer."""
        return [clause for clause in self.clauses if clause.stands == "unmet"]

    @property
    def compared(self) -> list[Compared]:
        """The measures of the version beside the validator's and those of the version it replaces."""
        return [row for row in self._compared if not row.part]

    @cached_property
    def _compared(self) -> list[Compared]:
        if self.version is None:
            return []
        latest = evidence.latest_by_kind(self.version)
        claims = _rows(latest, _MEASURED)
        replicated = _rows(latest, ("validation_report",))
        before = _rows(evidence.latest_by_kind(self.version.replaces), _MEASURED) if self.replaced else {}
        return [_compared(key, claims.get(key), replicated.get(key), before.get(key)) for key in claims]

    @property
    def by_group(self) -> list[Compared]:
        """The same for parts of the rows."""
        return [row for row in self._compared if row.part]

    @property
    def replaced(self) -> Any:
        """The version that this one replaces, or None."""
        return self.version.replaces if self.version else None

    @property
    def chips(self) -> list[dict[str, str]]:
        """The evidence on the version."""
        return chips(self.version, self.use_case.tier or "T1", self.now) if self.version else []

    @cached_property
    def present(self) -> Any:
        """The remit that is in force or suspended for the use case, or None."""
        return governance.remits_of(self.use_case).filter(state__in=("in_force", "suspended")).first()

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """What the remit would say, beside what the present one says."""
        if self.version is None or not self.open:
            return []
        if self.present is not None and self.present.version_id == self.version.pk:
            return []
        asked = {**self.version.intended_terms, "decision_rule": self.version.decision_rule}
        return words.changes(self.present.terms if self.present else None, asked)

    @cached_property
    def assessment(self) -> Any:
        """The tier assessment, for whom it is to be confirmed."""
        return governance.latest_tier_assessment(self.use_case) if self.task.kind == "confirm_tier" else None

    @property
    def answers(self) -> list[tuple[str, str, str, int | None]]:
        """Axis, question, level and score of each answer, in the scheme's order."""
        given = self.assessment.answers if self.assessment else {}
        return [
            (q["axis"].capitalize(), q["title"], "Not answered" if s is None else q["levels"][s], s)
            for q, s in ((q, given.get(q["id"])) for q in tiering.questions())
        ]

    @property
    def deployments(self) -> list[Any]:
        """What is at work for the use case, for whom it deploys or retires."""
        kinds = {"deploy", "request_retirement", "confirm_retirement"}
        return list(serving.deployments(self.use_case)) if self.task.kind in kinds else []

    @property
    def findings(self) -> list[Any]:
        """The open findings on the version."""
        return governance.open_findings(self.version) if self.version else []

    def _stands(self, control: Shown) -> str:
        if control.passes:
            return "met"
        if control.id == _ANSWERS.get(self.detail.approval):
            return "ask"
        return "later" if control.id in _ANSWERS.values() else "unmet"


Key = tuple[str, str, str]


def _rows(latest: dict[str, Any], kinds: tuple[str, ...]) -> dict[Key, dict[str, Any]]:
    return {
        (row["metric"], row.get("column", ""), row.get("segment", "")): row
        for kind in kinds
        if kind in latest
        for row in latest[kind].rows
    }


def _compared(
    key: Key, claim: dict[str, Any] | None, replicated: dict[str, Any] | None, before: dict[str, Any] | None
) -> Compared:
    values = [row.get("value") if row else None for row in (claim, replicated, before)]
    both = values[0] is not None and values[1] is not None
    return Compared(
        name=words.measured({"metric": key[0], "column": key[1], "segment": key[2].replace("=", " ")}),
        part=bool(key[2]),
        claim=values[0],
        replication=values[1],
        gap=values[1] - values[0] if both else None,
        low=claim.get("low") if claim else None,
        high=claim.get("high") if claim else None,
        champion=values[2],
    )
