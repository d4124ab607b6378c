"""Writes that a caller may repeat: under one key a thing is done once, and answered alike each time.

The answer is kept in the transaction that does the thing, so it is there exactly if the thing was done.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple

from django.db import connection

from remit.kernel import clock
from remit.kernel.problems import Conflict, Invalid
from remit.ledger.models import Request

KEPT = timedelta(hours=24)
_LONGEST = 200


class Answer(NamedTuple):
    """What was answered; `body` is None where it was shown once and not kept."""

    status: int
    headers: Mapping[str, str]
    body: bytes | None


def answered(*, actor: str, key: str, request_sha256: str) -> Answer | None:
    """Return the answer that was given under this key, or None if the thing is still to be done.

    To be called in the transaction that then does it, which holds the key until it ends.

    Raises:
        Invalid: the key is empty or too long, or was used for another request.
        Conflict: a request under this key is under way.
    """
    if not 0 < len(key) <= _LONGEST or not (key.isascii() and key.isprintable()):
        raise Invalid(
            f"An idempotency key has 1 to {_LONGEST} printable ASCII characters.", remedy="Use a UUID."
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"request {actor} {key}"]
        )
        (held,) = cursor.fetchone()
    if not held:
        raise Conflict("A request under this idempotency key is under way.", remedy="Repeat it in a moment.")
    found = Request.objects.filter(
        actor=actor, key=key, asked_at__gt=clock.recorded_now() - KEPT, status__isnull=False
    ).first()
    if found is None:
        return None
    if found.request_sha256 != request_sha256:
        raise Invalid(
            "This idempotency key was used for another request.", remedy="Use a new key for a new request."
        )
    return Answer(found.status or 0, found.headers, None if found.body is None else bytes(found.body))


def keep(*, actor: str, key: str, request_sha256: str, answer: Answer) -> None:
    """Keep an answer, in the transaction that did the thing."""
    Request.objects.update_or_create(
        actor=actor,
        key=key,
        defaults={
            "request_sha256": request_sha256,
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body,
            "asked_at": clock.recorded_now(),
        },
    )


def forget() -> int:
    """Remove the answers that are no longer kept and return how many."""
    removed, _ = Request.objects.filter(asked_at__lte=clock.recorded_now() - KEPT).delete()
    return removed
