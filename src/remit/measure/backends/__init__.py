"""Executors of the counts contract: the only place where Polars is imported."""
