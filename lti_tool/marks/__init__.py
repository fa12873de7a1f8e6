"""Marks: what a reader found of a post, said in one of four ways."""
