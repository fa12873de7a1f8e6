"""Marks: a reader's judgement of a post, in one of four kinds."""
