"""Moderation after the fact: reports, hiding and restoring, and posts that wait for approval."""
