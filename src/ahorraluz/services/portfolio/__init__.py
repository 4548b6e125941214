"""Homes of a consultant's clients: taken in, compared, told, and shared by their residents."""
