"""Accounts: joining, signing in, sessions, second factors, consents, and what is one's own."""
