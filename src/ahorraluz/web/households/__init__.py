"""Pages of people's own homes: what they keep, how it goes, and what they share of it."""
