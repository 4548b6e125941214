"""Live readings in the store: devices, what they said, its sums, and what was made of it."""
