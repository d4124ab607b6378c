"""Who may call the API: a bearer of a token, or a browser's session with its CSRF token."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from remit.kernel.problems import Denied
from remit.people import queries

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class WrongToken(HttpError):
    """The token that came with the request opens nothing."""

    def __init__(self) -> None:
        super().__init__(401, "This token opens nothing: it is wrong, over, or was revoked.")


class Bearer(HttpBearer):
    """`Authorization: Bearer rmt_...`; the caller is the token's holder, within the token's scopes."""

    openapi_bearerFormat = "rmt_ and 43 characters"  # noqa: N815 - the framework's name

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Return the holder, and let the rest of the request see them as its user.

        Raises:
            WrongToken: nobody holds it, or not any more.
            Denied: it is for reading and the request would write.
        """
        holder = queries.bearer(token)
        if holder is None:
            raise WrongToken
        if request.method not in _SAFE and all(s.rpartition(".")[2] == "read" for s in holder.scopes or ()):
            raise Denied("This token is for reading.", remedy="Make one with the scope this needs.")
        request.user = holder
        return holder


def ways() -> list[Any]:
    """Return the ways in, in the order in which they are tried."""
    return [Bearer(), SessionAuth(csrf=True)]
