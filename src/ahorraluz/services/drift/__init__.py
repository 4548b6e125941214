"""Watching models: whether what they are fed, or how wrong they are, has moved."""
