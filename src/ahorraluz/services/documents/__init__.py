"""Results as plain documents, the stable JSON of ``docs/reference/json.md``."""
