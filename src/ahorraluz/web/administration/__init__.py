"""Pages by which administrators run the service."""
