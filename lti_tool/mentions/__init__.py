"""Mentions of people, groups or staff in texts."""
