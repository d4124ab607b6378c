"""What a request and an answer are made of, whoever sends them: no input or output here."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, NamedTuple, TypeAlias, TypedDict, TypeVar
from urllib.parse import quote

import httpx

from remit.kernel import problems
from remit.kernel.problems import Invalid, Problem, Refused, Unavailable

T = TypeVar("T")
ROOT = "/api/v1"
ATTEMPTS = 4
_LONGEST_WAIT = 10.0
_PASSING = {429, 502, 503, 504}
_KINDS: dict[str, type[Problem]] = {
    kind.slug: kind
    for kind in vars(problems).values()
    if isinstance(kind, type) and issubclass(kind, Problem)
}
_BY_STATUS: dict[int, type[Problem]] = {
    401: problems.Denied,
    403: problems.Denied,
    404: problems.Unknown,
    409: problems.Conflict,
    412: problems.Conflict,
    503: problems.Unavailable,
}


class Omitted(Enum):
    """The kind of a parameter that is left out; None is a value of its own."""

    OMITTED = "omitted"


OMITTED: Final = Omitted.OMITTED
Maybe: TypeAlias = T | Literal[Omitted.OMITTED]


class Page(TypedDict, Generic[T]):
    """A part of a list, and where the next part starts; None at the end."""

    items: list[T]
    next: str | None


class File(NamedTuple):
    """A file to send: its name, its content or where that lies, its media type."""

    name: str
    content: bytes | Path
    media_type: str = "application/octet-stream"

    def read(self) -> bytes:
        """Return the content."""
        return self.content.read_bytes() if isinstance(self.content, Path) else self.content


class Answer(dict[str, Any]):
    """What an operation answered, with the entity tag it had."""

    etag: str | None = None


class Request(NamedTuple):
    """A request as an operation states it."""

    method: str
    path: str
    query: Mapping[str, Any]
    headers: Mapping[str, str]
    content: Any = OMITTED
    form: Mapping[str, Any] | None = None
    files: Mapping[str, Sequence[File]] = MappingProxyType({})

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice does no more than sending it once."""
        return self.method != "PATCH" or "If-Match" in self.headers


def tag_of(answer: Mapping[str, Any]) -> str | None:
    """Return the entity tag of an answer, to be sent as `if_match` with a change of it."""
    return getattr(answer, "etag", None)


def path(*parts: object) -> str:
    """Return the parts as one path, each escaped."""
    return "".join(f"/{quote(str(part), safe='')}" for part in parts)


def request(
    method: str,
    address: str,
    *,
    query: Mapping[str, Any] | None = None,
    body: Any = OMITTED,
    form: Mapping[str, Any] | None = None,
    files: Mapping[str, Sequence[File]] = MappingProxyType({}),
    if_match: str | None = None,
    idempotency_key: str | None = None,
) -> Request:
    """Return a request without the parameters that were left out; a POST gets a key to repeat it by."""
    headers = {"If-Match": if_match} if if_match is not None else {}
    if method == "POST":
        headers["Idempotency-Key"] = idempotency_key or str(uuid.uuid4())
    kept = {name: value for name, value in (query or {}).items() if value is not OMITTED}
    if isinstance(body, Mapping):
        body = {name: value for name, value in body.items() if value is not OMITTED}
    return Request(method, address, kept, headers, body, form, files)


def arguments(asked: Request) -> dict[str, Any]:
    """Return a request as httpx takes it, files opened anew."""
    given: dict[str, Any] = {
        "params": {name: value for name, value in asked.query.items() if value is not None},
        "headers": dict(asked.headers),
    }
    if asked.form is not None:
        given["data"] = {name: json.dumps(value) for name, value in asked.form.items()}
        given["files"] = [
            (field, (file.name, file.read(), file.media_type))
            for field, files in asked.files.items()
            for file in files
        ]
    elif asked.content is not OMITTED:
        given["json"] = asked.content
    return given


def wait_before(attempt: int, asked: Request, answer: httpx.Response | None) -> float | None:
    """Return the seconds to wait before a request is sent again; None if it is not.

    Args:
        attempt: how often it was sent.
        asked: the request.
        answer: what was answered; None if nothing came back.
    """
    if attempt >= ATTEMPTS or not asked.repeatable:
        return None
    if answer is not None and answer.status_code not in _PASSING:
        return None
    told = answer.headers.get("Retry-After", "") if answer is not None else ""
    if told.isdigit():
        return float(told) if float(told) <= _LONGEST_WAIT else None
    return float(random.uniform(0.5, 1.0) * 0.2 * 2**attempt)  # noqa: S311 - spreads callers, hides nothing


def unreachable(base: str, error: httpx.HTTPError) -> Unavailable:
    """Return the problem of a server that does not answer."""
    said = str(error) or type(error).__name__
    return Unavailable(f"{base} does not answer: {said}.", remedy="Check the address, and that Remit is up.")


def read(answer: httpx.Response) -> Any:
    """Return what was answered.

    Raises:
        Problem: it is a fault; of the kind that the server raised, with its remedy.
    """
    if answer.is_success:
        if "json" not in answer.headers.get("Content-Type", ""):
            return answer.content
        found = answer.json()
        if isinstance(found, dict):
            found = Answer(found)
            found.etag = answer.headers.get("ETag")
        return found
    raise _problem(answer)


def _problem(answer: httpx.Response) -> Problem:
    try:
        said = answer.json()
        detail = said["detail"]
    except (ValueError, KeyError, TypeError):
        said, detail = {}, f"{answer.url} answered {answer.status_code} {answer.reason_phrase}."
    kind = _KINDS.get(str(said.get("type", "")).rpartition(":")[2]) or _BY_STATUS.get(
        answer.status_code, Problem
    )
    remedy = said.get("remedy", "")
    if kind is Invalid:
        invalid = Invalid(detail, fields=said.get("fields"), remedy=remedy)
        for name, message in invalid.fields.items():
            # a traceback shows these below the sentence
            invalid.add_note(f"{name}: {message}")
        return invalid
    members = {k: v for k, v in said.items() if k not in {"type", "title", "detail", "instance", "remedy"}}
    members["status"] = answer.status_code
    if kind is Refused:
        return Refused(detail, clause=members.pop("clause", ""), remedy=remedy, **members)
    return kind(detail, remedy=remedy, **members)
