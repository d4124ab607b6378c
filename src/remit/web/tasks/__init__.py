"""Tasks: mine, and one task with what is needed to decide it."""
