"""Files of versions: in the store under their digest, or bound by digest where they lie."""

from remit.inventory.artifacts.elsewhere import bound, brought, check, read_into
from remit.inventory.artifacts.store import place, store, verified

__all__ = ["bound", "brought", "check", "place", "read_into", "store", "verified"]
