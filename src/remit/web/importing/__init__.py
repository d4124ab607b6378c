"""Importing models from a file, and exporting a list of them to one."""
