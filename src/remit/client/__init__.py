"""Calls a Remit installation from Python: `remit.Client`, `remit.AsyncClient`. Needs httpx alone.

The operations are generated from the installation's OpenAPI document (`generated`); what makes them pleasant
is written by hand: credentials, faults as `kernel.problems`, repetition, pages, registering from a notebook.
"""

from remit.client.clients import AsyncClient, Client
from remit.client.wire import File, tag_of

__all__ = ["AsyncClient", "Client", "File", "tag_of"]
