"""Pages of consultants: their portfolio, what they take in and out of it, and invitations."""
