"""How well the score foretells the label."""
