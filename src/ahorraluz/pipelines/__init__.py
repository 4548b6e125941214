"""The door of Spark: arrivals of very many homes in, events out, by the same step as everywhere."""
