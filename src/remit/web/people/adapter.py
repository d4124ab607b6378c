"""How allauth meets Remit: nobody signs up, people are invited, and every sign-in is in the ledger."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse

from remit.people import actions


class AccountAdapter(DefaultAccountAdapter):
    """Closes self-registration and records sign-ins."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Tell allauth that accounts come from an invitation only."""
        return False

    def post_login(self, request: HttpRequest, user: Any, **how: Any) -> HttpResponse:
        """Record the sign-in, with the method that allauth noted in the session, then go on."""
        methods = request.session.get("account_authentication_methods") or [{}]
        actions.record_sign_in(acting_user=user, method=str(methods[-1].get("method", "unknown")))
        return super().post_login(request, user, **how)

    def get_user_display_name(self, user: Any) -> str:
        """Name a person in allauth's own messages."""
        return str(user.name)
