"""What the client sends, repeats and raises, against a server that answers as told; nothing is imported."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import httpx
import pytest

import remit
from remit.client import wire
from remit.kernel.problems import Conflict, Denied, Invalid, Problem, Refused, Unavailable, Unknown


def client(answer: Callable[[httpx.Request], httpx.Response], **how: Any) -> remit.Client:
    return remit.Client("http://remit.test", "rmt_x", transport=httpx.MockTransport(answer), **how)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("remit.client.clients.time.sleep", lambda _: None)


def test_it_needs_neither_django_nor_numpy() -> None:
    program = (
        "import sys, remit; assert 'httpx' not in sys.modules; remit.Client;"
        "print(sorted({'django', 'numpy', 'polars', 'pydantic', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_what_is_left_out_is_not_sent() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"items": [], "next": None})

    with client(answer) as calling:
        calling.list_models(tier=["T1", "T2"], q="home loans")
        calling.edit_field("model", "cost/centre", help_=None, label="Cost centre")
    assert str(seen[0].url) == "http://remit.test/api/v1/models?q=home+loans&tier=T1&tier=T2"
    assert seen[0].headers["Authorization"] == "Bearer rmt_x"
    assert seen[1].url.raw_path == b"/api/v1/fields/model/cost%2Fcentre"
    assert json.loads(seen[1].content) == {"help": None, "label": "Cost centre"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (422, {"type": "urn:remit:problem:invalid", "fields": {"name": "Name it."}}, Invalid),
        (403, {"type": "urn:remit:problem:denied"}, Denied),
        (403, {"type": "urn:remit:problem:refused", "clause": "purpose"}, Refused),
        (404, {"type": "urn:remit:problem:unknown"}, Unknown),
        (409, {"type": "urn:remit:problem:conflict"}, Conflict),
        (412, {"type": "about:blank"}, Conflict),
        (401, {"type": "about:blank"}, Denied),
        (500, {"type": "about:blank"}, Problem),
    ],
)
def test_a_fault_is_the_problem_that_the_server_raised(status: int, body: Any, kind: type) -> None:
    said = {"title": "No", "status": status, "detail": "It cannot be.", "remedy": "Do this.", **body}
    with (
        client(lambda _: httpx.Response(status, json=said)) as calling,
        pytest.raises(Problem) as raised,
    ):
        calling.get_me()
    assert type(raised.value) is kind
    assert (raised.value.detail, raised.value.remedy) == ("It cannot be.", "Do this.")
    if kind is not Invalid:
        assert raised.value.as_json()["status"] == status
    else:
        assert raised.value.fields == {"name": "Name it."}
        assert raised.value.__notes__ == ["name: Name it."]


def test_a_fault_without_words_is_one_too() -> None:
    with (
        client(lambda _: httpx.Response(404, text="nginx")) as calling,
        pytest.raises(Unknown) as raised,
    ):
        calling.get_me()
    assert "404" in raised.value.detail


def test_reading_is_repeated_and_adding_too_under_one_key() -> None:
    keys: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers.get("Idempotency-Key"))
        if len(keys) == 1:
            raise httpx.ConnectError("refused")
        return httpx.Response(503 if len(keys) < 3 else 201, json={"detail": "Later."})

    with client(answer) as calling:
        calling.create_group(name="Reviewers")
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]


def test_a_change_is_repeated_only_on_what_was_seen() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        return httpx.Response(503, json={"detail": "Down.", "type": "urn:remit:problem:unavailable"})

    with client(answer) as calling:
        with pytest.raises(Unavailable):
            calling.edit_model("MDL-0001", tags=["a"])
        assert len(asked) == 1
        with pytest.raises(Unavailable):
            calling.edit_model("MDL-0001", tags=["a"], if_match='"x"')
    assert len(asked) == 1 + wire.ATTEMPTS


def test_a_server_that_is_gone_is_named() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with client(answer) as calling, pytest.raises(Unavailable, match=r"remit\.test"):
        calling.get_me()


def test_it_waits_as_long_as_it_is_told_but_not_for_ever() -> None:
    asked = wire.request("GET", "/me")
    assert wire.wait_before(1, asked, httpx.Response(429, headers={"Retry-After": "3"})) == 3
    assert wire.wait_before(1, asked, httpx.Response(429, headers={"Retry-After": "3600"})) is None
    assert wire.wait_before(wire.ATTEMPTS, asked, None) is None
    assert wire.wait_before(1, asked, httpx.Response(500)) is None


def test_every_item_of_a_list_comes() -> None:
    pages = {"": ([1, 2], "b"), "b": ([3], None)}

    def answer(request: httpx.Request) -> httpx.Response:
        items, following = pages[request.url.params.get("cursor", "")]
        return httpx.Response(200, json={"items": items, "next": following})

    with client(answer) as calling:
        assert list(calling.every(calling.list_models, limit=2)) == [1, 2, 3]

    async def awaited() -> list[Any]:
        async with remit.AsyncClient(
            "http://remit.test", "t", transport=httpx.MockTransport(answer)
        ) as calling:
            return [item async for item in calling.every(calling.list_models)]

    assert asyncio.run(awaited()) == [1, 2, 3]


def test_without_a_token_it_says_where_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REMIT_TOKEN", raising=False)
    with pytest.raises(Invalid, match="REMIT_TOKEN"):
        remit.Client("http://remit.test")
    with pytest.raises(Invalid, match="no address"):
        remit.Client("remit.test", "t")
