"""Facilitation: what staff see across an activity. It reads from every feature and writes to none."""
