"""The endpoints of SCIM: each translates, calls one action or query, and translates back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError
from scim2_models import (
    Context,
    Error,
    ListResponse,
    PatchOp,
    ResponseParameters,
    SCIMException,
    SearchRequest,
)
from scim2_models.path import Comparison

from remit.api.scim import resources
from remit.api.scim.resources import MOST, PROVIDER, ROOT, Group, User
from remit.kernel.problems import Conflict, Invalid, Problem, Unknown
from remit.people import actions, queries

CONTENT_TYPE = "application/scim+json"
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of resource: how it is read, shown and written."""

    model: Any
    rows: Callable[[], QuerySet[Any]]
    columns: dict[str, str]
    show: Callable[[Any, str], Any]
    add: Callable[[str, Any], Any]
    change: Callable[[str, Any, Any], Any]
    remove: Callable[[str, Any], Any]


USERS = Kind(
    User,
    queries.directory_people,
    resources.USER_COLUMNS,
    resources.shown_user,
    lambda who, r: actions.add_directory_person(acting_user=who, given=resources.given_user(r)),
    lambda who, row, r: actions.change_directory_person(
        acting_user=who, user=row, given=resources.given_user(r)
    ),
    lambda who, row: actions.remove_directory_person(acting_user=who, user=row),
)
GROUPS = Kind(
    Group,
    queries.directory_groups,
    resources.GROUP_COLUMNS,
    resources.shown_group,
    lambda who, r: actions.add_directory_group(acting_user=who, **resources.given_group(r)),
    lambda who, row, r: actions.change_directory_group(
        acting_user=who, group=row, **resources.given_group(r)
    ),
    lambda who, row: actions.remove_directory_group(acting_user=who, group=row),
)


def endpoint(*methods: str) -> Callable[[View], View]:
    """Let a token with the scope `scim.manage` in, by these methods; every fault is a SCIM error.

    What changes is written as `system:scim/<account>`: the account may do nothing else here.
    """

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            answer = _guarded(view, methods, request, *args, **kwargs)
            answer.headers["Cache-Control"] = "no-store"
            patch_vary_headers(answer, ["Authorization"])
            return answer

        return guarded

    return decorate


