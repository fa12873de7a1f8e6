"""Mentions: naming a person, a group or the staff of the course in what one writes."""
