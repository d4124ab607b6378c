"""Attestation campaigns: opened, followed by unit, signed by owners."""
