"""Every measure, one small unit each, by family."""
