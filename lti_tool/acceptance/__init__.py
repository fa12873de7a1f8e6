"""Accepting the answer that helped: one at a time in a question or a help request."""
