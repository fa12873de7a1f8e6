"""Posting anonymously to the other learners, where an activity allows it."""
