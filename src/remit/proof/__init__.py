"""Canonical JSON, Merkle trees, DSSE signatures and the remit statement: what an outsider verifies."""
