"""What a pickle may name: exact names, for what a prefix lets in, somebody finds a way through."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).parent / "allowed.yaml"


@cache
def _names(part: str) -> frozenset[tuple[str, str]]:
    listed: dict[str, str] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))[part]
    return frozenset((module, name) for module, names in listed.items() for name in names.split())


def known(module: str, name: str) -> bool:
    """Whether a pickle may import this name."""
    return (module, name) in _names("classes") or (module, name) in _names("callables")


def callable_with_anything(module: str, name: str) -> bool:
    """Whether a pickle may call this name, whatever it hands to it."""
    return (module, name) in _names("callables")
