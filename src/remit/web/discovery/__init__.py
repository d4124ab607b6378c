"""What was seen at work that no entry covers, and what becomes of it."""
