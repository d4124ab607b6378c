"""Background work: the worker, periodic jobs, and `reactions.py` (when X happened, do Y)."""
