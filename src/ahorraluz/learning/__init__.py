"""Fitted models: gradient boosting, the network, and how they are served."""
