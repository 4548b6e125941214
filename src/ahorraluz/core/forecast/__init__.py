"""What comes next: hours, days, months, each with how sure it is."""
