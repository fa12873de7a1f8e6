"""Accepting the answer that helped: one at a time in a conversation, whether a question or a help request."""
