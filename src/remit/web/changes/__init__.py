"""Change requests: what would be different, why, who asked, and the answer of a second person."""
