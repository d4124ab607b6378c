"""Reads about API tokens and service accounts, and the one that lets a caller in."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import timedelta

from django.db.models import Prefetch, Q, QuerySet

from remit.kernel import clock
from remit.kernel.problems import Unknown
from remit.people import rules
from remit.people.models import ApiToken, User
from remit.people.queries.rights import may

TOKEN_MARK = "rmt_"  # noqa: S105 - what every token begins with, for scanners of leaked secrets
TOKEN_PREFIX = 12
_NOTED_EVERY = timedelta(minutes=1)
_TOKEN = re.compile(rf"{TOKEN_MARK}[A-Za-z0-9_-]{{43}}", re.ASCII)


def token_digest(secret: str) -> str:
    """Return what is kept of a token: 256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def bearer(secret: str) -> User | None:
    """Return the active account that a token opens, limited to the token's scopes; None if it opens none.

    One read; at most once a minute a write that notes the use.
    """
    if _TOKEN.fullmatch(secret) is None:
        return None
    now = clock.recorded_now()
    found = ApiToken.objects.select_related("user").filter(prefix=secret[:TOKEN_PREFIX]).first()
    # compared even if none was found, so that the time taken tells nothing
    same = secrets.compare_digest(found.secret_sha256 if found else "0" * 64, token_digest(secret))
    if found is None or not same or found.revoked_at or found.expires_at <= now or not found.user.is_active:
        return None
    if found.last_used_at is None or now - found.last_used_at >= _NOTED_EVERY:
        ApiToken.objects.filter(pk=found.pk).update(last_used_at=now)
    found.user.scopes = frozenset(found.scopes)
    return found.user


def tokens(person: User) -> QuerySet[ApiToken]:
    """Return a person's tokens and those of the service accounts they answer for, the newest first."""
    own = Q(user=person) | Q(user__answered_by=person)
    return ApiToken.objects.filter(own).select_related("user").order_by("-created_at")


def token(person: User, prefix: str) -> ApiToken:
    """Return a token that the person may end, by its first characters.

    Raises:
        Unknown: there is none, or it is somebody else's.
    """
    found = ApiToken.objects.select_related("user").filter(prefix=prefix).first()
    own = found is not None and person.pk in {found.user_id, found.user.answered_by_id}
    if found is None or not (own or may(person, "token.revoke")):
        raise Unknown(f"There is no token that begins with {prefix}.", remedy="List your tokens.")
    return found


def scopes_of(person: User) -> list[str]:
    """Return the scopes that a token of this person may have: `read`, then what they hold, by name."""
    return ["read", *sorted(p for p in rules.permissions() if may(person, p))]


def service_accounts() -> QuerySet[User]:
    """Return every service account by name, with who answers for it and its tokens as `live_tokens`."""
    live = ApiToken.objects.filter(revoked_at=None, expires_at__gt=clock.recorded_now())
    return (
        User.objects.filter(kind="service")
        .select_related("answered_by", "unit")
        .prefetch_related(Prefetch("tokens", live, to_attr="live_tokens"))
        .order_by("name")
    )


def service_account(identifier: object) -> User:
    """Return a service account by id.

    Raises:
        Unknown: there is none.
    """
    found = User.objects.filter(kind="service", pk=identifier).select_related("answered_by").first()
    if found is None:
        raise Unknown(f"There is no service account with the id {identifier}.")
    return found
