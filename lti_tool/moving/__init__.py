"""Carrying everything of one registration over to another; reads and writes across all features."""
