"""The pages of one model: its remit, its way, what is known about it, and what happened to it."""
