"""Finding what was written in a course; reads across the features."""
