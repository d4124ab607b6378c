"""What stands around every page: who is signed in, the sidebar, the state of the ledger, the palette."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.timesince import timesince

from remit.inventory import queries as inventory
from remit.kernel import clock
from remit.ledger import queries as ledger
from remit.people import queries as people
from remit.people.rules import roles
from remit.serving import queries as serving
from remit.web import rooms
from remit.web.rooms import Count, Hit, Nav

_ACCOUNT = {
    "account_change_password": "Password",
    "mfa_": "Second factor",
    "usersessions_": "Sessions",
}


@dataclass(frozen=True, slots=True)
class NavItem:
    """A sidebar entry as drawn, without its figure, which comes after the page."""

    key: str
    label: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that protects, and how it stands: ok, bad or none."""

    tone: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pin:
    """A view or a model that the person keeps at hand, and the mark of the model's health."""

    id: UUID
    label: str
    href: str
    mark: str


class Shell:
    """Answers the shell's questions, each at most once a request and only when a template asks."""

    def __init__(self, request: HttpRequest) -> None:
        self.me: Any = request.user if hasattr(request, "user") else None
        self._installation: Any = getattr(request, "installation", None)

    @cached_property
    def organisation(self) -> str:
        """The organisation's name, empty before set-up."""
        installation = self._installation or people.installation()
        return installation.organisation if installation else ""

    @cached_property
    def nav(self) -> list[NavItem]:
        """The pages of the sidebar that are open to the person who is signed in."""
        if not getattr(self.me, "is_authenticated", False):
            return []
        return [NavItem(nav.key, nav.label, nav.icon, reverse(nav.route)) for nav in _open_to(self.me)]

    @property
    def figures(self) -> list[tuple[str, Count | None]]:
        """The figure beside each page of the sidebar, by the page's key."""
        return [(nav.key, nav.count(self.me) if nav.count else None) for nav in _open_to(self.me)]

    @cached_property
    def guards(self) -> list[Guard]:
        """What stands guard: the ledger's last verification, and what the gateways obey."""
        state, bundle = ledger.state(), serving.latest_bundle()
        if state.faults:
            proof = Guard("bad", "Ledger broken", f"{len(state.faults)} faults")
        elif state.verified_at is None:
            proof = Guard("none", "Ledger not verified yet")
        else:
            proof = Guard("ok", "Ledger verified", f"{timesince(state.verified_at, depth=1)} ago")
        published = Guard("ok", "Bundle published", f"no. {bundle.sequence}") if bundle else None
        return [published or Guard("none", "Nothing published to a gateway"), proof]

    @cached_property
    def pins(self) -> list[Pin]:
        """What the person keeps at hand."""
        if not getattr(self.me, "is_authenticated", False):
            return []
        return [_pin(row) for row in inventory.pins(self.me)]

    @property
    def pinned(self) -> set[UUID]:
        """The ids of the views and models that the person keeps at hand."""
        return {pin.id for pin in self.pins}

    @property
    def emergencies(self) -> list[Any]:
        """The emergencies that are open now, each with its role in words: everybody is told."""
        if not getattr(self.me, "is_authenticated", False):
            return []
        found = [e for e in people.pressing() if e.closed_at is None and e.expires_at > clock.now()]
        for emergency in found:
            emergency.role_name = roles()[emergency.role].name
        return found

    @property
    def now(self) -> datetime:
        """The time that pages speak of."""
        return clock.now()

    @property
    def injected(self) -> bool:
        """Whether that time is a story's and not the machine's."""
        return clock.injected()


def _pin(row: Any) -> Pin:
    if row.view is not None:
        query = "&".join(filter(None, (row.view.query, f"saved={row.view.pk}")))
        return Pin(row.view.pk, row.view.name, f"{reverse('models:list')}?{query}", "none")
    mark = {"healthy": "ok", "watch": "warn", "breach": "bad"}.get(row.health, "none")
    return Pin(row.model.pk, row.model.name, f"/models/{row.model.reference}/", mark)


def context(request: HttpRequest) -> dict[str, Any]:
    """Give every template `shell`, and the pages of a person's account that are not ours their crumbs."""
    route = request.resolver_match.view_name if request.resolver_match else ""
    found = next((label for start, label in _ACCOUNT.items() if route.startswith(start)), "")
    crumbs = {"crumbs": [("Your account", reverse("people:me")), (found, "")]} if found else {}
    return {"shell": Shell(request), **crumbs}


def figures(request: HttpRequest) -> HttpResponse:
    """Give the sidebar its figures: apart from the page, which does not wait for them."""
    return render(request, "shell/figures.html")


def find(request: HttpRequest) -> HttpResponse:
    """Answer the palette: pages whose name holds the text, then what each room finds, at most 30."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:80]
    settings = [page for page in rooms.settings() if text and people.may(request.user, page.permission)]
    pages = [
        Hit(page.label, "Page", reverse(page.route), page.icon)
        for page in (*_open_to(request.user), *settings)
        if text.casefold() in page.label.casefold()
    ]
    found = [hit for finder in rooms.finders() for hit in finder(request.user, text)] if text else []
    return render(request, "shell/found.html", {"hits": [*pages, *found][:30], "q": text})


def _open_to(person: Any) -> list[Nav]:
    return [nav for nav in rooms.nav() if not nav.permission or people.may(person, nav.permission)]
