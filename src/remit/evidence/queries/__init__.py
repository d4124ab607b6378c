"""Reads about evidence, one noun a file."""

from remit.evidence.queries.evidence import latest_by_kind, latest_of_model, of_model, of_version

__all__ = ["latest_by_kind", "latest_of_model", "of_model", "of_version"]
