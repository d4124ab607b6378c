"""Finds models, use cases and what one may do with them for the palette."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from remit.inventory import queries, search
from remit.inventory.search import Search
from remit.people import queries as people
from remit.web.models.listing import href
from remit.web.rooms import Hit

_MOST = 8


def find(person: Any, text: str) -> list[Hit]:
    """Return up to eight models or use cases that hold every word, saved views, and what may be started."""
    wanted = text.casefold()
    started = [
        Hit(label, "Action", reverse(route), icon)
        for label, permission, route, icon in (("File a use case", "use_case.file", "models:file", "plus"),)
        if wanted in label.casefold() and people.may(person, permission)
    ]
    views = [
        Hit(view.name, "Saved view", f"{reverse('models:list')}?{view.query}&saved={view.pk}", icon="filter")
        for view in queries.saved_views(person).filter(name__icontains=text)[:4]
    ]
    found = search.rows(Search.of({"q": [text]}), **search.seen_by(person))[:_MOST]
    models = [
        Hit(row.title, f"{row.reference}, {row.owner_name}", href(row), icon="stack-2") for row in found
    ]
    return [*models, *views, *started]
