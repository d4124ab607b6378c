"""Finds and counts models, now or on a day that is past: what pages, views, exports and the API share."""

from remit.inventory.search.counting import Count, Counts, counts, facets, forget, total
from remit.inventory.search.filters import (
    FACETS,
    NONE,
    OVER,
    RUNNING,
    SOON,
    VIEWS,
    Facet,
    Page,
    Search,
    Seen,
    View,
    page,
    rows,
    seen_by,
)

__all__ = [
    "FACETS",
    "NONE",
    "OVER",
    "RUNNING",
    "SOON",
    "VIEWS",
    "Count",
    "Counts",
    "Facet",
    "Page",
    "Search",
    "Seen",
    "View",
    "counts",
    "facets",
    "forget",
    "page",
    "rows",
    "seen_by",
    "total",
]
