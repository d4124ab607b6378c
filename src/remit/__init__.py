"""Remit: a model goes into business only with a remit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from remit.client import AsyncClient, Client

__version__ = "0.1.0"
__all__ = ["AsyncClient", "Client", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the client when it is asked for: `import remit` itself imports nothing."""
    if name in {"AsyncClient", "Client"}:
        from remit import client

        return getattr(client, name)
    raise AttributeError(f"module 'remit' has no attribute {name!r}")
