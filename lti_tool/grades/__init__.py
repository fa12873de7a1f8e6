"""Grades: the points that staff give, and their way into the platform's gradebook."""
