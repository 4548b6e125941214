"""Meter files of every kind to channels: one module per format, found by content."""
