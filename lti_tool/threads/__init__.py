"""Threads: discussions in an activity of the course."""
