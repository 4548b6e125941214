"""Very many homes at once: the same advice as of one home, for every home of a distributor."""
