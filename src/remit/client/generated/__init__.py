"""The API as Python: written by `remit.client.generate`, never by hand."""
