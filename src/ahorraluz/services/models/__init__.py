"""Trained models: registered, compared with the one that is served, promoted, taken back."""