def _guarded(
    view: View, methods: tuple[str, ...], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    account = _account(request)
    if account is None:
        answer = _error(401, "Send the token of a service account: Authorization: Bearer rmt_...")
        answer.headers["WWW-Authenticate"] = 'Bearer realm="remit"'
        return answer
    if (
        account.scopes is None
        or "scim.manage" not in account.scopes
        or not queries.may(account, "scim.manage")
    ):
        return _error(403, "This token has not the scope scim.manage, or its account no longer may.")
    if request.method not in methods:
        answer = _error(405, f"{request.method} is not possible here.")
        answer.headers["Allow"] = ", ".join(methods)
        return answer
    request.user = account
    try:
        with PROVIDER:
            return view(request, *args, **kwargs)
    except (SCIMException, ValidationError, ValueError, Problem) as fault:
        found = _fault(fault)
        return _dumped(found, Context.DEFAULT, found.status or 400)


def _account(request: HttpRequest) -> Any:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return queries.bearer(secret.strip()) if scheme.lower() == "bearer" else None


def _fault(fault: Exception) -> Error:
    if isinstance(fault, SCIMException):
        return fault.to_error()
    if isinstance(fault, ValidationError):
        return Error.from_validation_errors(fault)[0]
    if isinstance(fault, UnicodeDecodeError | json.JSONDecodeError):
        return Error(status=400, scim_type="invalidSyntax", detail="The body is no JSON.")
    if not isinstance(fault, Problem):
        raise fault
    if isinstance(fault, Invalid):
        return Error(status=400, scim_type="invalidValue", detail=str(fault))
    kind = "uniqueness" if isinstance(fault, Conflict) else None
    return Error(status=fault.status, scim_type=kind, detail=str(fault))


@endpoint("GET")
def config(request: HttpRequest) -> HttpResponse:
    """Say what this service can do."""
    del request
    return _dumped(PROVIDER.config, Context.RESOURCE_QUERY_RESPONSE)


@endpoint("GET")
def resource_types(request: HttpRequest, name: str = "") -> HttpResponse:
    """List the kinds of resource, or show one."""
    return _described(request, PROVIDER.resource_types, "ResourceTypes", name)


@endpoint("GET")
def schemas(request: HttpRequest, name: str = "") -> HttpResponse:
    """List the schemas, or show one."""
    return _described(request, PROVIDER.schemas, "Schemas", name)


@endpoint("GET", "POST")
def users(request: HttpRequest) -> HttpResponse:
    """List people, or add one."""
    return _collection(USERS, request)


@endpoint("GET", "PUT", "PATCH", "DELETE")
def user(request: HttpRequest, key: str) -> HttpResponse:
    """Show, change or remove a person."""
    return _single(USERS, request, key)


@endpoint("GET", "POST")
def groups(request: HttpRequest) -> HttpResponse:
    """List groups, or add one."""
    return _collection(GROUPS, request)


@endpoint("GET", "PUT", "PATCH", "DELETE")
def group(request: HttpRequest, key: str) -> HttpResponse:
    """Show, change or remove a group."""
    return _single(GROUPS, request, key)


@endpoint("POST")
def search_users(request: HttpRequest) -> HttpResponse:
    """List people, asked in the body."""
    return _listed(USERS, request, _asked(User, _body(request)))


@endpoint("POST")
def search_groups(request: HttpRequest) -> HttpResponse:
    """List groups, asked in the body."""
    return _listed(GROUPS, request, _asked(Group, _body(request)))


@endpoint("POST")
def search(request: HttpRequest) -> HttpResponse:
    """List people and groups together, asked in the body."""
    asked, base = _asked(User | Group, _body(request)), _base(request)
    every = (kind.show(row, base) for kind in (USERS, GROUPS) for row in kind.rows())
    fitting = asked.sort(r for r in every if asked.filter is None or asked.filter.match(r))
    return _page(User | Group, fitting, asked)


@endpoint("GET", "POST", "PUT", "PATCH", "DELETE")
def nothing(request: HttpRequest) -> HttpResponse:
    """Answer 404."""
    raise Unknown(f"There is nothing under {request.path}.")


def _collection(kind: Kind, request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _listed(kind, request, _asked(kind.model, dict(request.GET.items())))
    resource = kind.model.model_validate(
        resources.completed(_body(request)), scim_ctx=Context.RESOURCE_CREATION_REQUEST
    )
    added = kind.add(_actor(request), resource)
    shown = kind.show(kind.rows().get(pk=added.pk), _base(request))
    answer = _dumped(shown, Context.RESOURCE_CREATION_RESPONSE, 201)
    answer.headers["Location"] = str(shown.meta.location)
    return answer


def _single(kind: Kind, request: HttpRequest, key: str) -> HttpResponse:
    with transaction.atomic():
        found = kind.rows().filter(pk__in=resources.ids([key]))
        row = (found if request.method == "GET" else found.select_for_update(of=("self",))).first()
        if row is None:
            raise Unknown(f"There is no {kind.model.__name__.lower()} with the id {key}.")
        if request.method == "DELETE":
            kind.remove(_actor(request), row)
            return HttpResponse(status=204)
        shown = kind.show(row, _base(request))
        context = Context.RESOURCE_QUERY_RESPONSE
        if request.method in {"PUT", "PATCH"}:
            wanted, context = _wanted(kind, request, shown)
            kind.change(_actor(request), row, wanted)
            shown = kind.show(kind.rows().get(pk=row.pk), _base(request))
    asked = ResponseParameters[kind.model].model_validate(_response_parameters(request.GET))
    return _dumped(shown, context, response_parameters=asked)


def _wanted(kind: Kind, request: HttpRequest, shown: Any) -> tuple[Any, Context]:
    if request.method == "PUT":
        wanted = kind.model.model_validate(
            resources.completed(_body(request)), scim_ctx=Context.RESOURCE_REPLACEMENT_REQUEST
        )
        wanted.replace(shown)
        return wanted, Context.RESOURCE_REPLACEMENT_RESPONSE
    patch = PatchOp[kind.model].model_validate(
        resources.one_address(_body(request)), scim_ctx=Context.RESOURCE_PATCH_REQUEST
    )
    patch.patch(shown)
    return shown, Context.RESOURCE_PATCH_RESPONSE


def _asked(model: Any, given: dict[str, Any]) -> Any:
    return SearchRequest[model].model_validate(given, scim_ctx=Context.SEARCH_REQUEST)


def _listed(kind: Kind, request: HttpRequest, asked: Any) -> HttpResponse:
    rows, base = kind.rows(), _base(request)
    narrowed = _narrowed(kind, rows, asked.filter)
    if narrowed is not None and asked.sort_by is None:
        start, end = _span(asked)
        found = [kind.show(row, base) for row in narrowed[start:end]]
        return _part(kind.model, found, narrowed.count(), asked)
    every = (kind.show(row, base) for row in (rows if narrowed is None else narrowed))
    fitting = asked.sort(r for r in every if asked.filter is None or asked.filter.match(r))
    return _page(kind.model, fitting, asked)


def _page(model: Any, fitting: list[Any], asked: Any) -> HttpResponse:
    start, end = _span(asked)
    return _part(model, fitting[start:end], len(fitting), asked)


def _part(model: Any, found: list[Any], total: int, asked: Any) -> HttpResponse:
    start, _ = _span(asked)
    answer = ListResponse[model](
        total_results=total, start_index=start + 1, items_per_page=len(found), resources=found
    )
    return _dumped(answer, Context.SEARCH_RESPONSE, response_parameters=asked)


def _span(asked: Any) -> tuple[int, int]:
    start = asked.start_index_0 or 0
    return start, start + (MOST if asked.count is None else min(asked.count, MOST))


def _narrowed(kind: Kind, rows: QuerySet[Any], asked: Any) -> QuerySet[Any] | None:
    """Return the rows of a filter that the database can answer, None if it cannot."""
    if asked is None:
        return rows
    ast = asked.ast
    if not isinstance(ast, Comparison) or ast.op != "eq" or not isinstance(ast.value, str):
        return None
    column = kind.columns.get(str(ast.attr_path).casefold())
    if column is None:
        return None
    return (
        rows.filter(pk__in=resources.ids([ast.value]))
        if column == "pk"
        else rows.filter(**{column: ast.value})
    )


def _described(request: HttpRequest, found: Any, folder: str, name: str) -> HttpResponse:
    if "filter" in request.GET:
        return _error(403, "These are not filtered.")
    for each in found:
        each.meta = {"resourceType": folder[:-1], "location": f"{_base(request)}/{folder}/{each.id}"}
    if name:
        one = next((each for each in found if str(each.id) == name), None)
        if one is None:
            raise Unknown(f"There is no {folder[:-1]} {name}.")
        return _dumped(one, Context.RESOURCE_QUERY_RESPONSE)
    answer = ListResponse[type(found[0])](
        total_results=len(found), start_index=1, items_per_page=len(found), resources=list(found)
    )
    return _dumped(answer, Context.SEARCH_RESPONSE)


def _response_parameters(given: Any) -> dict[str, str]:
    return {name: given[name] for name in ("attributes", "excludedAttributes") if name in given}


def _body(request: HttpRequest) -> Any:
    return json.loads(request.body)


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri(ROOT)


def _actor(request: HttpRequest) -> str:
    return f"system:scim/{request.user.email}"


def _dumped(resource: Any, context: Context, status: int = 200, **how: Any) -> HttpResponse:
    body = resource.model_dump_json(scim_ctx=context, **how)
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE)


def _error(status: int, detail: str, scim_type: str | None = None) -> HttpResponse:
    error = Error(status=HTTPStatus(status).value, scim_type=scim_type, detail=detail)
    return _dumped(error, Context.DEFAULT, status)
