"""Writes of evidence, one noun a file."""

from remit.evidence.actions.evidence import KINDS, SOURCES, add_evidence

__all__ = ["KINDS", "SOURCES", "add_evidence"]
