"""What a home's devices tell while it happens: readings one by one, and what follows from them."""
