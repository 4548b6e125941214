"""One module per format: outside data to core types."""
