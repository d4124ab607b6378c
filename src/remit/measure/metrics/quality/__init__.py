"""Whether the data are what the schema and the reference say."""
