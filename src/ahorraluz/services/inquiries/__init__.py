"""What a person asks: the fields of an inquiry, what they mean, and the home they tell of."""
