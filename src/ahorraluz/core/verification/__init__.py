"""Did it work: what a home would have used, what it used, and how sure the difference is."""
