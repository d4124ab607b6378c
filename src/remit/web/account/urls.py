"""Addresses of sign-in (django-allauth), and of what a person signs in with."""

from __future__ import annotations

from allauth.socialaccount.views import login_cancelled
from django.urls import URLPattern, URLResolver, include, path

from remit.web.account import views
from remit.web.rooms import Setting

_own: list[URLPattern | URLResolver] = [
    path("account/tokens/", views.tokens, name="tokens"),
    path("account/tokens/<str:prefix>/revoke", views.revoke_token, name="revoke_token"),
    path("settings/service-accounts/", views.service_accounts, name="service_accounts"),
    path(
        "settings/service-accounts/<uuid:account>/close",
        views.close_service_account,
        name="close_service_account",
    ),
    path(
        "settings/service-accounts/<uuid:account>/hand-over",
        views.hand_over_service_account,
        name="hand_over_service_account",
    ),
    path("settings/sign-in/", views.sign_in_rules, name="sign_in_rules"),
    # an address is changed by an administrator or the identity provider, so that the ledger knows
    path("account/email/", views.not_here),
]

SETTINGS = (
    Setting(
        "Sign-in",
        "Which roles need a second factor, and how single sign-on is set up.",
        "account:sign_in_rules",
        icon="lock-access",
        order=40,
        permission="installation.manage",
    ),
    Setting(
        "Service accounts",
        "Programs that act under their own name, and who answers for each.",
        "account:service_accounts",
        icon="robot",
        order=50,
        permission="service_account.manage",
    ),
)
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_own, "account"))),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("account/sso/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    # faults are pages of their own; allauth only wants the name
    path("account/sso/error/", views.not_here, name="socialaccount_login_error"),
]
