"""Arithmetic only: values in, values out; no file, network, clock, log or framework."""
