"""One module per thing that people do; the only floor that joins data and arithmetic."""
