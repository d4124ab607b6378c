"""What stands on every page of a model: its facts, its remit, what may be done, and the tabs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from remit.evidence import queries as evidence
from remit.governance import queries as governance
from remit.governance.contract import PASSING
from remit.inventory import queries as inventory
from remit.kernel import clock
from remit.monitoring import queries as monitoring
from remit.people import queries as people
from remit.people.policies import policy
from remit.serving import queries as serving
from remit.web.model.then import then
from remit.web.models.listing import countdown

RENEWAL = timedelta(days=60)
_RUNNING, OVER = ("in_business", "under_review"), ("retired", "archived")
_STATES = {
    "in_force": "Valid",
    "suspended": "Suspended",
    "revoked": "Revoked",
    "expired": "Expired",
    "draft": "Draft",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: how many things are in it, and a mark where something is wrong."""

    key: str
    label: str
    n: int = 0
    mark: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    """Something this person may do with the remit now."""

    verb: str
    label: str
    icon: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Strip:
    """The remit's validity as the strip draws it; `used` and `window` are shares of it."""

    state: str
    tone: str
    left: str
    used: float
    window: float
    says: str


class ModelPage:
    """A model and what its pages share, read once a request."""

    def __init__(self, reference: str, who: Any) -> None:
        self.model = policy("model").find(who, inventory.model, reference)
        self.use_case = self.model.use_case
        self.who = who
        self.now = clock.now()
        self.versions = list(inventory.versions_of(self.use_case).filter(model=self.model))
        self.remits = list(governance.remits_of(self.use_case).filter(version__model=self.model))

    @cached_property
    def deployments(self) -> list[Any]:
        """What of this model is at work now."""
        found = serving.deployments(self.use_case)
        return [d for d in found if d.version.model_id == self.model.pk and d.variant != "control"]

    def role(self, version: Any) -> str:
        """Return the part a version plays at the gateway, or nothing."""
        return next((d.variant for d in self.deployments if d.version_id == version.pk), "")

    @property
    def traffic_shares(self) -> list[tuple[str, str, float]]:
        """Variant, version and share of the traffic of what is at work, the control's share left out."""
        whole = sum(d.weight for d in serving.deployments(self.use_case)) or 1.0
        return [(d.variant, d.version.number, d.weight / whole) for d in self.deployments]

    @cached_property
    def version(self) -> Any:
        """The version that counts: the champion, else in business, else the newest not retired; or None."""

        def rank(version: Any) -> int:
            if self.role(version) == "champion":
                return 0
            return 1 if version.stage in _RUNNING else 3 if version.stage in OVER else 2

        return min(self.versions, key=rank, default=None)

    @cached_property
    def remit(self) -> Any:
        """The remit that counts: one in force, else a suspended one, else the newest; or None."""
        order = {"in_force": 0, "suspended": 1}
        live = [r for r in self.remits if r.state in order and r.valid_until > self.now]
        own = [r for r in live if r.version_id == self.version.pk]
        return min(own or live or self.remits, key=lambda r: order.get(r.state, 2), default=None)

    @property
    def stage(self) -> str:
        """The stage as its badge shows it; a suspended remit outranks it."""
        if self.remit and self.remit.state == "suspended" and self.version.stage in _RUNNING:
            return "suspended"
        return self.version.stage if self.version else "development"

    @cached_property
    def strip(self) -> Strip | None:
        """The validity of the remit."""
        if self.remit is None:
            return None
        shown = countdown(self.remit.valid_from, self.remit.valid_until, self.now)
        whole = self.remit.valid_until - self.remit.valid_from
        ended = self.remit.valid_until <= self.now
        state = "expired" if ended and self.remit.state == "in_force" else self.remit.state
        days = shown["days"]
        left = f"{days} day{'' if days == 1 else 's'} left" if state == "in_force" else _STATES[state]
        return Strip(
            state=_STATES[state],
            tone=shown["tone"] if state == "in_force" else "bad",
            left=left,
            used=1 - shown["share"],
            window=1 - min(1.0, RENEWAL / whole),
            says=f"{_STATES[state]} from {self.remit.valid_from:%-d %B %Y} to "
            f"{self.remit.valid_until:%-d %B %Y}; today is {self.now:%-d %B %Y}.",
        )

    @cached_property
    def findings(self) -> list[Any]:
        """Every finding on the model, open ones first."""
        return list(governance.findings_of(self.use_case).filter(version__model=self.model))

    @cached_property
    def health(self) -> str:
        """How the version that counts fares by its latest window; empty before there is one."""
        found = monitoring.health([self.version])[self.version.pk] if self.version else "not_running"
        return "" if found == "not_running" else found

    @cached_property
    def gate(self) -> Any:
        """The newest evaluation of any gate for the version that counts, or None."""
        return governance.gate_evaluations(self.version).last() if self.version else None

    @cached_property
    def tabs(self) -> list[Tab]:
        """The tabs, with what needs attention marked."""
        unmet = [r for r in self.gate.results if r["status"] not in PASSING] if self.gate else []
        still_open = [finding for finding in self.findings if finding.closed_at is None]
        late = any(finding.due_at < self.now for finding in still_open)
        mark = {"watch": "warn", "breach": "bad"}.get(self.health, "")
        return [
            Tab("overview", "Overview"),
            Tab("lifecycle", "Lifecycle"),
            Tab("versions", "Versions", len(self.versions)),
            Tab("evidence", "Evidence", evidence.of_model(self.model).count()),
            Tab("controls", "Controls", mark="bad" if unmet else "", why=f"{len(unmet)} not met"),
            Tab("monitoring", "Monitoring", mark=mark, why=self.health.capitalize()),
            Tab("decisions", "Decisions"),
            Tab("value", "Value"),
            Tab("issues", "Issues", len(still_open), "bad" if late else "", "A finding is past its date"),
            Tab("history", "History"),
        ]

    @cached_property
    def buttons(self) -> list[Button]:
        """What this person may do with the remit in its present state."""
        state = self.remit.state if self.remit else ""
        live = state in {"in_force", "suspended"} and self.remit.valid_until > self.now
        found = []
        if live and self._may("remit.revoke"):
            found.append(Button("revoke", "Revoke…", icon="ban"))
        if live and state == "in_force" and self._may("remit.suspend"):
            found.append(Button("suspend", "Suspend…", icon="player-pause"))
        if live and state == "suspended" and self._may("remit.reinstate"):
            found.append(Button("reinstate", "Reinstate…", icon="player-play"))
        if self.issuable is not None and self._may("remit.issue"):
            found.append(
                Button("issue", "Renew remit…" if live else "Issue remit…", icon="certificate", primary=True)
            )
        return found

    @cached_property
    def issuable(self) -> Any:
        """The version a remit could be issued for now: signed, with none that outlasts the window, if any."""
        version = self.version
        if version is None or version.stage in OVER or version.ready_at is None:
            return None
        own = [r for r in self.remits if r.version_id == version.pk and r.state in {"in_force", "suspended"}]
        if any(r.valid_until - self.now > RENEWAL or r.state == "suspended" for r in own):
            return None
        approvals = governance.latest_approvals(version)
        signed = approvals.get("signature") or approvals.get("self_test")
        return version if signed and signed.decision.startswith("approve") else None

    def _may(self, permission: str) -> bool:
        return people.may(self.who, permission, unit=self.use_case.unit, subject=self.use_case.pk)


Contextual = Callable[[HttpRequest, ModelPage], dict[str, Any]]


def tab(key: str, label: str) -> Callable[[Contextual], Callable[..., HttpResponse]]:
    """Make a function that gives a tab's context the view of that tab."""

    def decorate(function: Contextual) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, reference: str) -> HttpResponse:
            if "as_of" in request.GET:
                return then(request, reference)
            page = ModelPage(reference, request.user)
            context = shared(page, label) | {"tab": key} | function(request, page)
            return render(request, f"model/{key}.html", context)

        view.__doc__ = function.__doc__
        view.__name__ = key
        return view

    return decorate


def shared(page: ModelPage, here: str) -> dict[str, Any]:
    """Return what every page of the model hands to its template."""
    crumbs = [
        ("Models", reverse("models:list")),
        (page.use_case.unit.name, f"{reverse('models:list')}?unit={page.use_case.unit.name}"),
        (page.model.name, reverse("model:overview", args=[page.model.reference])),
        (here, ""),
    ]
    return {"page": page, "nav": "models", "crumbs": crumbs}
