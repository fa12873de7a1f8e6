"""Help requests: ask peers, answer, accept, and say what fixed it."""
