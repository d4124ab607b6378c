"""What makes a write an action: one transaction, a named actor, a reason, an event."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, ParamSpec, TypeVar
from uuid import UUID

from django.db import IntegrityError, connection, models, transaction
from psycopg.errors import UniqueViolation

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied
from remit.ledger.models import Event

P = ParamSpec("P")
R = TypeVar("R")


class Context(NamedTuple):
    """What the capture trigger writes beside each change."""

    actor: str = ""
    action: str = ""
    reason: str = ""


_current: ContextVar[Context | None] = ContextVar("remit_action", default=None)
_heard: set[str] = set()


def hear(*names: str) -> None:
    """Have events of these names queued for the worker: something reacts to them."""
    _heard.update(names)


def action(name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function the one way of doing `name` (noun.verb).

    The function must be called with the keyword `acting_user` (a person, or "system:<part>") and may
    be given `reason`. It runs in one transaction; every governed row it touches is captured under this
    name. An action inside an action keeps its own name and joins the outer transaction.

    Raises:
        Denied: nobody, or a deactivated person, is acting.
        Conflict: somebody else wrote the same at the same moment.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
            try:
                with acting(kwargs.get("acting_user"), name, reason=str(kwargs.get("reason") or "")):
                    return function(*args, **kwargs)
            except IntegrityError as error:
                # what an action looked for and did not find was written by another before it could
                if not isinstance(error.__cause__, UniqueViolation):
                    raise
                raise Conflict(
                    "Somebody did the same at the same moment.", remedy="Look at it again, then go on."
                ) from error

        return wrapper

    return decorate


@contextmanager
def acting(who: object, name: str, *, reason: str = "") -> Iterator[None]:
    """Do `name` within the block as `who`, in one transaction: what `action` is made of.

    For a data migration or another write that is no function of its own; everything else is an action.

    Raises:
        Denied: nobody, or a deactivated person, is acting.
    """
    context, outer = Context(actor_of(who), name, reason), _current.get()
    joins = connection.in_atomic_block
    with transaction.atomic():
        token = _current.set(context)
        try:
            _announce(context)
            yield
        finally:
            _current.reset(token)
        if joins:
            # a rollback gives the surrounding transaction its settings back, success does not
            _announce(outer or Context())


def actor_of(who: object) -> str:
    """Return how the ledger names who acts: `user:<id>`, or `system:<part>`.

    Raises:
        Denied: nobody, or a deactivated person, is acting.
    """
    if isinstance(who, str) and who.startswith("system:") and len(who) > len("system:"):
        return who
    identifier = getattr(who, "pk", None)
    if identifier is None or not getattr(who, "is_active", False):
        raise Denied("Nobody is signed in.", remedy="Sign in with an active account and try again.")
    return f"user:{identifier}"


def emit(name: str, subject: models.Model, /, **data: Any) -> Event:
    """Record that `name` happened to `subject`; if something reacts to it, the worker does once this commits.

    Raises:
        RuntimeError: called outside an action.
    """
    return emit_each(name, [(subject, data)])[0]


def emit_each(name: str, happened: Iterable[tuple[models.Model, Mapping[str, Any]]]) -> list[Event]:
    """Record that `name` happened to each of some subjects, with what is to be said of it, in one write.

    Raises:
        RuntimeError: called outside an action.
    """
    context = _current.get()
    if context is None:
        raise RuntimeError(f"{name} was emitted outside an action")
    now = clock.now()
    events = Event.objects.bulk_create(
        Event(
            name=name,
            subject_type=subject._meta.label,
            subject_id=subject.pk,
            data={key: _plain(value) for key, value in data.items()},
            actor=context.actor,
            occurred_at=now,
        )
        for subject, data in happened
    )
    if name in _heard and events:
        from procrastinate.contrib.django import app

        reacting = app.configure_task("remit.react", queue="reactions")
        reacting.batch_defer(*({"event_id": str(event.pk)} for event in events))
    return events


def _announce(context: Context) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select set_config('remit.actor', %s, true), set_config('remit.action', %s, true),"
            " set_config('remit.reason', %s, true), set_config('remit.occurred_at', %s, true)",
            [*context, clock.now().isoformat()],
        )


def _plain(value: Any) -> Any:
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value
