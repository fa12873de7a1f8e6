"""Search in a course, across all features."""
