"""Data files to core types: one loader per table, one check, exact text to Decimal."""
