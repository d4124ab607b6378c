"""The portfolio: what the whole is worth, where it waits, and who is accountable."""
