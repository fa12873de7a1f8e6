"""Courses, and the places in them where the tool stands."""
