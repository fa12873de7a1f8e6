"""Drafts: what people write and have not sent yet, kept for them alone."""
