"""What people ask of renewable energy: what there is, and what it would do at their home."""
