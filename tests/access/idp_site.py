"""An identity provider to sign in with: django-allauth's own, in a process and a database of its own.

`python idp_site.py PORT DATABASE REDIRECT_URI` prints the client's id and secret, then serves.
"""

from __future__ import annotations

import sys
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings

PORT, DATABASE, REDIRECT = int(sys.argv[1]), sys.argv[2], sys.argv[3]
PEOPLE = {
    "ann": {"email": "ann@bank.example", "email_verified": True, "name": "Ann"},
    "new": {
        "email": "new@bank.example",
        "email_verified": True,
        "name": "Nora New",
        "groups": ["Validators", "Other"],
    },
    "moved": {"email": "new@bank.example", "email_verified": True, "name": "Nora New", "groups": []},
    "unverified": {"email": "ann@bank.example", "email_verified": False, "name": "Not Ann"},
    "gone": {"email": "gone@bank.example", "email_verified": True, "name": "Gone"},
}


def key() -> str:
    fresh = rsa.generate_private_key(65537, 2048)
    pem = serialization.Encoding.PEM
    return fresh.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()


settings.configure(
    SECRET_KEY="idp" * 20,
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "allauth",
        "allauth.account",
        "allauth.idp.oidc",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "allauth.account.middleware.AccountMiddleware",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE}},
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
        }
    ],
    AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
    IDP_OIDC_PRIVATE_KEY=key(),
    IDP_OIDC_ADAPTER=f"{__name__}.Adapter",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from allauth.idp.oidc.adapter import DefaultOIDCAdapter  # noqa: E402
from allauth.idp.oidc.models import Client  # noqa: E402
from django.contrib.auth import get_user_model, login  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import include, path  # noqa: E402


class Adapter(DefaultOIDCAdapter):
    """Says of each person what the test wants said."""

    def get_claims(self, purpose, user, client, scopes, email=None, **kwargs):
        return {"sub": "nora" if user.username == "moved" else user.username} | PEOPLE[user.username]


def signed_in(request, name):
    user, _ = get_user_model().objects.get_or_create(username=name)
    login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return HttpResponse(name)


urlpatterns = [path("sign-in/<str:name>", signed_in), path("", include("allauth.idp.urls"))]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


if __name__ == "__main__":
    sys.modules["idp_site"] = sys.modules["__main__"]
    call_command("migrate", verbosity=0)
    client = Client(name="Remit", type="confidential", skip_consent=True)
    client.set_redirect_uris([REDIRECT])
    client.set_scopes(["openid", "profile", "email"])
    client.set_grant_types(["authorization_code"])
    client.set_response_types(["code"])
    secret = Adapter().generate_client_secret()
    client.set_secret(secret)
    client.save()
    server = make_server("127.0.0.1", PORT, get_wsgi_application(), handler_class=Quiet)
    sys.stdout.write(f"{client.id} {secret} {server.server_port} {Path(DATABASE).name}\n")
    sys.stdout.flush()
    server.serve_forever()
