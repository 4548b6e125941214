"""Boards of Grafana, their alerts and the rules of Prometheus, as Python that is reviewed."""
