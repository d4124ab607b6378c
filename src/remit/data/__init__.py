"""A data asset is what models are made from and judged on: where it is, who answers for it, what is in it."""
