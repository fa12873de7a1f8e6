"""Facilitation: pages for staff across an activity. It reads from every feature and writes to none."""
