"""Homes that people keep: what they said of them, who else may see them, and their links."""
