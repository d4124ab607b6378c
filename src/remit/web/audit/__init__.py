"""The audit ledger: its state, its entries, and the proof of each, checked in the reader's browser."""
