"""Data privacy: what is kept of a person, in plain words, for them and for their institution."""
