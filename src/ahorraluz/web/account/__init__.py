"""Pages of accounts: joining, signing in and out, and everything that is one's own."""
