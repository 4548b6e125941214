"""Devices that tell while it happens: taking in, watching, telling people."""
