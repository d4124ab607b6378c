"""How far a column's distribution has moved from the reference's."""
