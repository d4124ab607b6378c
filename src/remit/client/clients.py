"""The two clients: one that waits, one that is awaited."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

import httpx

from remit.client import notebook, wire
from remit.client.generated.asynchronous import AsyncOperations
from remit.client.generated.sync import Operations
from remit.client.notebook import Registered
from remit.client.wire import Page
from remit.kernel.problems import Invalid

P = ParamSpec("P")
T = TypeVar("T")
URL, TOKEN = "REMIT_URL", "REMIT_TOKEN"
_TIMEOUT = 30.0


def _settings(url: str | None, token: str | None, timeout: float) -> dict[str, Any]:
    address = (url or os.environ.get(URL) or "http://127.0.0.1:8400").rstrip("/")
    secret = token or os.environ.get(TOKEN)
    if not secret:
        raise Invalid(
            "Remit needs an API token.",
            remedy=f"Make one under Your account, then set {TOKEN} or pass `token`.",
        )
    if not address.startswith(("http://", "https://")):
        raise Invalid(f"{address} is no address.", remedy="Give one such as https://remit.example.com.")
    return {
        "base_url": address + wire.ROOT,
        "headers": {"Authorization": f"Bearer {secret}", "Accept": "application/json"},
        "timeout": timeout,
    }


class Client(Operations):
    """Calls a Remit installation. A context manager; every operation of the API is a method.

    Faults are raised as `remit.kernel.problems`, with the server's remedy. What is safe to repeat is repeated
    when the server does not answer: reading, and adding, which carries an idempotency key.

    Args:
        url: the installation's address; `REMIT_URL`, or http://127.0.0.1:8400.
        token: an API token; `REMIT_TOKEN` if omitted.
        timeout: seconds that a request may take.
        transport: how requests are sent; for tests and proxies.

    Raises:
        Invalid: there is no token, or the address is none.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = _TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(**_settings(url, token, timeout), transport=transport)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def every(self, operation: Callable[P, Page[T]], *args: P.args, **how: P.kwargs) -> Iterator[T]:
        """Yield every item of a list, page by page: `client.every(client.list_models, tier=["T1"])`."""
        while True:
            page = operation(*args, **how)
            yield from page["items"]
            if page["next"] is None:
                return
            how["cursor"] = page["next"]

    def register(
        self,
        model: Any,
        *,
        use_case: str,
        sample: Any = None,
        name: str = "",
        number: str = "",
        summary: str = "",
        code_reference: str = "",
        kind: Any = "ml",
        **more: Any,
    ) -> Registered:
        """Register a model that is in memory, or in files, as a new version, with its files and schema.

        Args:
            model: an estimator (kept with joblib), an ONNX model, or the path or paths of its files.
            use_case: the key or reference of the decision that it makes.
            sample: rows it was trained or tested on, as a data frame; kinds and ranges are read from it.
            name: the model's name in the use case, registered if there is none; the estimator's class if
                omitted.
            number: the version's number; one more than the last if omitted.
            summary: what is new.
            code_reference: what made it; the Git commit of the current folder, or the digest of the
                notebook's cells, if omitted.
            kind: of a model that is registered now.
            more: further members of a version, such as `decision_rule` or `intended_terms`.

        Raises:
            Invalid: the model cannot be read, or something is missing; the remedy says what to add.
            Denied: the token may not register here.
        """
        with notebook.described(model, sample, name=name, code_reference=code_reference) as found:
            reference = next(
                (
                    row["reference"]
                    for row in self.every(self.list_models, q=found.name, fields="name,use_case,version")
                    if notebook.is_model(row, found.name, use_case)
                ),
                None,
            )
            if reference is None:
                made: Any = self.register_model(
                    use_case=use_case, name=found.name, kind=kind, built_in=found.built_in
                )
                reference = made["reference"]
            numbers = [v["number"] for v in self.every(self.list_versions, reference)] if not number else []
            version = notebook.version(found, number or notebook.following(numbers), summary, more)
            registered = self.register_version(reference, version=version, files=found.files)
        return Registered(reference, registered["number"], registered["content_digest"])

    def _send(self, method: str, address: str, **how: Any) -> Any:
        asked = wire.request(method, address, **how)
        attempt = 0
        while True:
            attempt += 1
            answer, fault = None, None
            try:
                answer = self._http.request(asked.method, asked.path, **wire.arguments(asked))
            except httpx.TransportError as error:
                fault = error
            wait = wire.wait_before(attempt, asked, answer)
            if wait is not None:
                time.sleep(wait)
            elif answer is not None:
                return wire.read(answer)
            else:
                raise wire.unreachable(str(self._http.base_url), fault or httpx.TransportError("")) from fault


class AsyncClient(AsyncOperations):
    """As `Client`, with operations that are awaited.

    Args:
        url: the installation's address; `REMIT_URL`, or http://127.0.0.1:8400.
        token: an API token; `REMIT_TOKEN` if omitted.
        timeout: seconds that a request may take.
        transport: how requests are sent; for tests and proxies.

    Raises:
        Invalid: there is no token, or the address is none.
    """

    def __init__(
        self,
        url: str | None = None,
        token: str | None = None,
        *,
        timeout: float = _TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(**_settings(url, token, timeout), transport=transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def every(
        self, operation: Callable[P, Awaitable[Page[T]]], *args: P.args, **how: P.kwargs
    ) -> AsyncIterator[T]:
        """Yield every item of a list, page by page: `async for row in client.every(client.list_models)`."""
        while True:
            page = await operation(*args, **how)
            for item in page["items"]:
                yield item
            if page["next"] is None:
                return
            how["cursor"] = page["next"]

    async def _send(self, method: str, address: str, **how: Any) -> Any:
        asked = wire.request(method, address, **how)
        attempt = 0
        while True:
            attempt += 1
            answer, fault = None, None
            try:
                answer = await self._http.request(asked.method, asked.path, **wire.arguments(asked))
            except httpx.TransportError as error:
                fault = error
            wait = wire.wait_before(attempt, asked, answer)
            if wait is not None:
                await asyncio.sleep(wait)
            elif answer is not None:
                return wire.read(answer)
            else:
                raise wire.unreachable(str(self._http.base_url), fault or httpx.TransportError("")) from fault
