"""How predictions differ between the groups of a protected attribute."""
