"""What was measured: readings as files give them, their quality, and the clean series."""
