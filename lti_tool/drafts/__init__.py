"""Drafts: unsent text, saved for its writer only."""
