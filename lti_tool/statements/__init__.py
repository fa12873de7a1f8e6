"""Statements: written with the change they tell of, delivered by a job, kept as our own record."""
