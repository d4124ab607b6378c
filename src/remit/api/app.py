"""The API as one object: who may call it, what it says of itself, and the modules that make it up."""

from __future__ import annotations

import pkgutil
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import msgspec
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Router
from ninja.operation import Operation
from ninja.renderers import BaseRenderer

from remit.api import auth, document, errors
from remit.api.exchange import exchange

ROOT = "/api/v1/"
_DESCRIPTION = (
    "Models, the evidence about them, the remits they work under, what they decided, and the ledger that "
    "proves it. Send `Authorization: Bearer rmt_...` with a token from Your account; or a session's cookie, "
    "and with a write its CSRF token in `X-CSRFToken`. Instants are ISO 8601 in UTC; `occurred_at` is when "
    "something happened, by a story's clock where one is injected, `recorded_at` always the machine's time."
)


class Json(BaseRenderer):
    """JSON; decimals as strings, so that no amount loses a digit."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        """Return the body of an answer."""
        del request, response_status
        return msgspec.json.encode(data)


class Api(NinjaAPI):
    """An API whose every operation says how it is asked and how it answers, faults included."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """Return the function's name: what the Python client calls the operation too."""
        return operation.view_func.__name__

    def get_openapi_schema(self, **how: Any) -> Any:
        """Return the OpenAPI 3.1 document."""
        return document.completed(super().get_openapi_schema(**how))


def routers() -> dict[str, Router]:
    """Return the router of every module beside this one that has one, by the module's name."""
    package = __name__.rpartition(".")[0]
    modules = {
        found.name: import_module(f"{package}.{found.name}")
        for found in pkgutil.iter_modules([str(Path(__file__).parent)])
        if found.name not in {"app", "urls"}
    }
    return {name: module.router for name, module in modules.items() if hasattr(module, "router")}


def build() -> Api:
    """Return the API with everything in it."""
    api = Api(
        title="Remit",
        version=metadata.version("remit"),
        description=_DESCRIPTION,
        urls_namespace="api-v1",
        docs_url=None,
        auth=auth.ways(),
        renderer=Json(),
    )
    api.add_decorator(exchange, mode="view")
    errors.register(api)
    for name, router in routers().items():
        api.add_router("", router, tags=[name.replace("_", " ").capitalize()])
    return api


def addresses(api: NinjaAPI) -> list[URLPattern | URLResolver]:
    """Return the API's addresses, each answering a wrong method with a problem."""
    found, _, _ = api.urls
    for pattern in found:
        pattern.callback = errors.problems_only(pattern.callback)
    return list(found)
