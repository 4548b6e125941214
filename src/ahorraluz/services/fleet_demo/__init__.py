"""Fleets of made-up homes, to try on what is meant for many: made, broken a little, and written."""
