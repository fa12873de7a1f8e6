"""People: who somebody is at one registration, and what they are in a course."""
