"""Evidence is a dated, digest-bound, expiring fact about a subject, produced by a person, a test or a
connector.
"""
