"""Addresses of sign-in (django-allauth), and of what a person signs in with."""

from __future__ import annotations

from allauth.socialaccount.views import login_cancelled, login_error
from django.urls import URLPattern, URLResolver, include, path

from remit.web.account import views

_own: list[URLPattern | URLResolver] = [
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<str:prefix>/revoke", views.revoke_token, name="revoke_token"),
    path("settings/service-accounts/", views.service_accounts, name="service_accounts"),
    path(
        "settings/service-accounts/<uuid:account>/close",
        views.close_service_account,
        name="close_service_account",
    ),
    path("settings/sign-in/", views.sign_in_rules, name="sign_in_rules"),
    # an address is changed by an administrator or the identity provider, so that the ledger knows
    path("account/email/", views.not_here),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_own, "account"))),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/sso/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("account/sso/error/", login_error, name="socialaccount_login_error"),
]
