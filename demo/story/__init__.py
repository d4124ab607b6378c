"""A mortgage model's whole life, told by doing it: every figure is computed, every refusal is real."""
