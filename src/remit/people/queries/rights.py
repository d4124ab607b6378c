"""Who holds which role at an instant, and what it lets them do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from remit.kernel import clock
from remit.kernel.problems import Denied
from remit.people import rules
from remit.people.contract import Grant
from remit.people.models import Absence, Unit, User

Read = TypeVar("Read")
_remembered: ContextVar[dict[object, Any] | None] = ContextVar("remit_rights", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Read what a person holds now at most once within the block: for one request."""
    if _remembered.get() is not None:
        yield
        return
    token = _remembered.set({})
    try:
        yield
    finally:
        _remembered.reset(token)


def forget() -> None:
    """Read anew what people hold: a role has just changed."""
    held = _remembered.get()
    if held is not None:
        held.clear()


def once(key: Hashable, read: Callable[[], Read]) -> Read:
    """Read something at most once a request; outside of one, each time."""
    kept = _remembered.get()
    if kept is None:
        return read()
    if key not in kept:
        kept[key] = read()
    found: Read = kept[key]
    return found


def grants_of(who: User, *, at: datetime | None = None) -> tuple[Grant, ...]:
    """Return the roles a person holds at an instant: their own, their groups', those of whom they stand in
    for, and one taken in an emergency. One read.
    """
    if at is not None:
        return tuple(_grants([who.pk], at).get(who.pk, ()))
    return once(("grants", who.pk), lambda: tuple(_grants([who.pk], None).get(who.pk, ())))


def grants_by_person(people: Iterable[User]) -> dict[UUID, list[Grant]]:
    """Return the roles that each of some people holds now, in one read."""
    return _grants([person.pk for person in people], None)


def roles_of(
    who: User, *, unit: Unit | None = None, subject: UUID | None = None, at: datetime | None = None
) -> set[str]:
    """Return the ids of the roles a person holds at an instant.

    Args:
        who: the person.
        unit: only those that reach this unit: held in it, in a unit above it, or everywhere.
        subject: a use case's id; those held for it alone count too.
        at: the instant; now if omitted.
    """
    where = unit.pk if unit is not None else None
    return {grant.role for grant in grants_of(who, at=at) if grant.reaches(where, subject)}


def may(who: User, permission: str, *, unit: Unit | None = None, subject: UUID | None = None) -> bool:
    """Tell whether a person may do `permission` now: in a unit, for a use case, or anywhere."""
    where = unit.pk if unit is not None else None
    return any(grant.reaches(where, subject) for grant in _giving(who, permission))


def require(
    who: User | str, permission: str, *, unit: Unit | None = None, subject: UUID | None = None
) -> None:
    """Pass if the person may do `permission`; the platform's own parts (`system:...`) may.

    Raises:
        Denied: they may not; the message names who may.
    """
    if isinstance(who, str):
        if who.startswith("system:"):
            return
        raise Denied(f"{who!r} is not a person.")
    if not may(who, permission, unit=unit, subject=subject):
        raise Denied(
            f"{who.name} may not do this ({permission}).",
            remedy=f"It takes {rules.takes(permission)}{f' in {unit.name}' if unit is not None else ''}.",
        )


def require_reach(who: User | str, permission: str, unit: Unit | None) -> None:
    """Pass if the person may do `permission` in a unit, or in the whole organisation when it is None.

    Raises:
        Denied: they may not, or only in some units.
    """
    require(who, permission, unit=unit)
    if isinstance(who, str) or unit is not None:
        return
    if not any(grant.units is None and grant.subject is None for grant in _giving(who, permission)):
        raise Denied(
            f"{who.name} may do this ({permission}) in some units only.",
            remedy="Name one of these units, or ask somebody who may do it for the whole organisation.",
        )


def visible_units(who: User, permission: str = "use_case.read") -> frozenset[UUID] | None:
    """Return the units whose rows a person may see by a permission; None for all of them."""
    found: set[UUID] = set()
    for grant in _giving(who, permission):
        if grant.subject is not None:
            continue
        if grant.units is None:
            return None
        found |= grant.units
    return frozenset(found)


