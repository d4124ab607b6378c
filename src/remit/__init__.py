"""Remit: a model goes into business only with a remit."""

__version__ = "0.1.0"
