"""API tokens: made once, shown once, ended any time."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from remit.kernel import clock
from remit.kernel.problems import Conflict, Denied, Invalid
from remit.ledger.capture import action, emit
from remit.people import queries, rules
from remit.people.models import ApiToken, User

LONGEST = timedelta(days=366)


@action("token.create")
def create_token(
    *,
    acting_user: User,
    name: str,
    scopes: Collection[str],
    expires_at: datetime,
    user: User | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for oneself, or for a service account one answers for, and return it with its secret.

    The secret has 256 random bits and is returned here only: its SHA-256 is what is kept.

    Args:
        acting_user: who makes it, signed in themselves.
        name: what it is for.
        scopes: permissions (`noun.verb`), or `read` for all reading but that of restricted fields.
        expires_at: at most a year from now, by the machine's clock.
        user: the service account it is for; the acting person if omitted.

    Raises:
        Denied: the acting person came with a token, or does not answer for the account.
        Invalid: a field is wrong.
    """
    queries.require(acting_user, "token.create")
    if acting_user.scopes is not None:
        raise Denied("A token makes no tokens.", remedy="Sign in yourself, under Your account.")
    holder = user or acting_user
    _answers(acting_user, holder)
    if fields := _wrong(holder, name, scopes, expires_at):
        raise Invalid(f"This token cannot be made: {' '.join(fields.values())}", fields=fields)
    secret = f"{queries.TOKEN_MARK}{secrets.token_urlsafe(32)}"
    made = ApiToken.objects.create(
        user=holder,
        name=name.strip(),
        prefix=secret[: queries.TOKEN_PREFIX],
        secret_sha256=queries.token_digest(secret),
        scopes=sorted(set(scopes)),
        created_at=clock.recorded_now(),
        expires_at=expires_at,
    )
    emit("token.created", made, of=holder.pk, scopes=made.scopes, expires_at=expires_at)
    return made, secret


@action("token.revoke")
def revoke_token(*, acting_user: User | str, token: ApiToken, reason: str = "") -> ApiToken:
    """End a token now: one's own, one of a service account one answers for, or as an administrator any.

    Raises:
        Denied: it is somebody else's.
        Conflict: it has ended already.
    """
    if not isinstance(acting_user, User) or acting_user != token.user:
        _answers(acting_user, token.user)
    if token.revoked_at is not None:
        raise Conflict(f"The token {token.name} was revoked already.")
    token.revoked_at = clock.recorded_now()
    token.save(update_fields=["revoked_at"])
    emit("token.revoked", token, of=token.user_id, reason=reason)
    return token


def _answers(acting_user: User | str, holder: User) -> None:
    if isinstance(acting_user, User) and acting_user.pk in {holder.pk, holder.answered_by_id}:
        return
    if holder.kind == "person" and not isinstance(acting_user, str):
        queries.require(acting_user, "token.revoke")
        return
    queries.require(acting_user, "service_account.manage")


def _wrong(holder: User, name: str, scopes: Collection[str], expires_at: datetime) -> dict[str, str]:
    fields: dict[str, str] = {}
    if not name.strip() or len(name) > 80:
        fields["name"] = "Say in up to 80 characters what it is for."
    beyond = sorted(
        scope
        for scope in set(scopes)
        if scope != "read" and not (scope in rules.permissions() and queries.may(holder, scope))
    )
    if not scopes:
        fields["scopes"] = "Choose at least one; a token does nothing else."
    elif beyond:
        fields["scopes"] = f"{holder.name} does not hold: {', '.join(beyond)}."
    if not clock.recorded_now() < expires_at <= clock.recorded_now() + LONGEST:
        fields["expires_at"] = "Choose a day within a year from now."
    return fields
