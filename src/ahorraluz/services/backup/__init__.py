"""Backups: data, keys and key ring each into a place of its own, checked, and brought back."""
