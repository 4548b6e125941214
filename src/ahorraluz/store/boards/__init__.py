"""Boards in PostgreSQL: views for each audience, the roles that read them, and their logins."""
