"""Changing and withdrawing what one wrote, and what it said before."""
