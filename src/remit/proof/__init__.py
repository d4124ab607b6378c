"""Canonical JSON, Merkle trees, DSSE signatures and the remit statement: what an outsider verifies.

Nothing here needs Remit's database or a network: a file and a public key are enough.
"""
