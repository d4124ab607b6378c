"""Every model: the list with its facets, and each model's pages."""
