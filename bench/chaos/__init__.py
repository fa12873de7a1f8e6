"""Delivery under every fault at once: `python -m bench.chaos`."""
