"""Where the energy of a home goes: end uses, their share of the bill, shared meters."""
