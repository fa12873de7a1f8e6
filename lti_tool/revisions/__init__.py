"""Editing and withdrawing one's own posts, and their earlier versions."""
