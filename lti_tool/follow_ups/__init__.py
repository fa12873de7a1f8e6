"""Follow-ups: carry something from the course into work, and say what came of it."""
