"""A use case says what decision is made and why; a model says how; a version is an immutable snapshot of
that how.
"""
