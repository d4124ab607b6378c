"""The example: the Boston mortgage data, two models trained here, and a model's whole life told by doing it."""
