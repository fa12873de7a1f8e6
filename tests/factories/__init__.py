"""People, courses and sessions for tests, made by the same code that a launch runs."""
