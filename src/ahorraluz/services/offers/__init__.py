"""Providers of renewable energy: their entries, demand of many homes, and homes to be met."""
