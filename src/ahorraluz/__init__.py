"""AhorraLuz: from the electricity bill of a Peruvian home to a plan in soles."""
