"""What to do about a bill: measures, what each saves as a difference of bills, and the plan."""
