"""How allauth meets Remit: nobody signs up, who signs in is known, and every sign-in is in the ledger."""

from __future__ import annotations

from typing import Any

import requests
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from remit.kernel.problems import Denied, Problem, Unavailable
from remit.people import actions
from remit.web import errors

_ACTOR = "system:single-sign-on"


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


class SingleSignOnAdapter(DefaultSocialAccountAdapter):
    """Lets in whom the one configured provider vouches for, and asks nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - allauth's signature
        """Tell allauth that it adds nobody itself; `pre_social_login` has, if the settings say so."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find the person, or add them, and put them into the groups that the provider names.

        Raises:
            ImmediateHttpResponse: they may not come in; the page says why.
        """
        claims = _claims(sociallogin.account.extra_data)
        # what the provider said is in the ledger as far as it counts here; the rest is not ours to keep
        sociallogin.account.extra_data = {}
        try:
            person = self._person(sociallogin, claims)
            named = claims.get(settings.SINGLE_SIGN_ON.groups)
            if named is not None:
                names = [named] if isinstance(named, str) else [str(name) for name in named]
                actions.place_in_groups(acting_user=_ACTOR, user=person, names=names)
        except Problem as problem:
            raise ImmediateHttpResponse(errors.problem(request, problem)) from problem

    def _person(self, sociallogin: Any, claims: dict[str, Any]) -> Any:
        if sociallogin.is_existing:
            return _active(sociallogin.user)
        person = actions.recognise(
            acting_user=_ACTOR,
            # an address that the provider has not verified says nothing about who this is
            email=str(claims.get("email", "")) if claims.get("email_verified") is True else "",
            name=str(claims.get("name") or ""),
            add=settings.SINGLE_SIGN_ON.adds_people,
        )
        sociallogin.account.user = sociallogin.user = _active(person)
        sociallogin.account.save()
        return person

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Any = None,
        extra_context: Any = None,
    ) -> None:
        """Say on a page of ours that signing in did not work.

        Raises:
            ImmediateHttpResponse: always; it carries the page.
        """
        del provider, extra_context
        raise ImmediateHttpResponse(errors.problem(request, _unavailable(str(exception or error))))

    def get_requests_session(self) -> requests.Session:
        """Return a session that speaks to the configured provider only."""
        return _ProviderOnly()


class _ProviderOnly(requests.Session):
    """Refuses every other host, follows no redirect, and trusts no description of another issuer."""

    def request(self, method: Any, url: Any, *args: Any, **how: Any) -> requests.Response:
        """Ask the provider.

        Raises:
            Unavailable: the address is none of its, or it does not answer as it should.
        """
        provider = settings.SINGLE_SIGN_ON
        if not provider.knows(str(url)):
            raise _unavailable(f"the provider names {url}, which REMIT_OIDC_ORIGINS does not")
        how |= {"timeout": settings.SOCIALACCOUNT_REQUESTS_TIMEOUT, "allow_redirects": False}
        try:
            answer = super().request(method, url, *args, **how)
            if url == provider.discovery and answer.json().get("issuer") != provider.issuer:
                raise _unavailable("the provider describes itself as another issuer")
        except requests.RequestException as error:
            raise _unavailable("the provider does not answer") from error
        return answer


def _unavailable(why: str) -> Unavailable:
    return Unavailable(
        f"Single sign-on did not work: {why}.",
        remedy="Try again; if it stays, tell your administrator when it was.",
    )


def _claims(given: dict[str, Any]) -> dict[str, Any]:
    return (given.get("id_token") or {}) | (given.get("userinfo") or {})


def _active(person: Any) -> Any:
    if not person.is_active or person.kind != "person":
        raise Denied(
            f"The account of {person.name} is closed.", remedy="Ask an administrator whether that is right."
        )
    return person
