"""What devices send, one message at a time: a module per dialect, and the user's own mapping."""