def visible_subjects(who: User, permission: str = "use_case.read") -> frozenset[UUID]:
    """Return the use cases for which alone a person holds a role that gives a permission."""
    return frozenset(g.subject for g in _giving(who, permission) if g.subject is not None)


def holders(
    role: str, *, unit: Unit | None = None, subject: UUID | None = None, at: datetime | None = None
) -> list[User]:
    """Return the active people who hold a role at an instant, the nearest first.

    Those for the use case come before those of the unit, those before the units above, and those everywhere
    last. Who is absent comes after their deputy.
    """
    when = at or clock.now()
    where, ranked = unit.pk if unit is not None else None, {}
    for person, held in _grants(None, when, role).items():
        reaching = [_nearness(grant) for grant in held if grant.reaches(where, subject)]
        if reaching:
            ranked[person] = min(reaching)
    people = User.objects.filter(pk__in=ranked, is_active=True)
    away = set(_away(when).values_list("user_id", flat=True))
    return sorted(people, key=lambda person: (person.pk in away, ranked[person.pk], person.name))


def holders_by_role() -> dict[str, list[str]]:
    """Return the names of the active people who hold each role now, in two reads."""
    held = _grants(None, clock.now())
    people = User.objects.filter(pk__in=held, is_active=True).order_by("name")
    names: dict[str, list[str]] = defaultdict(list)
    for pk, name in people.values_list("pk", "name"):
        for role in {grant.role for grant in held[pk]}:
            names[role].append(name)
    return dict(names)


def stands_in_for(who: User, *, at: datetime | None = None) -> list[User]:
    """Return the absent people whose deputy a person is at an instant."""

    def read(instant: datetime) -> list[User]:
        return list(User.objects.filter(absences__in=_away(instant).filter(deputy=who)).distinct())

    return read(at) if at is not None else once(("absent", who.pk), lambda: read(clock.now()))


def require_apart(who: User | str, duty: str, done: Mapping[str, UUID | None]) -> None:
    """Pass if segregation of duties lets a person do `duty`; standing in for another does not lift it.

    Args:
        who: the person, an administrator or a holder of an emergency role alike; the platform passes.
        duty: a duty of `data/segregation.yaml`.
        done: who did or holds the other duties on the same subject, by duty.

    Raises:
        Denied: they, or whom they stand in for, did a duty that is kept apart from this one.
    """
    if isinstance(who, str):
        return
    why = rules.segregation(duty, who.pk, done)
    if why:
        raise Denied(f"{who.name} may not do this: {why}.", remedy="Somebody else does it.")
    for absent in stands_in_for(who):
        if why := rules.segregation(duty, absent.pk, done):
            raise Denied(
                f"{who.name} stands in for {absent.name}, who {why}.", remedy="Somebody else does it."
            )


def _giving(who: User, permission: str) -> list[Grant]:
    """Read the roles that give a permission, none where the token the person came with does not cover it."""
    if not who.is_active or not rules.within(who.scopes, permission):
        return []
    return [grant for grant in grants_of(who) if rules.allowed({grant.role}, permission)]


def _nearness(grant: Grant) -> int:
    if grant.subject is not None:
        return -1
    # the fewer units a role reaches, the nearer it was given
    return len(grant.units) if grant.units is not None else 1_000_000


def _away(at: datetime) -> QuerySet[Absence]:
    return Absence.objects.filter(valid_from__lte=at, valid_to__gt=at, cancelled_at=None)


def _grants(who: list[UUID] | None, at: datetime | None, role: str | None = None) -> dict[UUID, list[Grant]]:
    """Read the roles of some people, or of everybody active; of one role, or of all."""
    found: dict[UUID, list[Grant]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_sql(), {"who": who, "at": at or clock.now(), "role": role})
        for person, held, unit, units, subject, ends, via, name in cursor.fetchall():
            reached = None if units is None else frozenset(units)
            found[person].append(Grant(held, unit, reached, subject, ends, via, name))
    return found


@cache
def _sql() -> str:
    return Path(__file__).with_name("grants.sql").read_text(encoding="utf-8")
