"""Measurements against a peer or a floor, each printing a ratio: ``python -m benchmarks``."""
