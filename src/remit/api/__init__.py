"""The REST door at `/api/v1/`: thin over the domain's queries and actions, one module a domain app."""
