"""What a month of electricity costs, line by line."""
