"""Single sign-on by OpenID Connect, from the environment (`REMIT_OIDC_*`)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PROVIDER = "sso"


@dataclass(frozen=True, slots=True)
class SingleSignOn:
    """The one identity provider this installation trusts.

    `origins` are all that Remit calls and sends browsers to: the issuer's own, and others that it spreads
    over (Google keeps its keys and its tokens elsewhere). `groups` names the claim that lists a person's
    groups. With `adds_people`, whoever it vouches for gets an account at the first sign-in.
    """

    name: str
    issuer: str
    client_id: str
    secret: str
    origins: frozenset[str]
    groups: str
    adds_people: bool
    scopes: tuple[str, ...]

    @property
    def discovery(self) -> str:
        """Where the provider describes itself (OpenID Connect Discovery 1.0, 4)."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    def knows(self, url: str) -> bool:
        """Tell whether an address is at one of the provider's origins."""
        return origin(url) in self.origins


def origin(url: str) -> str:
    """Return the scheme, host and port of an address, in lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def from_environment() -> SingleSignOn | None:
    """Return what `REMIT_OIDC_*` configures; None without `REMIT_OIDC_ISSUER`.

    Raises:
        ValueError: the issuer is no https address, or there is no client id.
        OSError: the file that holds the secret cannot be read.
    """
    issuer = os.environ.get("REMIT_OIDC_ISSUER", "").strip()
    if not issuer:
        return None
    parts = urlsplit(issuer)
    if parts.scheme != "https" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError(f"REMIT_OIDC_ISSUER must begin with https://, and is {issuer}")
    client_id = os.environ.get("REMIT_OIDC_CLIENT_ID", "")
    if not client_id:
        raise ValueError("REMIT_OIDC_ISSUER is set and REMIT_OIDC_CLIENT_ID is not")
    others = os.environ.get("REMIT_OIDC_ORIGINS", "").split()
    return SingleSignOn(
        name=os.environ.get("REMIT_OIDC_NAME", "single sign-on"),
        issuer=issuer,
        client_id=client_id,
        secret=_secret(),
        origins=frozenset(origin(url) for url in (issuer, *others)),
        groups=os.environ.get("REMIT_OIDC_GROUPS_CLAIM", "groups"),
        adds_people=os.environ.get("REMIT_OIDC_ADD_PEOPLE", "1") == "1",
        scopes=tuple(os.environ.get("REMIT_OIDC_SCOPES", "openid profile email").split()),
    )


def providers(found: SingleSignOn | None) -> dict[str, Any]:
    """Return allauth's `SOCIALACCOUNT_PROVIDERS`."""
    if found is None:
        return {}
    app = {
        "provider_id": PROVIDER,
        "name": found.name,
        "client_id": found.client_id,
        "secret": found.secret,
        "settings": {"server_url": found.discovery, "scope": list(found.scopes)},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True, "SCOPE": list(found.scopes)}}


def _secret() -> str:
    file = os.environ.get("REMIT_OIDC_CLIENT_SECRET_FILE")
    return Path(file).read_text("utf-8").strip() if file else os.environ.get("REMIT_OIDC_CLIENT_SECRET", "")
