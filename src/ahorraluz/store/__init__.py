"""The only SQL: homes, imports and readings, in SQLite or PostgreSQL."""
